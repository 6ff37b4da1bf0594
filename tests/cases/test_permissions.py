"""The permission matrix, cell by cell; what it does not say is denied."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from cases.permissions import ROLES, About, Verdict, allowed, reaches, scope_of, table

ME, OTHER = uuid4(), uuid4()


@dataclass(frozen=True)
class Member:
    role: str
    units: tuple[str, ...] = ("UA-65",)
    active: bool = True
    id: UUID = ME


#: written out once more by hand, so that nobody loosens the file without meaning to;
#: y: yes, u: unit, o: own, 2: two, -: denied; in the order of ROLES
MATRIX = {
    "queue": "yuyyyyy",
    "notices": "yuy----",
    "take": "yuy----",
    "release": "ooy----",
    "assign": "y-y----",
    "open": "yuy----",
    "enter_report": "yyyy---",
    "set_status": "yuy----",
    "second_death": "yuy----",
    "write_to_family": "yuy----",
    "write_from_template": "yuyy---",
    "mark_unsafe": "yuyy---",
    "link_duplicates": "yuy----",
    "export_case": "-uy----",
    "export_many": "--2----",
    "grant_case": "--y----",
    "hold": "-uy----",
    "release_hold": "--2----",
    "purge_case": "--2----",
    "broadcasts": "yyyyyyy",
    "draft_broadcast": "--yy---",
    "approve_broadcast": "--2-2--",
    "approve_large_broadcast": "--2----",
    "stop_broadcast": "yyyyyy-",
    "resume_broadcast": "--yyy--",
    "recall_broadcast": "--yyy--",
    "statistics": "yuyyyyy",
    "health": "--yyyyy",
    "people": "--y--yy",
    "invite": "-----y-",
    "suspend": "--y--y-",
    "restore": "-----y-",
    "propose_role": "-----y-",
    "confirm_role": "--2----",
    "plan_duty": "--y--y-",
    "sign_member": "--y----",
    "rotate_keys": "--y----",
    "propose_recipients": "-----y-",
    "read_audit": "ooyooyy",
    "sessions": "ooooooo",
    "ways_in": "ooooooo",
}
CELLS = [
    (action, role, cell)
    for action, row in MATRIX.items()
    for role, cell in zip(ROLES, row, strict=True)
]
WORDS = {"y": "yes", "u": "unit", "o": "own", "2": "two", "-": None}


def test_the_matrix_has_every_action_and_every_action_is_in_it():
    assert set(MATRIX) == set(table())


@pytest.mark.parametrize(("action", "role", "cell"), CELLS)
def test_a_cell_says_what_it_should(action, role, cell):
    assert scope_of(role, action) == WORDS[cell]


def _ask(role: str, action: str, **about: object) -> Verdict:
    return allowed(Member(role), action, About(**about))


@pytest.mark.parametrize(("action", "role", "cell"), CELLS)
def test_a_cell_does_what_it_says(action, role, cell):
    yes, no, second = Verdict.YES, Verdict.DENIED, Verdict.SECOND
    anything = _ask(role, action, oblast="UA-23")
    unit = _ask(role, action, oblast="UA-65")
    own = _ask(role, action, oblast="UA-23", owner=ME)
    others = _ask(role, action, oblast="UA-23", owner=OTHER)
    after_other, after_me = (_ask(role, action, first=who) for who in (OTHER, ME))
    told = (anything, unit, own, others, after_other, after_me)
    assert told == {
        "y": (yes, yes, yes, yes, yes, yes),
        "u": (no, yes, yes, no, no, no),
        "o": (no, no, yes, no, no, no),
        "2": (second, second, second, second, yes, no),
        "-": (no, no, no, no, no, no),
    }[cell]  # fmt: skip


@pytest.mark.parametrize(("action", "role", "cell"), CELLS)
def test_nobody_who_is_not_active_is_allowed_anything(action, role, cell):
    gone = Member(role, ("UA",), active=False)
    about = About("UA-65", owner=ME, first=OTHER)
    assert allowed(gone, action, about) is Verdict.DENIED
    assert not reaches(gone, action)


@pytest.mark.parametrize(("role", "action"), [("prosecutor", "fly"), ("tsar", "open"), ("", "")])
def test_what_is_not_in_the_table_is_denied(role, action):
    assert _ask(role, action, oblast="UA-65", owner=ME, first=OTHER) is Verdict.DENIED


def test_a_case_without_an_oblast_is_for_those_who_see_the_whole_country():
    assert allowed(Member("prosecutor", ("UA",)), "open", About(None)) is Verdict.YES
    assert allowed(Member("prosecutor", ("UA-65",)), "open", About(None)) is Verdict.DENIED
    assert allowed(Member("prosecutor", ()), "open", About("UA-65")) is Verdict.DENIED


def test_no_role_both_opens_reports_and_hands_out_rights():
    for role in ROLES:
        opens = scope_of(role, "open") is not None
        hands_out = {scope_of(role, action) for action in ("invite", "propose_role", "restore")}
        assert not opens or hands_out == {None}, role


def test_what_cannot_be_undone_always_takes_two():
    for action in ("export_many", "release_hold", "purge_case", "confirm_role"):
        assert {scope_of(role, action) for role in ROLES} == {"two", None}, action
