"""Telephone numbers of others: checked lately, and never one that harms where it is read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from locales import LOCALES, has, say
from locales import contacts as listed
from locales.contacts import OLDEST_DAYS, REACHES, contacts, every, outdated, released

AREAS = ("controlled", "abroad", "occupied", "declined")


def test_no_number_was_checked_more_than_180_days_before_the_release():
    assert outdated() == ()


def test_a_number_checked_too_long_ago_would_be_noticed(monkeypatch):
    old = replace(every()[0], verified_on=released() - timedelta(days=OLDEST_DAYS + 1))
    monkeypatch.setattr(listed, "every", lambda: (old,))
    assert outdated() == (old.id,)


def test_no_number_was_checked_after_the_release():
    assert [one.id for one in every() if one.verified_on and one.verified_on > released()] == []


def test_every_entry_is_whole():
    assert len({one.id for one in every()}) == len(every())
    for one in every():
        assert one.reach in REACHES
        assert one.number.strip()
        assert one.source.strip()
        for locale in LOCALES:
            assert say(locale, f"contacts.{one.id}.what")


@pytest.mark.parametrize("area", AREAS)
def test_an_unchecked_number_is_never_shown(area):
    assert contacts(area)
    assert all(one.verified_on for one in contacts(area))


def test_each_place_gets_the_numbers_that_work_there():
    assert {one.reach for one in contacts("controlled")} == {"ua_only", "both"}
    assert {one.reach for one in contacts("abroad")} == {"abroad", "both"}
    assert {one.reach for one in contacts("occupied")} == {"both"}
    assert {one.reach for one in contacts("declined")} == set(REACHES)


def test_112_is_not_given_where_the_occupier_would_answer():
    assert "112" not in {one.number for one in contacts("occupied")}


def test_reach_is_worded():
    assert all(has(f"contacts.reach.{reach}") for reach in REACHES)
