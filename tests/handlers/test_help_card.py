"""«Що далі»: what can be done besides, with the numbers that work where the person is."""

from dataclasses import dataclass

import pytest
from walk import MINIMUM

from locales import LOCALES, say
from locales.contacts import every

SEND = ("[Надіслати прокурорам]", "[Надіслати прокурорам]")
SHOWN = [one for one in every() if one.verified_on]
OWN_NAMES = {locale: say("uk", f"language.{locale}") for locale in LOCALES}
AREAS = {
    "controlled": "Україна, підконтрольна",
    "abroad": "За кордоном",
    "occupied": "Окупована територія",
    "declined": "Не хочу казати",
}


@dataclass(frozen=True)
class Card:
    """The card as sent, in one language."""

    locale: str
    text: str

    def numbers(self, *reaches: str) -> list[str]:
        """Those of the listed numbers with this reach that the card holds."""
        return [one.number for one in SHOWN if one.reach in reaches and self._line(one.number)]

    def line_of(self, contact: str) -> str:
        (one,) = [one for one in SHOWN if one.id == contact]
        return self._line(one.number)

    def _line(self, number: str) -> str:
        lines = self.text.splitlines()
        return next((line for line in lines if line.startswith(f"{number} ")), "")


@pytest.fixture
def card(olena, arrive):
    """Ask for it from `area` in `locale`, after the shortest report."""

    async def asked(area: str, locale: str = "uk") -> Card:
        await arrive(olena, AREAS[area])
        await olena.does(*MINIMUM, *SEND)
        if locale != "uk":
            await olena.does("/language", f"[{OWN_NAMES[locale]}]")
        await olena.taps(say(locale, "receipt.next"))
        head = say(locale, "next.card", contacts="").splitlines()[0]
        (text,) = [one.text for one in olena.messages.values() if one.text.startswith(head)]
        return Card(locale, text)

    return asked


@pytest.mark.parametrize("locale", LOCALES)
async def test_abroad_no_number_is_given_that_does_not_work_there(card, locale):
    told = await card("abroad", locale)
    assert told.numbers("ua_only") == []
    assert told.numbers("abroad", "both") == ["112", "+380 44 299 74 08"]


@pytest.mark.parametrize("locale", LOCALES)
async def test_who_did_not_say_where_is_told_of_each_number_where_it_works(card, locale):
    told = await card("declined", locale)
    assert len(told.numbers("ua_only", "abroad", "both")) == len(SHOWN)
    for one in SHOWN:
        assert f"({say(locale, f'contacts.reach.{one.reach}')})" in told.line_of(one.id)


async def test_at_home_the_numbers_of_home_are_given_and_not_that_of_the_eu(card):
    told = await card("controlled")
    assert "102" in told.numbers("ua_only")
    assert told.numbers("abroad") == []


async def test_under_occupation_no_number_is_given_that_the_occupier_answers(card):
    told = await card("occupied")
    assert told.numbers("ua_only", "abroad") == []
    assert told.numbers("both") == ["+380 44 299 74 08"]


@pytest.mark.parametrize("area", AREAS)
async def test_the_card_says_what_to_do_wherever_one_is(card, area):
    told = await card(area)
    assert "Подайте заяву до поліції" in told.text
    assert "не платіть" in told.text
