"""Wording a family can bear: short, plain, without blame, without a word that frightens."""

import re
import unicodedata

import pytest
from locale_catalogs import PLACEHOLDER, every_entry, is_button

from flows.report import REPORT
from locales import LOCALES, say
from locales.contacts import every

BUTTON, SIDE_BY_SIDE, MESSAGE, FIRST_SENTENCE, LABEL = 28, 14, 350, 90, 40
CAPTION = 120
PICKERS = ("kind.date.", "kind.place.")
"""What stands above the pages of years, months, days, regions and places; edited in place."""
LONGER = {
    "consent.long": 1500,
    "next.card": 900,
    "help.text": 900,
    "profile.description": 512,
    "profile.about": 120,
    "profile.name": 64,
}
WIDE_BUTTONS = {
    "arrival.area.option.occupied",
    "report.contact_pref.option.do_not_contact",
    "report.share.option.match",
    "sighting.share.option.match",
    "collective.share.option.match",
    "kind.place.keep",
    "kind.place.occupied",
}
"""Alone in their row and worth their length: a shorter wording would say something else."""
WIDEST = 40
FILLED_BUTTON = 32
"""What a phone of 360 points still shows of one button."""
PAIRED = re.compile(r"kind\.(month|season)\.\d+|nav\.(back|unknown|skip|stop)")
IN_TWO_LANGUAGES = {"arrival.locale.ask", "language.ask"}
BANNED = {
    "uk": r"помилк|неправильн|невірн|заборонен|обов’язков|жертв|на жаль|упс\b|некоректн",
    "ru": r"ошибк|неверн|неправильн|запрещен|обязательн|жертв|к сожалению|упс\b|некорректн",
    "pl": r"błąd|błęd|nieprawidł|niepoprawn|zabron|zakaz|obowiązk|ofiar|niestety|przepr|przykro"
    r"|\bups\b|prosz[ęe]",
    "de": r"fehler|ungültig|falsch|verboten|pflicht|opfer\b|leider|entschuldig|hoppla|bitte",
    "en": r"error|invalid|please|sorry|oops|forbidden|victim|failed|mandatory",
}
GENDERED = {
    "uk": r"\bВи (вже )?[а-яіїє]+(в|ла|вся|лася|лась)\b|/ла|/лась|\(а\)|\(ла\)|сам/сама|\bсам\b",
    "ru": r"\bВы (уже )?[а-яё]+(л|ла|лся|лась)\b|/ла|/лась|\(а\)|\(ла\)|сам/сама",
    "pl": r"\b(Pan|Pani|Pana|Panu)\b|\w+(łeś|łaś|łem|łam|łbyś|łabyś)\b|\(a\)",
    "de": r"/in\b|\*in|:in\b|\ber/sie\b|\(in\)",
    "en": r"\bhe\b|\bshe\b|\bhis\b|\bher\b",
}
OWN_NAMES = ("language.", "arrival.locale.")
TAG = re.compile(r"</?(?:b|i|u|code|blockquote)>|<blockquote expandable>")


def told(form):
    """What the reader sees: no tags, and a short value in each placeholder."""
    return PLACEHOLDER.sub("…", TAG.sub("", form))


def offending(breaks, *, buttons=None):
    return [
        f"{one} «{form}»"
        for one in every_entry()
        if buttons is None or is_button(one.key) is buttons
        for form in one.forms
        if breaks(one, form)
    ]


def test_a_button_fits_its_row():
    def too_wide(one, form):
        if PAIRED.fullmatch(one.key):
            return len(told(form)) > SIDE_BY_SIDE
        return len(told(form)) > (WIDEST if one.key in WIDE_BUTTONS else BUTTON)

    assert offending(too_wide, buttons=True) == []


def test_a_button_has_no_tags_and_one_line():
    assert offending(lambda _, form: TAG.search(form) or "\n" in form, buttons=True) == []


def test_a_message_is_short():
    def too_long(one, form):
        return len(told(form)) > LONGER.get(one.key, MESSAGE)

    assert offending(too_long, buttons=False) == []


def test_a_menu_description_is_short():
    assert offending(lambda one, form: one.key.startswith("command.") and len(form) > 60) == []


def test_a_label_of_the_check_screen_is_short():
    def too_long(one, form):
        return one.domain == "flows" and one.key.endswith(".name") and len(form) > LABEL

    assert offending(too_long) == []


def test_a_caption_above_a_picker_is_shorter():
    def too_long(one, form):
        return one.key.startswith(PICKERS) and len(told(form)) > CAPTION

    assert any(one.key.startswith(PICKERS) and not is_button(one.key) for one in every_entry())
    assert offending(too_long, buttons=False) == []


def test_the_first_sentence_is_short():
    """The bot's description is none: it is read at leisure, before anything is written."""

    def rambles(one, form):
        first = re.split(r"[.?!\n]", told(form))[0]
        return one.key != "profile.description" and len(first) > FIRST_SENTENCE

    assert offending(rambles, buttons=False) == []


