"""What another body is told: the parts chosen, without what stays here, and never of a journey."""

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from invented import MADE, SHORTEST, addition, complete, facts, news, report, smallest
from pdf_text import Pdf, flat

from cases.bodies import parts
from desk.export.consent import standing, withheld
from desk.export.dossier import dossier
from desk.export.package import parcel
from desk.export.referral import Chosen, narrowed, questions, there

EVERYTHING = frozenset(parts())
PARTIES = {"version": 1, "parties": ["prosecutor", "icrc"]}


def told(opened, *chosen: str, without: tuple[str, ...] = ()) -> str:
    """All words of the dossier that goes along."""
    narrow = narrowed(opened, Chosen(frozenset(chosen), frozenset(without)))
    made = dossier(narrow, MADE, "uk", only=("told", "later", "files"))
    return flat(Pdf(made).text)


def test_only_the_parts_chosen_are_told():
    opened = complete()
    child = told(opened, "child")
    assert flat("шрам над лівою бровою") in child
    for elsewhere in ("директорка школи", "+380", "12022230000001234", "табір «Жемчужина»"):
        assert flat(elsewhere) not in child
    assert flat("директорка школи № 4") in told(opened, "happened")


def test_an_answer_that_stays_here_is_nowhere():
    opened = complete()
    assert flat("астма") in told(opened, "child")
    said = told(opened, "child", without=("health_note", "id_numbers"))
    assert flat("астма") not in said
    assert flat("123456") not in said
    assert flat("шрам над лівою бровою") in said


def test_nothing_of_the_prosecutors_own_goes_along():
    narrow = narrowed(complete(), Chosen(EVERYTHING))
    assert narrow.objects == narrow.chain == narrow.cards == narrow.facts.reasons == ()
    assert narrow.case_key is None
    assert all(one.basis == "" for one in narrow.confirmed)
    assert "consent" not in narrow.report


def test_whom_not_to_tell_is_not_told_to_those():
    opened = replace(
        complete(), report=report({**SHORTEST, "share": PARTIES, "withhold": "не кажіть поліції"})
    )
    assert withheld(opened) == "не кажіть поліції"
    assert flat("не кажіть") not in told(opened, *EVERYTHING)


@pytest.mark.parametrize("status", ["return_in_preparation", "in_transit"])
def test_a_return_that_is_prepared_or_under_way_is_not_told(status):
    opened = replace(
        smallest(),
        facts=facts(claimed=status),
        updates=(
            addition("їдемо через Литву", timedelta(hours=1), 3),
            news(status, timedelta(hours=2), 4),
        ),
    )
    narrow = narrowed(opened, Chosen(EVERYTHING))
    assert narrow.updates == ()
    assert narrow.facts.claimed is None
    assert flat("Литву") not in told(opened, *EVERYTHING)


@pytest.mark.parametrize("status", ["return_in_preparation", "in_transit"])
def test_nor_is_it_where_it_was_all_that_was_reported(status):
    from flows.news import NEWS

    alone = report({"code": "no", "status": status}, flow=NEWS)
    narrow = narrowed(
        replace(smallest(), report=alone, updates=()), Chosen(frozenset({"now", "child"}))
    )
    assert narrow.report["sections"] == []


def test_what_was_added_later_goes_along_only_when_chosen():
    opened = replace(smallest(), updates=(addition("бачили в Анапі", timedelta(hours=1), 3),))
    assert flat("бачили в Анапі") in told(opened, "child", "later")
    assert flat("бачили в Анапі") not in told(opened, "child")


def test_files_go_as_a_list_or_as_they_are():
    listed = narrowed(complete(), Chosen(frozenset({"files"})))
    assert listed.files
    assert all(one.pour is None for one in listed.files)
    assert narrowed(complete(), Chosen(frozenset({"child"}))).files == ()
    given: list[bytes] = []
    narrow = narrowed(complete(), Chosen(frozenset({"files", "originals"})))
    parcel(narrow, MADE, "en", given.append)
    with zipfile.ZipFile(io.BytesIO(b"".join(given))) as archive:
        names = set(archive.namelist())
        sums = dict(
            reversed(line.split("  ")) for line in archive.read("SHA256SUMS").decode().splitlines()
        )
        assert {n for n in names if n != "SHA256SUMS"} == set(sums)
        assert all(
            hashlib.sha256(archive.read(name)).hexdigest() == digest
            for name, digest in sums.items()
        )
    assert any(name.startswith("originals/") for name in names)
    assert not any(name.startswith("sealed/") or name.endswith(".json") for name in names)


def test_only_what_is_there_is_offered():
    has = there(complete())
    assert {"you", "child", "happened", "now", "papers", "files", "originals"} <= has
    assert there(replace(smallest(), files=(), updates=(), confirmed=())) <= {
        "you", "child", "happened", "now", "papers",
    }  # fmt: skip
    asked = dict(questions(complete(), "child"))
    assert asked["marks"]
    assert "dna" not in asked, "declined, so there is nothing to leave out"
    assert questions(complete(), "later") == ()


@pytest.mark.parametrize(
    ("share", "more", "party", "stood"),
    [
        (PARTIES, {}, "icrc", "agreed"),
        (PARTIES, {}, "police", "refused"),
        (PARTIES, {}, None, "unasked"),
        (None, {}, "icrc", "unasked"),
        (PARTIES, {"withdrawn_at": MADE.at}, "icrc", "withdrawn"),
        (PARTIES, {"withdrawn_at": MADE.at}, None, "withdrawn"),
    ],
)
def test_what_the_family_said_about_a_party(share, more, party, stood):
    said = {key: one for key, one in SHORTEST.items() if key != "share"}
    asked = report({**said, **({"share": share} if share else {})})
    assert standing(replace(smallest(), report=asked, facts=facts(**more)), party) == stood
