"""What operators type: the three tags, units, addresses, and what must not be said to many."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.broadcast import links, markup
from desk.broadcast.detector import find
from desk.broadcast.markup import TooLong, Unbalanced, read, shown, typed, units

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("raw", "html", "plain"),
    [
        ("Добрий день", "Добрий день", "Добрий день"),
        ("<b>Важливо</b> <i>так</i>", "<b>Важливо</b> <i>так</i>", "Важливо так"),
        ("<STRONG>а</STRONG><em >б</em>", "<b>а</b><i>б</i>", "аб"),
        ("<a href='https://gp.gov.ua/'>сайт</a>", '<a href="https://gp.gov.ua/">сайт</a>', "сайт"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ("&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ('<b onclick="x">а', '&lt;b onclick="x"&gt;а', '<b onclick="x">а'),
        ("a\u202eb\x00c\r\nd", "abc\nd", "abc\nd"),
    ],
)  # fmt: skip
def test_three_tags_are_tags_and_all_else_is_text(raw, html, plain):
    found = read(raw)
    assert (found.html, found.plain) == (html, plain)


@pytest.mark.parametrize(
    ("raw", "tag"),
    [("<b>а", "b"), ("а</i>", "i"), ("<b><i>а</b></i>", "b"), ("<b><b>а</b></b>", "b"),
     ("<a href='x'>а", "a")],
)  # fmt: skip
def test_tags_that_do_not_close_are_named(raw, tag):
    with pytest.raises(Unbalanced) as refused:
        read(raw)
    assert refused.value.tag == tag


@given(st.text(alphabet=st.sampled_from("<b>/ia href='\"&lt;gmpquo;xо\n "), max_size=60))
def test_whatever_is_typed_comes_back_as_it_was_meant(raw):
    try:
        html = read(raw).html
    except Unbalanced:
        return
    assert read(html).html == html
    assert read(typed(html)).html == html


def test_what_was_pasted_from_the_web_is_told():
    assert read("<p>а</p> <b>б</b> 1 < 2").literal == ("<p>", "</p>")


def test_a_book_is_not_read():
    with pytest.raises(TooLong):
        read("а" * 20_001)
    assert read("<b>а</b>" * 101).too_many_marks


def test_telegram_counts_emoji_twice_and_tags_not_at_all():
    assert units("аб🙂") == 4
    assert read("<b>аб</b>🙂\n").units == 4
    assert markup.LONGEST == 4096


def test_a_page_shows_the_message_and_its_links_lead_nowhere():
    page = str(shown('<b>а&lt;</b>\n<a href="https://gp.gov.ua/?a=1&amp;b">б</a>'))
    assert page == (
        '<b>а&lt;</b><br><span class="link" title="https://gp.gov.ua/?a=1&amp;b">б</span>'
    )


@pytest.mark.parametrize(
    "address",
    ["https://gp.gov.ua", "https://pol.gp.gov.ua/ua/x?y=1#z", "https://childrenofwar.gov.ua/en/"],
)
def test_listed_hosts_are_let_through(address):
    assert links.allowed(address)
    assert links.refused("", (address,)) == ()


@pytest.mark.parametrize(
    "address",
    [
        "http://gp.gov.ua", "https://gp.gov.ua.evil.com", "https://evil.com/gp.gov.ua",
        "https://gp.gov.ua@evil.com", "https://a@gp.gov.ua", "https://gp.gov.ua:8443/",
        "https://gp.gov.ua\\@evil.com", "https://xgp.gov.ua", "https://www.childrenofwar.gov.ua",
        "javascript:alert(1)", "tg://resolve?domain=x", "https://gр.gov.ua", "https://[", "",
        "https://rd4u.coe.int/", "https://gp.gov.ua/" + "a" * 500,
    ],
)  # fmt: skip
def test_no_other_address_is(address):
    """rd4u.coe.int is listed, and nobody has checked it yet."""
    assert not links.allowed(address)
    assert links.refused("", (address,)) == (address,)


@pytest.mark.parametrize(
    ("plain", "refused"),
    [
        ("Дивіться t.me/fake_help.", ("t.me/fake_help",)),
        ("Пишіть @fake_help!", ("@fake_help",)),
        ("http://evil.com, https://gp.gov.ua/a.", ("http://evil.com",)),
        ("сайт gp.gov.ua і м.Київ, вул.Хрещатик, 10.30", ()),
        ("сайт зло.укр", ("зло.укр",)),
        ("tg://user?id=1", ("tg://user?id=1",)),
    ],
)
def test_addresses_that_telegram_itself_makes_links_of_are_looked_at_too(plain, refused):
    assert links.refused(plain, ()) == refused


def test_every_entry_says_where_it_is_from():
    assert all(one.source and one.host == one.host.lower() for one in links.every())
    assert {one.id for one in links.offered()} < {one.id for one in links.every()}


@pytest.mark.parametrize(
    ("plain", "kinds"),
    [
        ("Ваша справа 7K4M-29QX у роботі", ["code"]),
        ("справа ДТ-7K4M-29QX", ["code"]),
        ("ПІН 4821-7093-5516", ["digits"]),
        ("Дзвоніть +380 (50) 111-22-33", ["digits"]),
        ("Дзвоніть 0501112233", ["digits"]),
        ("картка 4149 4990 1234 5678", ["digits"]),
        ("Пишіть olena@ukr.net", ["mail"]),
        ("Коваленко Артема знайшли", ["name"]),
        ("Шановна Олено Петрівно!", ["name"]),
        ("Сьогодні Соню повернули", ["name"]),
        ("Бачили там Іванка", ["name"]),
        ("дитина Канаркова Ґжегожівна", ["name"]),
        ("прокурор Петренко О. І. чекає", ["name"]),
        ("О. І. Петренко чекає", ["name"]),
        ("Дівчинка Sofiia Kanarkova", ["name"]),
        ("Повернули дитину 12.03.2015", ["born"]),
        ("хлопчик 2015 р. н.", ["born"]),
        ("з 12 березня 2015", ["born"]),
        ("born on 12 March 2015", ["born"]),
    ],
)
def test_somebodys_own_is_found(plain, kinds):
    assert list(dict.fromkeys(one.kind for one in find(plain, TODAY))) == kinds


@pytest.mark.parametrize(
    "plain",
    [
        "Шановні родини! 3 грудня 2026 року о 10:00 у Києві відкриється центр допомоги.",
        "Офіс Генерального прокурора просить перевірити, чи змінився Ваш номер.",
        "З 24 лютого 2022 року вивезли 19 546 дітей; виплата 1 000 000 грн у 2025–2026 роках.",
        "Дзвоніть 0 800 500 225 або 116 111, поліція 102. Пишіть на help@gp.gov.ua.",
        "Верховна Рада України, Червоний Хрест, Кривий Ріг, Біла Церква, Данія",
        "Надія є. Віра теж. Любов до дітей.",
        "Im Dezember öffnet das Zentrum in Kiew. Das Büro des Generalstaatsanwalts bittet Sie.",
        "The Office of the Prosecutor General asks you to check your number.",
        "Biuro Prokuratora Generalnego prosi o sprawdzenie numeru w Warszawie.",
        "",
    ],
)
def test_what_is_everybodys_is_let_through(plain):
    assert find(plain, TODAY) == ()


def test_codes_and_numbers_stop_it_names_and_birthdays_are_asked_about():
    found = find("7K4M-29QX, 0501112233, a@b.ua, Соня Канаркова, 12.03.2015", TODAY)
    assert {one.kind: one.stops for one in found} == {
        "code": True, "digits": True, "mail": True, "name": False, "born": False,
    }  # fmt: skip
    assert "Канаркова" not in repr(found)


def test_hostile_text_is_read_in_no_time():
    for piece in ("1 (", "А. ", "a@", "<b", "&lt;", "Соня ", "1-", "12.03.", "7K4M-"):
        text = piece * (20_000 // len(piece))
        find(text, TODAY)
        tuple(links.bare(text))
