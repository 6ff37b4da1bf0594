"""A whole report as one family tells it: what they press and type, and what should be kept."""

import re
from collections.abc import Awaitable, Callable, Mapping

from chat import Person

Moves = tuple[str, ...]
Look = Callable[[str], Awaitable[None]]

CODE = re.compile(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>")
PIN = re.compile(r"<code>(\d{4}-\d{4}-\d{4})</code>")
"""As the receipt tells them."""

STORY = "Сестру повезли з класом. Обіцяли два тижні. Востаннє вона дзвонила в травні."

#: question -> (what is done at it, how the answer reads afterwards)
COMPLETE: dict[str, tuple[Moves, str]] = {
    "relation": (("[Сестра, брат, інші рідні]",), "Сестра, брат, інші рідні"),
    "relation_kin": (("[Сестра або брат]",), "Сестра або брат"),
    "adult": (("[Так]",), "Так"),
    "reporter_name": (("Оксана",), "Оксана"),
    "contact_pref": (("[Телефоном]",), "Телефоном"),
    "reporter_phone": (("067 123 45 67",), "+380671234567"),
    "contact_hours": (("[Ввечері]",), "Ввечері"),
    "contact_unsafe": (("Не дзвонити вночі",), "Не дзвонити вночі"),
    "legal_rep": (("[Ні]",), "Ні"),
    "parents_know": (("[З ними немає зв’язку]",), "З ними немає зв’язку"),
    "name": (("Ковальчук Софія Андріївна", "[Так]"), "Ковальчук Софія Андріївна"),
    "alternate_names": (("Соня, Sofia",), "Соня, Sofia"),
    "born": (("27 3 2017",), "27 березня 2017 р."),
    "sex": (("[Дівчинка]",), "Дівчинка"),
    "citizenship": (("[Україна]",), "Україна"),
    "id_documents": (
        ("[Свідоцтво про народження]", "[Закордонний паспорт]", "[Далі]"),
        "Свідоцтво про народження, Закордонний паспорт",
    ),
    "id_numbers": (("І-ЖС 123456",), "І-ЖС 123456"),
    "care_before": (("[У закладі або інтернаті]",), "У закладі або інтернаті"),
    "institution_before": (("Ліцей № 2, Генічеськ",), "Ліцей № 2, Генічеськ"),
    "home": (("[Херсонська]", "[Знаю лише область]"), "Херсонська область"),
    "languages": (("[Українська]", "[Далі]"), "Українська"),
    "appearance": (("Русяве волосся, карі очі",), "Русяве волосся, карі очі"),
    "marks": (("Шрам на лівій долоні",), "Шрам на лівій долоні"),
    "health": (("[Щоденні ліки]", "[Далі]"), "Щоденні ліки"),
    "health_note": (("Інсулін тричі на день",), "Інсулін тричі на день"),
    "child_phone": (("немає телефону, лише сторінка",), "немає телефону, лише сторінка"),
    "documents_held": (("[Фото дитини]", "[Далі]"), "Фото дитини"),
    "dna": (("[Хочемо здати]",), "Хочемо здати"),
    "scenario": (("[Не повернули з табору]",), "Не повернули з табору"),
    "event_date": (("[2022]", "[Весна]"), "весна 2022 р."),
    "last_place": (("[Херсонська]", "Генічеськ"), "Генічеськ"),
    "last_place_on": (("квітень 2022",), "квітень 2022 р."),
    "last_contact": (("[Телефонний дзвінок]",), "Телефонний дзвінок"),
    "last_contact_on": (("[2022]", "[Травень]", "[Весь місяць]"), "травень 2022 р."),
    "who_took": (("[Вчителі]", "[Далі]"), "Вчителі"),
    "who_took_note": (("Класна керівниця",), "Класна керівниця"),
    "pretext": (("[Відпочинок, оздоровлення]",), "Відпочинок, оздоровлення"),
    "others_moved": (("[Клас]",), "Клас"),
    "others_count": (("[Більше десяти]",), "Більше десяти"),
    "transport": (("[Автобус]",), "Автобус"),
    "stop_kind": (("[Перетин кордону]",), "Перетин кордону"),
    "stop_place": (("[рф]", "[Знаю лише країну]"), "Росія"),
    "stop_on": (("[2022]", "[Знаю лише рік]"), "2022 рік"),
    "story": ((STORY,), STORY),
    "paper_signed": (("[Ні]",), "Ні"),
    "place_known": (("[Здогадуюсь]",), "Здогадуюсь"),
    "current_place": (("[Білорусь]", "[Знаю лише країну]"), "Білорусь"),
    "certainty": (("[З інтернету]",), "З інтернету"),
    "placement": (("[Табір]",), "Табір"),
    "placement_name": (("Табір біля озера",), "Табір біля озера"),
    "carers": (("Невідома жінка",), "Невідома жінка"),
    "identity_change": (("[Ім’я або прізвище]", "[Далі]"), "Ім’я або прізвище"),
    "new_identity": (("Софья Ковальчук",), "Софья Ковальчук"),
    "legal_steps": (("[Тимчасова опіка]", "[Далі]"), "Тимчасова опіка"),
    "activities": (("[Російська школа]", "[Далі]"), "Російська школа"),
    "child_wishes": (("[Хоче додому]",), "Хоче додому"),
    "urgent": (("[Хочуть усиновити]", "[Далі]"), "Хочуть усиновити"),
    "photos": (("[Далі]",), "надіслано окремо"),
    "links": (("https://example.org/camp",), "https://example.org/camp"),
    "reported_to": (("[НІБ, 16-48]", "[Далі]"), "НІБ, 16-48"),
    "police_report": (("[Так]",), "Так"),
    "erdr_number": (("12022230000000123",), "12022230000000123"),
    "holders_contacted": (("[Просили гроші]",), "Просили гроші"),
    "free_text": (("Є ще бабуся в Одесі.",), "Є ще бабуся в Одесі."),
    "share": (("[Поліції]", "[Надіслати прокурорам]"), "Прокурорам, Поліції"),
    "withhold": (("Вітчиму",), "Вітчиму"),
}
#: from home to the check screen, on the shortest way
MINIMUM: Moves = (
    "[Повідомити про дитину]", "[Мати]", "Ковальчук Софія Андріївна", "[Так]", "27 3 2017",
    "[Херсонська]", "Генічеськ", "[Не повернули з табору]",
)  # fmt: skip
SCREENS: dict[str, Moves] = {
    "@cutoff": ("[Так, передайте]",),
    "#done/you": ("[Далі: Дитина]",),
    "children": ("[Готово]",),
    "#done/child": ("[Далі: Що сталося]",),
    "#intro/happened": ("[Продовжити]",),
    "#done/happened": ("[Далі: Де дитина зараз]",),
    "#done/now": ("[Далі: Фото й документи]",),
    "#done/papers": ("[Перевірити й надіслати]",),
}


def question(at: str) -> str:
    """The question an address belongs to: "name" of "children/k3xf/name"."""
    return at if at.startswith(("#", "@")) else at.rpartition("/")[2]


async def walk(
    person: Person,
    until: str,
    moves: Mapping[str, Moves] | None = None,
    look: Look | None = None,
) -> list[str]:
    """Answer what is asked until the place `until`; the addresses that were asked, in order.

    `moves` are done instead of the complete report's. `look` sees each address before its answer.
    """
    asked: list[str] = []
    for _ in range(200):
        at = await person.at()
        if at == until:
            return asked
        key = question(at)
        if look is not None and key in COMPLETE:
            await look(at)
        if key == "route":
            draft = await person.draft()
            assert draft is not None
            steps: Moves = ("[Готово]",) if draft.items.get("route") else ("[Додати пункт]",)
        else:
            steps = {**SCREENS, **(moves or {})}.get(key) or COMPLETE[key][0]
        await person.does(*steps)
        asked.append(at)
    raise AssertionError(f"never came to {until}: {asked[-5:]}")


async def walk_all(
    person: Person, moves: Mapping[str, Moves] | None = None, look: Look | None = None
) -> list[str]:
    """From home to the receipt over every section; the addresses that were asked."""
    await person.taps("Повідомити про дитину")
    asked = await walk(person, "#check", moves, look)
    await person.does("[Додати відомості]", "[1 Ви]")
    asked += await walk(person, "#check", moves, look)
    await person.taps("Надіслати прокурорам")
    return asked + await walk(person, "@receipt", moves, look)
