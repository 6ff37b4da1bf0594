"""Invented children for the easy pairs, and what happens to a child's particulars on the way."""

from collections.abc import Callable

import translitua

CHILDREN = [
    "Андрусенко/Мирослава/Тарасівна ; 2013-02-17 ; h=Олешки@65",
    "Безсмертний/Олексій/Іванович ; 2011-08-03 ; h=Маріуполь@14",
    "Вишневська/Катерина/Олегівна ; 2016-05-29 ; h=Токмак@23",
    "Гарбуз/Нестор/Павлович ; 2009-12-11 ; h=Ізюм@63",
    "Деркач/Лілія/Романівна ; 2014-07-08 ; h=Лисичанськ@09",
    "Євсюков/Антон/Віталійович ; 2012-03-26 ; h=Скадовськ@65",
    "Жарко/Варвара/Ігорівна ; 2017-10-14 ; h=Бердянськ@23",
    "Загребельний/Юрій/Максимович ; 2010-01-30 ; h=Волноваха@14",
    "Індик/Аліса/Денисівна ; 2015-04-22 ; h=Балаклія@63",
    "Йосипенко/Федір/Артемович ; 2013-11-05 ; h=Генічеськ@65",
    "Калинюк/Надія/Юріївна ; 2008-06-19 ; h=Рубіжне@09",
    "Лавренюк/Всеволод/Андрійович ; 2011-09-01 ; h=Мелітополь@23",
    "Магда/Єлизавета/Петрівна ; 2012-12-27 ; h=Каховка@65",
    "Недоступ/Тихон/Сергійович ; 2016-02-09 ; h=Сартана@14",
    "Опанасюк/Устина/Богданівна ; 2014-10-31 ; h=Пологи@23",
    "Півень/Владислав/Олександрович ; 2009-05-13 ; h=Вовчанськ@63",
    "Рожко/Ангеліна/Вадимівна ; 2015-08-24 ; h=Чаплинка@65",
    "Сагайдак/Костянтин/Миколайович ; 2010-03-07 ; h=Мангуш@14",
    "Тороп/Вероніка/Станіславівна ; 2013-06-16 ; h=Енергодар@23",
    "Убийвовк/Данило/Русланович ; 2017-01-21 ; h=Старобільськ@09",
    "Федчишин/Тетяна/Василівна ; 2011-11-28 ; h=Каланчак@65",
    "Халимон/Марко/Євгенович ; 2014-04-02 ; h=Донецьк@14",
    "Цапенко/Світлана/Леонідівна ; 2008-09-18 ; h=Приморськ@23",
    "Чепурний/Ілля/Дмитрович ; 2012-07-25 ; h=Снігурівка@48",
]
"""Each: family, given, patronymic; born; home."""


def in_latin(card: str) -> str:
    """KMU 55 throughout"""
    name, born, home = card.split(" ; ")
    return f"{translitua.translit(name, translitua.UkrainianKMU)} ; {born} ; {home}"


def less_known(card: str) -> str:
    """no patronymic, only the year"""
    name, born, home = card.split(" ; ")
    return f"{name.rpartition('/')[0]} ; {born[:4]} ; {home}"


def without_home(card: str) -> str:
    """no place at all, only the month of birth"""
    name, born, _ = card.split(" ; ")
    return f"{name} ; {born[:7]}"


def mistyped(card: str) -> str:
    """a letter of the surname lost"""
    return f"{card[:3]}{card[4:]}"


def elsewhere(card: str) -> str:
    """in another town, the name in its parts the other way round"""
    name, born, _ = card.split(" ; ")
    family, given, patronymic = name.split("/")
    return f"{given}/{family}/{patronymic} ; {born} ; l=Київ@30"


_ALL = (in_latin, less_known, without_home, mistyped, elsewhere)


def changes(number: int) -> tuple[Callable[[str], str], ...]:
    """Four or five for each child."""
    return _ALL[:5] if number % 2 else _ALL[:4]
