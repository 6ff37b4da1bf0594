"""A form of a broadcast as typed, what is wrong with it, and the content made of it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from litestar.datastructures import FormMultiDict

from cases.audience import AREAS, STAGES, Audience
from cases.broadcast_content import Button, Content, Text, rendered
from desk.broadcast import links, markup
from desk.broadcast.detector import Found, find
from desk.broadcast.markup import LONGEST, TooLong, Unbalanced, Written
from flows.answers import Invalid
from flows.kinds.cleaning import clean_line, clean_text
from flows.places.regions import subdivisions
from locales import LOCALES
from locales.dates import KYIV

BUTTONS: Final = 3
"""Links below one message."""
LONGEST_LABEL: Final = 40
LONGEST_NAME: Final = 120
LONGEST_WHY: Final = 200
LONGEST_REASON: Final = 500
OBLASTS: Final = tuple(region.code for region in subdivisions("UA"))
WRONG: Final = (
    "name", "nothing", "unbalanced", "huge", "long", "marks", "why", "why_long", "link", "label",
    "label_long", "url", "code", "digits", "mail", "grounds", "urgent", "when", "lonely",
)  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """What stands in the fields of one language."""

    text: str = field(default="", repr=False)
    why: str = field(default="", repr=False)
    labels: tuple[str, ...] = field(default=("",) * BUTTONS, repr=False)
    urls: tuple[str, ...] = field(default=("",) * BUTTONS, repr=False)

    @property
    def empty(self) -> bool:
        return not self.text.strip() and not any(self.labels) and not any(self.urls)


@dataclass(frozen=True)
class Form:
    """All fields as they were typed. `when`: as datetime-local writes it, in Kyiv; "" at once."""

    name: str = ""
    texts: Mapping[str, Typed] = field(default_factory=dict)
    audience: Audience = field(default_factory=Audience)
    grounds: str = ""
    urgent: str = ""
    when: str = ""

    def of(self, locale: str) -> Typed:
        return self.texts.get(locale, Typed())


@dataclass(frozen=True)
class Wrong:
    """Something to put right: one of WRONG, in which language ("": in none), and about what."""

    key: str
    locale: str = ""
    about: str = field(default="", repr=False)


@dataclass(frozen=True)
class Seen:
    """One language as families would get it. `literal`: tags that will be read as text."""

    locale: str
    text: Text
    units: int
    literal: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Judged:
    """`content` is None while something is wrong. `seen` holds what can be shown all the same."""

    content: Content | None
    wrong: tuple[Wrong, ...]
    seen: tuple[Seen, ...]

    @property
    def asks(self) -> tuple[tuple[str, Found], ...]:
        """What looks personal and is for the approver to answer for, with its language."""
        return tuple(
            (one.locale, found) for one in self.seen for found in one.found if not found.stops
        )


def typed_in(form: FormMultiDict) -> Form:
    """What a browser sent. Lists hold only words that mean something here."""

    def line(name: str, most: int = LONGEST_REASON) -> str:
        try:
            return clean_line(str(form.get(name, "")))[: most + 1]
        except Invalid:
            return str(form.get(name, ""))[: most + 1]

    def chosen(name: str, offered: tuple[str, ...]) -> tuple[str, ...]:
        ticked = form.getall(name, [])
        return tuple(one for one in offered if one in ticked)

    texts = {
        locale: Typed(
            str(form.get(f"text.{locale}", "")),
            line(f"why.{locale}", LONGEST_WHY),
            tuple(line(f"label.{locale}.{n}", LONGEST_LABEL) for n in range(BUTTONS)),
            tuple(str(form.get(f"url.{locale}.{n}", "")).strip() for n in range(BUTTONS)),
        )
        for locale in LOCALES
    }
    audience = Audience(
        *(chosen("locale", LOCALES), chosen("area", AREAS)),
        *(chosen("oblast", OBLASTS), chosen("stage", STAGES)),
        safety=form.get("safety") == "yes",
    )
    return Form(
        line("name", LONGEST_NAME), texts, audience, line("grounds"), line("urgent"),
        str(form.get("when", ""))[:40],
    )  # fmt: skip


def typed_from(content: Content) -> Form:
    """The form in which `content` is changed."""
    texts = {
        locale: Typed(
            markup.typed(text.html),
            text.why,
            tuple(_padded([one.label for one in text.buttons])),
            tuple(_padded([one.url for one in text.buttons])),
        )
        for locale, text in content.texts.items()
    }
    when = content.not_before.astimezone(KYIV).strftime("%Y-%m-%dT%H:%M") if (
        content.not_before
    ) else ""  # fmt: skip
    return Form(content.name, texts, content.audience, content.grounds, content.urgent, when)


def _padded(given: list[str]) -> list[str]:
    return [*given, *[""] * BUTTONS][:BUTTONS]


def judged(form: Form, now: datetime) -> Judged:
    """The whole form at once: everything that is wrong is told together. `now`: aware."""
    wrong = list(_around(form, now))
    seen, texts = [], {}
    for locale in LOCALES:
        typed = form.of(locale)
        if typed.empty:
            continue
        told, one = _language(locale, typed, now.astimezone(KYIV).date())
        wrong += told
        if one is not None:
            seen.append(one)
            texts[locale] = one.text
    if not texts and not any(one.locale for one in wrong):
        wrong.append(Wrong("nothing"))
    content = None if wrong else _content(form, texts)
    return Judged(content, tuple(wrong), tuple(seen))


def rejudged(content: Content, now: datetime) -> Judged:
    """What is stored, looked at with the eyes of today; a time that has passed is no mistake."""
    return judged(replace(typed_from(content), when=""), now)


def _content(form: Form, texts: Mapping[str, Text]) -> Content:
    return Content(form.name, texts, form.audience, form.grounds, form.urgent, _moment(form.when))


def _around(form: Form, now: datetime) -> Iterator[Wrong]:
    """What is wrong with everything but the texts."""
    if not form.name or len(form.name) > LONGEST_NAME:
        yield Wrong("name")
    if form.audience.meets_occupied and not (form.audience.safety and form.grounds):
        yield Wrong("grounds")
    if form.grounds and not form.audience.meets_occupied:
        yield Wrong("lonely")
    if form.urgent and not form.audience.safety:
        yield Wrong("urgent")
    if max(len(form.grounds), len(form.urgent)) > LONGEST_REASON:
        yield Wrong("why_long")
    if form.when:
        when = _moment(form.when)
        if when is None or when <= now:
            yield Wrong("when")


def _moment(when: str) -> datetime | None:
    """A moment of Kyiv out of a form; None where none is written."""
    try:
        read = datetime.fromisoformat(when)
    except ValueError:
        return None
    return None if read.tzinfo else read.replace(tzinfo=KYIV)


def _language(locale: str, typed: Typed, today: date) -> tuple[list[Wrong], Seen | None]:
    try:
        written = markup.read(typed.text)
    except Unbalanced as error:
        return [Wrong("unbalanced", locale, f"<{error.tag}>")], None
    except TooLong:
        return [Wrong("huge", locale)], None
    buttons = tuple(
        Button(label, url) for label, url in zip(typed.labels, typed.urls, strict=True)
        if label or url
    )  # fmt: skip
    text = Text(written.html, clean_text(typed.why), buttons)
    whole = markup.read(str(rendered(text)["text"]))
    said = "\n".join((written.plain, text.why, *(one.label for one in buttons)))
    found = find(said, today) if whole.units <= LONGEST else ()
    wrong = [
        *_of_text(locale, written, whole, text),
        *(Wrong(one, locale, about) for one, about in _of_buttons(buttons)),
        *(Wrong("link", locale, one) for one in links.refused(said, written.links)),
        *(Wrong(one.kind, locale, one.text) for one in found if one.stops),
    ]
    return wrong, Seen(locale, text, whole.units, written.literal, found)


def _of_text(locale: str, written: Written, whole: Written, text: Text) -> Iterator[Wrong]:
    if not written.plain.strip():
        yield Wrong("nothing", locale)
    if not text.why:
        yield Wrong("why", locale)
    if len(text.why) > LONGEST_WHY:
        yield Wrong("why_long", locale)
    if whole.units > LONGEST:
        yield Wrong("long", locale, str(whole.units - LONGEST))
    if written.too_many_marks:
        yield Wrong("marks", locale)


def _of_buttons(buttons: tuple[Button, ...]) -> Iterator[tuple[str, str]]:
    for one in buttons:
        if not one.label or not one.url:
            yield "label", one.label or one.url
        elif len(one.label) > LONGEST_LABEL:
            yield "label_long", one.label
        if one.url and not links.allowed(one.url):
            yield "url", one.url
