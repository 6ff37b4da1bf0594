"""Every word the desk says is worded, and nothing is worded that it never says."""

import ast
import re
import typing
from pathlib import Path

import pytest

import handlers
from cases import (
    audience,
    bodies,
    broadcast_counts,
    broadcasts,
    deciding,
    entry_drafts,
    errands,
    proofs,
    sessions,
)
from cases import referring as referrals
from cases.audit_pages import GROUPS
from cases.matching import weigh
from cases.permissions import ROLES
from cases.statistics import OBLASTS
from cases.triage import RULES
from cases.views import AGES, KINDS, STATUSES, VIEWS
from desk import (
    asking,
    audit,
    casework,
    files,
    greeting,
    health,
    leaving,
    listing,
    official,
    opening,
    own,
    pairs,
    people,
    queue,
    referring,
    statistics,
    telling,
    troubles,
)
from desk.broadcast import composing, detector
from desk.broadcast import links as broadcast_links
from desk.broadcast import listing as broadcast_list
from desk.broadcast import showing as broadcast_showing
from desk.export import consent
from desk.pages import FOLDER, ROOMS
from flows.report import REPORT
from locales import say
from locales.catalogs import STAFF_LOCALES, staff_words_of

#: deeds whose name is put together, or handed on to where the entry is written
_HANDED_ON = (
    *("family.addition", "family.news", "family.answer", "family.withdrawal", "family.erasure"),
    *("family.told.question", "family.told.word", "file.sealed", "file.failed", "report.sent"),
    *("key.granted", "key.revoked", "key.rotated", "keys.dropped", "keys.rewrapped"),
    *("staff.role_granted", "staff.role_refused", "pair.decided", "pair.undone"),
    *("staff.passkey_added", "staff.passkey_named", "staff.passkey_removed"),
    *("staff.codes_renewed", "staff.password_changed"),
    *("database.backed_up", "database.restored", "database.released"),
    *(f"broadcast.{did}" for did in broadcast_showing.DID),
    *("draft.expired", "entry.expired", "quarantine.expired"),
)


def _deeds() -> set[str]:
    """What the audit tells of: every name that an entry is written with."""
    rooms = (Path(module.__file__).parent for module in (deciding, troubles, handlers))
    return set(_HANDED_ON) | {
        node.args[1].value
        for room in rooms
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "AuditEvent"
        and isinstance(node.args[1], ast.Constant)
    }


