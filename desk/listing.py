"""Cases made from a list of children that a group's report brought as a file, one for each tick.

The bot stored the list unread. Here a child process reads it, a person looks at what was read, and
what is ticked goes the way of every child that a group's report names.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from cases import parting, roster, stubs
from cases.correcting import reopened
from cases.database import transaction
from cases.intake import CodeTaken
from cases.permissions import About, may
from cases.person import NotNow, Person
from cases.roster import Child
from cases.stubs import FreshCase
from desk.files import LISTS, is_group
from desk.gate import opening, person_of
from desk.greeting import world_at
from desk.opening import OpenCase, OpenedObject, open_case
from desk.pages import onward, page
from desk.pouring import Away, poured
from desk.site import Here, Site
from desk.viewing import viewer
from desk.viewing.sheet import MOST_ROWS
from desk.viewing.viewer import Altered, Busy, Unviewable
from desk.visitor import Asked, Guest, Visitor
from flows import engine
from flows.collective import COLLECTIVE
from flows.draft import Draft
from flows.kinds.subs import text_in
from locales.dates import KYIV
from vault.recipients import ListRefused

_SAID: Final = ("made", "none", "list", "again")
_CODE_TRIES: Final = 5


@dataclass(frozen=True)
class Line:
    """A row of the table. `code`: of its case, once it has one. `named`: the report names it too.

    `understood`: the birth as it was read, in EDTF, "" where it was not.
    """

    child: Child = field(repr=False)
    case: UUID
    code: str
    named: bool

    @property
    def ticked(self) -> bool:
        return self.child.clear and not self.named

    @property
    def understood(self) -> str:
        born = self.child.answers.get("born")
        return text_in(born.value, "edtf") if born and isinstance(born.value, dict) else ""


@get("/cases/{case:uuid}/files/{sequence:int}/list", opt=opening("open"))
async def shown(
    request: Asked, site: Here, visitor: Guest, case: FromPath[UUID], sequence: FromPath[int]
) -> Response[str]:
    """What was read, to be ticked. Raises as `open_case`; NotNow for what is no group's list."""
    _, opened = await open_case(site, visitor, case)
    said = request.query_params.get("said", "")
    said = said if said in _SAID else ""
    file, kind = _list(opened, sequence)
    found: tuple[Child, ...] = ()
    trouble = ""
    try:
        found = await _read(site, opened, file, kind)
        trouble = "" if found else "nobody"
    except Unviewable:
        trouble = "unviewable"
    except Away:
        trouble = "gone"
    except Altered:
        trouble = "altered"
    except Busy:
        trouble = "busy"
    lines = _lines(opened, file, found, _draft(site, opened))
    return page(
        site, visitor, "case_list.html", room="queue", case=opened.file, facts=opened.facts,
        status=HTTP_422_UNPROCESSABLE_ENTITY if trouble else HTTP_200_OK, sequence=sequence,
        lines=lines, trouble=trouble, said=said, most=MOST_ROWS,
        may_make=any(not one.code for one in lines) and _may(visitor, opened),
    )  # fmt: skip


def _may(visitor: Visitor, opened: OpenCase) -> bool:
    facts = opened.facts
    about = About(facts["oblast"], owner=facts["taken_by"])
    return may(person_of(visitor), "set_status", about)


def _list(opened: OpenCase, sequence: int) -> tuple[OpenedObject, str]:
    """The manifest of the list, and how it is read."""
    file = opened.at(sequence)
    if file is None or file.kind != "manifest" or file.payload is None or not is_group(opened):
        raise NotNow
    kind = LISTS.get(text_in(file.payload, "sniffed"))
    if kind is None:
        raise NotNow
    return file, kind


async def _read(site: Site, opened: OpenCase, file: OpenedObject, kind: str) -> tuple[Child, ...]:
    """Raises as desk.viewing.viewer.rows; Away where the store has it no more."""
    told = file.payload or {}
    row = next((one for one in opened.file.files if one.sequence == file.sequence), None)
    pour = poured(site, opened.identity, row)
    if pour is None or row is None or text_in(told, "object") != str(row.object):
        raise Away
    rows = await viewer.rows(kind, pour, text_in(told, "sha256"))
    today = site.now().astimezone(KYIV).date()
    return roster.children(rows, today=today, at=text_in(told, "taken_at"))


def _draft(site: Site, opened: OpenCase) -> Draft:
    """The draft that the group's report was made of. Raises NotNow."""
    report = opened.report
    if report is None or report.payload is None:
        raise NotNow
    world = world_at(site.now())
    try:
        draft = reopened(COLLECTIVE, report.payload, world)
    except (KeyError, TypeError, ValueError):
        raise NotNow from None
    return engine.renew(COLLECTIVE, draft, world)[0]


def _lines(
    opened: OpenCase, file: OpenedObject, found: tuple[Child, ...], draft: Draft
) -> tuple[Line, ...]:
    codes = dict(opened.file.parts)
    named = {roster.spelled(name) for name in stubs.names(draft)}
    cases = [(child, child.case(file.row.head.object)) for child in found]
    return tuple(
        Line(child, case, codes.get(case, ""), roster.spelled(child.name) in named)
        for child, case in cases
    )


@post("/cases/{case:uuid}/files/{sequence:int}/list", opt=opening("set_status"))
async def make(
    request: Asked, site: Here, visitor: Guest, case: FromPath[UUID], sequence: FromPath[int]
) -> Redirect:
    """A case for each row that was ticked and has none yet."""
    person, opened = await open_case(site, visitor, case, "set_status")
    ticked = set((await request.form()).getall("row", []))
    file, kind = _list(opened, sequence)
    here = f"/cases/{case}/files/{sequence}/list"
    try:
        found = await _read(site, opened, file, kind)
        wanted = [one for one in found if str(one.number) in ticked]
        made = await _made(site, opened, file, wanted, person) if wanted else 0
    except (Unviewable, Away, Altered, Busy):
        return onward(here)
    except ListRefused:
        return onward(here, said="list")
    except CodeTaken:
        return onward(here, said="again")
    return onward(here, said="made" if made else "none")


async def _made(
    site: Site, opened: OpenCase, file: OpenedObject, wanted: list[Child], person: Person
) -> int:
    """How many are new. Raises ListRefused, NotNow, CodeTaken when chance is against us."""
    now = site.now()
    current = site.recipients().at(now)
    draft = _draft(site, opened)
    rows = {one.case(file.row.head.object): one.answers for one in wanted}
    told = opened.report.payload if opened.report else None
    assert told is not None, "the draft was made of it"
    for _ in range(_CODE_TRIES):
        fresh: tuple[FreshCase, ...] = stubs.of_rows(
            COLLECTIVE, draft, told, rows, current,
            group=opened.file.id, today=now.astimezone(KYIV).date(),
        )  # fmt: skip
        try:
            async with transaction(site.pool) as connection:
                return await parting.make(
                    connection, opened.file.id, fresh, file=file.sequence,
                    list_version=current.version, by=person, signer=site.sign, now=now,
                )  # fmt: skip
        except CodeTaken:
            continue
    raise CodeTaken


ROUTES: Final = (shown, make)
