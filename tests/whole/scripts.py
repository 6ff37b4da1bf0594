"""What people in the tests say, step by step, and what must be in the sealed case afterwards."""

from typing import Any

Step = tuple[str, str, str]
"""(what the screen says before, "say" or "tap", the words or the button)."""

ARRIVE: list[Step] = [
    ("", "say", "/start"),
    ("Якою мовою", "tap", "Українська"),
    ("Чи безпечно", "tap", "Так, безпечно"),
    ("Де Ви зараз", "tap", "За кордоном"),
    ("Хто це прочитає", "tap", "Зрозуміло, погоджуюся"),
]

_NAMES = ("Софія", "Марія", "Анна", "Іван", "Назар", "Максим", "Єва", "Дарина", "Тарас", "Ганна")
_TOWNS = (
    ("Херсонська", "Генічеськ"),
    ("Запорізька", "Мелітополь"),
    ("Донецька", "Маріуполь"),
    ("Луганська", "Сєвєродонецьк"),
    ("Харківська", "Куп’янськ"),
)
_LETTERS = "абвгдежзиклмнопрстуфхцчшюя"


def surname(number: int) -> str:
    """A different one for each number, in letters."""
    return (
        "Тест"
        + "".join(_LETTERS[number // len(_LETTERS) ** power % len(_LETTERS)] for power in range(3))
        + "енко"
    )


def essentials(number: int) -> list[Step]:
    """From home to the check screen."""
    given, (oblast, town) = _NAMES[number % len(_NAMES)], _TOWNS[number % len(_TOWNS)]
    return [
        ("Чим допомогти", "tap", "Повідомити про дитину"),
        ("Ким Ви є дитині?", "tap", "Мати"),
        ("Прізвище, ім’я", "say", f"{surname(number)} {given} Андріївна"),
        ("Записали так", "tap", "Так"),
        ("Коли народилася", "say", f"{1 + number % 28} {1 + number % 12} {2010 + number % 10}"),
        ("Де дитина була востаннє", "tap", oblast),
        ("Місто, село чи селище", "say", town),
        ("Що найближче", "tap", "Не повернули з табору"),
    ]


def about_you(number: int) -> list[Step]:
    """The section about the reporter, as far as it goes without a phone."""
    return [
        ("Перевірте перед", "tap", "Додати відомості"),
        ("Звернення про дитину", "tap", "1 Ви і дитина"),
        ("Як до Вас звертатися", "say", f"Ім’я-{_LETTERS[number % len(_LETTERS)]}"),
        ("Як прокурору краще", "tap", "Тут, у цьому чаті"),
        ("Коли Вам зручно", "tap", "Вранці"),
        ("Коли або як", "tap", "Не хочу відповідати"),
        ("законний представник", "tap", "Так"),
        ("Якщо зв’язок обірветься", "tap", "Ні, не передавайте"),
        ("Розділ завершено", "tap", "До переліку розділів"),
        ("Звернення про дитину", "tap", "4 Де дитина зараз"),
        ("Чи знаєте Ви", "tap", "Не знаю"),
        ("Де живе дитина", "tap", "Не знаю"),
        ("Хто зараз доглядає", "tap", "Не знаю"),
        ("Чи змінювали щось", "tap", "Не знаю"),
        ("Чи оформлювали", "tap", "Не знаю"),
        ("Що відомо про життя", "tap", "Не знаю"),
        ("Що каже сама дитина", "tap", "Не знаю"),
        ("Чи є щось термінове", "tap", "Нічого з цього"),
        ("Чи є щось термінове", "tap", "Далі"),
        ("Розділ завершено", "tap", "До переліку розділів"),
        ("Звернення про дитину", "tap", "Перевірити й надіслати"),
    ]


SEND: list[Step] = [
    ("Перевірте перед", "tap", "Надіслати прокурорам"),
    ("Кому ще можна", "tap", "Надіслати прокурорам"),
]


def whole(number: int) -> list[Step]:
    """One person's forty-odd steps: a short report, then a longer one left waiting."""
    return [
        *ARRIVE,
        *essentials(number),
        *SEND,
        ("Ваш код", "tap", "На початок"),
        *essentials(number + 500),
        *about_you(number),
        *SEND,
    ]


def expected(number: int, *, longer: bool) -> dict[str, Any]:
    """Values by question that the sealed report must hold."""
    at = number + 500 if longer else number
    found: dict[str, Any] = {
        "relation": "mother",
        "name": f"{surname(at)} {_NAMES[at % len(_NAMES)]} Андріївна",
        "born": f"{2010 + at % 10}-{1 + at % 12:02}-{1 + at % 28:02}",
        "last_place": _TOWNS[at % len(_TOWNS)][1],
        "scenario": "camp_not_returned",
    }
    if longer:
        found["reporter_name"] = f"Ім’я-{_LETTERS[number % len(_LETTERS)]}"
        found["contact_pref"] = "here"
        found["contact_hours"] = "morning"
    return found
