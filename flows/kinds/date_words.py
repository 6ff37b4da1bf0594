"""Words for dates in Ukrainian, Russian and English, in the forms people type."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_IN_EN = ("січ", "берез", "квіт", "трав", "черв", "лип", "серп", "верес", "жовт", "груд")
_THEIR_MONTHS = (1, 3, 4, 5, 6, 7, 8, 9, 10, 12)
_LISTED = {
    "янв январь января январе january jan": 1,
    "styczeń stycznia styczniu januar": 1,
    "лютий лютого лютому лют фев февр февраль февраля феврале february feb": 2,
    "luty lutego lutym februar": 2,
    "бер март марта марте мар march mar": 3,
    "marzec marca marcu märz": 3,
    "кві апр апрель апреля апреле april apr": 4,
    "kwiecień kwietnia kwietniu": 4,
    "тра май мая мае may": 5,
    "maj maja maju mai": 5,
    "чер июн июнь июня июне june jun": 6,
    "czerwiec czerwca czerwcu juni": 6,
    "июл июль июля июле july jul": 7,
    "lipiec lipca lipcu juli": 7,
    "сер авг август августа августе august aug": 8,
    "sierpień sierpnia sierpniu": 8,
    "вер сен сент сентябрь сентября сентябре september sep sept": 9,
    "wrzesień września wrześniu": 9,
    "жов окт октябрь октября октябре october oct": 10,
    "październik października październiku oktober": 10,
    "листопад листопада листопаді лис лист ноя нояб ноябрь ноября ноябре november nov": 11,
    "listopad listopada listopadzie": 11,
    "гру дек декабрь декабря декабре december dec": 12,
    "grudzień grudnia grudniu dezember": 12,
}
MONTHS = {form: month for listed, month in _LISTED.items() for form in listed.split()} | {
    stem + ending: month
    for stem, month in zip(_IN_EN, _THEIR_MONTHS, strict=True)
    for ending in ("", "ень", "ня", "ні")
}
SEASONS = {
    form: code
    for listed, code in {
        "весна весни весну весною весной навесні весны spring": 21,
        "wiosna wiosny wiosną frühling frühjahr": 21,
        "літо літа літом влітку улітку лето лета летом summer": 22,
        "lato latem sommer": 22,
        "осінь осені осінню восени осень осени осенью autumn fall": 23,
        "jesień jesieni jesienią herbst": 23,
        "зима зими зимою взимку узимку зиму зимой зимы winter": 24,
        "zima zimą": 24,
    }.items()
    for form in listed.split()
}
PARTS = {
    form: part
    for listed, part in {
        "початок початку поч начало начале нач early beginning start początek początku anfang": 0,
        "середина середині середину середине mid middle połowa połowie mitte": 1,
        "кінець кінці наприкінці кін конец конце late end koniec końcu ende": 2,
    }.items()
    for form in listed.split()
}
DAYS_AGO = {
    "завтра": -1, "tomorrow": -1,
    "jutro": -1, "morgen": -1, "dziś": 0, "dzisiaj": 0, "heute": 0, "wczoraj": 1, "gestern": 1,
    "przedwczoraj": 2, "vorgestern": 2,
    "сьогодні": 0, "сегодня": 0, "today": 0,
    "вчора": 1, "учора": 1, "вчера": 1, "yesterday": 1,
    "позавчора": 2, "позавчера": 2,
}  # fmt: skip
FILLERS = _words(
    "у в во на року рік роки р рр г год года году of in the year month місяць місяці місяця"
    " месяц месяце месяца числа число w we rok roku miesiąc miesiąca dnia im am vom jahr jahres"
    " monat tag"
)
ABOUT = _words(
    "десь приблизно близько біля орієнтовно около примерно где-то приблизительно about around"
    " circa approximately ~ około gdzieś etwa ungefähr"
)
ROMAN = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10,
    "xi": 11, "xii": 12,
}  # fmt: skip
YEARS_OLD = _words("рік роки років року р год года лет year years yo lata lat jahre jahr")
MONTHS_OLD = _words(
    "місяць місяці місяців міс месяц месяца месяцев мес month months miesiące miesięcy monate"
    " monat"
)
YEAR_AND_A_HALF = _words("півтора полтора 1.5 1,5")
NUMBERS = {
    "один": 1, "одна": 1, "два": 2, "дві": 2, "три": 3, "чотири": 4, "пять": 5, "шість": 6,
    "сім": 7, "вісім": 8, "девять": 9, "десять": 10, "одинадцять": 11, "дванадцять": 12,
    "две": 2, "четыре": 4, "шесть": 6, "семь": 7, "восемь": 8,
}  # fmt: skip