#: keys that are put together, and what of
MADE = {
    "role.": ROLES,
    "room.": [room.key for room in ROOMS],
    "level.": ("critical", "high", "medium", "low"),
    "kind.": KINDS,
    "age.": AGES,
    "status.": STATUSES,
    "view.": VIEWS,
    "reason.": [rule.code for rule in RULES],
    "filter.": ("oblast", "kind", "age", "status"),
    "filter.any.": ("oblast", "kind", "age", "status"),
    "column.": ("level", "code", "child", "where", "why", "due", "who"),
    "state.": ("pending", "active", "suspended"),
    "me.how.": typing.get_args(sessions.How),
    "me.said.": own._SAID,
    "queue.said.": queue._SAID,
    "queue.": ("take", "release"),
    "errand.": errands.WHY,
    "teams.": ("waiting", "overdue", "working"),
    "people.said.": people._SAID,
    "people.wrong.": people._WRONG,
    "factor.wrong.": ("short", "long", "simple", "differ", "code"),
    "sign_in.": ("wrong", "often"),
    "keys.": ("help", "search", "j", "k", "c"),
    "unlock.wrong.": ("passphrase", "file", "another", "list", "granted", "forged", "tries"),
    "proof.what.": proofs.table(),
    "proof.why.": set(proofs.table().values()),
    "proof.wrong.": ("code", "key", "often"),
    "body.": {end for one in bodies.bodies() for end in (one, f"{one}.what")},
    "part.": bodies.parts(),
    "ground.": ("consent", "unread", *bodies.grounds()),
    "agreement.": typing.get_args(consent.Standing),
    "referral.": referrals.STATES,
    "referral.to.": {to for after in referrals.NEXT.values() for to in after},
    "refer.wrong.": referring.WRONG,
    "refer.": ("words", "words_free"),
    "why.reason.": opening.REASONS,
    "why_level.": deciding.WHY_LEVEL,
    "closing.": deciding.REASONS,
    "case.said.": casework._SAID,
    "export.": leaving.WHAT,
    "case.trouble.": ("damaged", "moved"),
    "files.": ("alt",),
    "files.trouble.": files.TROUBLES,
    "list.said.": listing._SAID,
    "list.trouble.": ("unviewable", "altered", "gone", "busy", "nobody"),
    "claim.": ("family", "us", "inside"),
    "audit.action.": _deeds(),
    "audit.actor.": audit.MACHINES,
    "audit.group.": GROUPS,
    "audit.column.": ("at", "who", "did", "case", "detail"),
    "chain.obstacle.": ("away", "kept", "list"),
    "health.state.": health._STATES,
    "official.": [one.id for one in official.figures()],
    "statistics.hidden.": ("few", "more"),
    **{f"statistics.{table}.": ("head",) for table in statistics.TABLES},
    "statistics.": ("earlier", "claimed.none", "confirmed.none"),
    "tile.": OBLASTS,
    "enter.": ("later", "ready", "files.later"),
    "enter.aside.": ("aloud", "files", "phone", "ready"),
    "enter.channel.": entry_drafts.CHANNELS,
    "enter.flow.": asking.FLOWS,
    "enter.said.": greeting._SAID,
    "enter.then.": ("add", "lost", "telegram"),
    "enter.wrong.": ("agree", "choose", "list", "stale"),
    "broadcasts.view.": broadcast_list.VIEWS,
    "broadcasts.empty.": broadcast_list.VIEWS,
    "broadcasts.said.": broadcast_list.SAID,
    "broadcasts.column.": ("name", "state", "when", "progress"),
    "broadcast.state.": (*broadcasts.STATES, "recalled"),
    "broadcast.became.": (*broadcast_counts.STATES, "queued", "sending"),
    "broadcast.found.": detector.ASKS,
    "broadcast.area.": audience.AREAS,
    "broadcast.stage.": audience.STAGES,
    "broadcast.excluded.": audience.EXCLUDED,
    "broadcast.wrong.": composing.WRONG,
    "broadcast.said.": broadcast_showing.SAID,
    "broadcast.not.": broadcast_showing.WRONG,
    "broadcast.did.": broadcast_showing.DID,
    "broadcast.why.": (*broadcast_showing.WHY, "other"),
    "broadcast.link.": [one.id for one in broadcast_links.every()],
    "compose.": ("head", "change"),
    "broadcast.step.": ("test", "tested"),
    "pairs.": pairs.DECISIONS,
    "pairs.decided.": pairs.DECISIONS,
    "pairs.said.": pairs._SAID,
    "pairs.view.": pairs.VIEWS,
    "pairs.empty.": pairs.VIEWS,
    "pairs.level.": ("likely", "possible"),
    "pairs.field.": weigh.WEIGHTS,
    "pairs.reason.": {reason for reasons in weigh.WEIGHTS.values() for reason in reasons},
    "pairs.verdict.": ("match", "near", "mismatch", "blank"),
    "pairs.sex.": ("female", "male"),
    "thread.": (*telling.FROM_FAMILY, *telling.FROM_US, *telling.INSIDE),
    "report.scenario.option.": next(
        step.kind.options
        for section in REPORT.sections
        for step in section.steps
        if getattr(step, "key", "") == "scenario"
    ),
}
_TROUBLES = (
    {
        node.args[1].value
        for path in sorted(Path(troubles.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "trouble"
        and isinstance(node.args[1], ast.Constant)
    }
    | set(troubles._WORDED.values())
    | {"not_understood"}
)


def _asked() -> set[str]:
    """The keys in templates, and those put together."""
    written = {
        key
        for path in (FOLDER / "templates").glob("*.html")
        for key in re.findall(r"""\b(?:_|word)\("([^"]+)"(?! ~)""", path.read_text("utf-8"))
    }
    made = {f"{stem}{one}" for stem, ends in MADE.items() for one in ends}
    told = {f"trouble.{key}.{part}" for key in _TROUBLES for part in ("head", "said")}
    return written | made | told


@pytest.mark.parametrize("locale", STAFF_LOCALES)
def test_everything_the_desk_says_is_worded(locale):
    unworded = []
    for key in sorted(_asked()):
        try:
            said = say(locale, key, **dict.fromkeys(PLACEHOLDERS, 2))
        except KeyError:
            unworded.append(key)
            continue
        assert said
    assert unworded == []


PLACEHOLDERS = (
    *("n", "limit", "code", "role", "who", "handle", "seq", "version"),
    *(
        "other",
        "done",
        "whole",
        "one",
        "left",
        "right",
        "all",
        "days",
        "until",
        "at",
        "of",
        "when",
    ),
)


def test_nothing_is_worded_that_is_never_said():
    worded = {
        key if isinstance(key, str) else key[0]
        for words in staff_words_of("uk")[:1]  # the desk's own; what leaves on paper has its tests
        for key in words._catalog
        if key
    }
    assert sorted(worded - _asked()) == []