def test_a_question_has_at_most_one_hint():
    def rambles(one, form):
        return one.domain == "flows" and one.key.endswith(".ask") and form.count("\n") > 1

    assert offending(rambles) == []


def test_a_number_that_works_in_one_place_only_is_told_with_that_place():
    """102 is answered by the occupier where he rules, and 116 111 by nobody abroad. A name of the
    police in brackets, or of whom one has told already, asks nobody to call."""
    near = [re.escape(one.number) for one in every() if one.reach == "ua_only"]
    called = re.compile(rf"(?<![\d(])({'|'.join(near)})(?![\d)])")
    place = {"uk": "підконтрольній", "ru": "подконтрольной", "en": "Ukraine’s control"}
    place |= {"pl": "kontrolowanym przez Ukrainę", "de": "das die Ukraine kontrolliert"}

    def harms(one, form):
        return called.search(form) and place[one.locale] not in form

    assert called.search("телефонуйте 102")
    assert offending(harms, buttons=False) == []


def test_no_word_that_blames_or_frightens():
    assert offending(lambda one, form: re.search(BANNED[one.locale], form.lower())) == []


def test_the_reader_is_neither_he_nor_she():
    assert offending(lambda one, form: re.search(GENDERED[one.locale], form)) == []


def test_the_reader_is_addressed_with_a_capital():
    small = re.compile(r"\b(ви|вас|вам|вами|ваш\w*|вы)\b")
    assert offending(lambda one, form: one.locale != "en" and small.search(form)) == []


def test_one_question_at_a_time():
    def asks_twice(one, form):
        return form.count("?") > 1 and one.key not in IN_TWO_LANGUAGES

    assert offending(asks_twice) == []


def test_no_line_begins_with_a_picture():
    def pictured(_, form):
        return any(
            unicodedata.category(line[0]) in ("So", "Sk", "Cs")
            for line in form.split("\n")
            if line
        )

    assert offending(pictured) == []


def test_each_language_is_written_in_its_own_letters():
    foreign = {"uk": r"[ыэъёЫЭЪЁ]", "ru": r"[іїєґІЇЄҐ]", "en": r"[\u0400-\u04ff]"} | {
        "pl": r"[\u0400-\u04ff]",
        "de": r"[\u0400-\u04ff]",
    }

    def mixed(one, form):
        if one.key.startswith(OWN_NAMES):
            return False
        return re.search(foreign[one.locale], form)

    assert offending(mixed) == []


def test_no_word_mixes_two_alphabets():
    mixed = re.compile(r"[a-z][а-яіїєґё]|[а-яіїєґё][a-z]", re.IGNORECASE)
    assert offending(lambda _, form: mixed.search(PLACEHOLDER.sub(" ", form))) == []


def test_quotes_and_spaces_are_tidy():
    untidy = re.compile(r"['\"`]|  | $|^ | \n|\n ", re.MULTILINE)
    assert offending(lambda _, form: untidy.search(form)) == []


def test_words_of_the_flows_carry_no_tags():
    assert offending(lambda one, form: one.domain == "flows" and re.search("[<>&]", form)) == []


def test_tags_are_known_and_closed():
    def broken(_, form):
        rest = TAG.sub("", form)
        opened = re.findall(r"<(b|i|u|code|blockquote)\b", form)
        return re.search("[<>&]", rest) or any(form.count(f"</{tag}>") < 1 for tag in opened)

    assert offending(broken) == []
    assert offending(lambda _, form: form.count("<b>") != form.count("</b>")) == []


def test_the_limits_are_told_to_translators():
    silent = [
        str(one)
        for one in every_entry()
        if (is_button(one.key) or one.key in LONGER) and not one.notes
        if one.key != "profile.name"
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("locale", "text"),
    [("uk", "Помилка, невірно"), ("ru", "Ошибка"), ("en", "Invalid, sorry")],
)
def test_the_list_of_banned_words_would_notice(locale, text):
    assert re.search(BANNED[locale], text.lower())


@pytest.mark.parametrize("locale", LOCALES)
def test_a_button_with_the_name_of_a_section_or_question_still_fits(locale):
    sections = [say(locale, f"report.section.{one.key}.name") for one in REPORT.sections]
    missing = [say(locale, f"report.{key.rpartition('/')[2]}.name") for key in REPORT.essentials]
    states = [say(locale, f"tasks.{state}") for state in ("done", "started")]
    buttons = [
        say(locale, key, section=name)
        for key in ("home.resume", "section.next", "check.change", "stray.draft")
        for name in sections
    ]
    buttons += [say(locale, "tasks.missing", what=name) for name in missing]
    buttons += [
        say(locale, "tasks.row", n=number, section=name, state=state)
        for number, name in enumerate(sections, 1)
        for state in states
    ]
    assert [button for button in buttons if len(button) > FILLED_BUTTON] == []
