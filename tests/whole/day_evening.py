"""What must be true in the evening of the scripted day: of cases, audit, families and logs."""

import json

import day_stories as told
from day_rig import Day
from day_worker import PASSWORD

QUESTION = "Якого кольору були окуляри Мирослави?"
BASIS, DEATH = "Вільшаненко бачила документи 24 листопада", "Довідка від Жовни, звірено"
NOTE = "Жовна передзвонить завтра"
INSIDE = (QUESTION, BASIS, DEATH, NOTE, "Ти в безпеці?", PASSWORD)

ENDED = {
    1: ("monitoring", "critical", "head"),
    2: ("screening", "", "head"),
    3: ("in_work", "", "head"),
    4: ("duplicate_of", "", "head"),
    5: ("referred", "critical", "triage"),
    6: ("duplicate_of", "", "triage"),
    7: ("closed", "", "head"),
    8: ("triaged", "", "triage"),
    9: ("closed", "", "head"),
    10: ("closed", "", "triage"),
    11: ("assigned", "", "head"),
    12: ("triaged", "high", "triage"),
}
"""{family: status, level ("": as the rules have it), who answers for it}."""
MORE = {
    2: {"confirmed": "deceased", "held": True, "children": 3},
    5: {"kind": "child"},
    6: {"kind": "sighting"},
    7: {"claimed": "returned", "confirmed": "returned_ua",
        "closed_reason": "returned_and_confirmed"},
    8: {"kind": "collective"},
    9: {"closed_reason": "transferred_other_body", "files": 2},
    10: {"closed_reason": "withdrawn"},
}  # fmt: skip

DEEDS = {
    "command": {"staff.invited"},
    "bot": {"report.sent", "report.stub", "family.answer", "family.news", "family.addition",
            "family.withdrawal", "bell.denied"},
    "collector": {"file.sealed"},
    "triage": {"staff.enrolled", "desk.signed_in", "desk.unlocked", "desk.denied", "case.taken",
               "case.opened", "case.reason", "case.level", "case.status", "case.closed",
               "pair.seen", "pair.decided", "family.told.question", "family.message_withdrawn",
               "return.confirmed"},
    "prosecutor": {"staff.enrolled", "staff.linked", "desk.signed_in", "desk.unlocked",
                   "desk.denied", "case.taken", "case.opened", "case.status", "case.noted",
                   "case.exported", "family.told.question"},
    "head": {"staff.enrolled", "desk.signed_in", "desk.unlocked", "case.taken", "case.released",
             "case.opened", "case.reason", "case.status", "case.held", "case.closed",
             "case.reopened", "return.confirmed", "return.seconded", "pair.decided",
             "pair.undone", "staff.suspended"},
    "key of head": {"key.granted", "key.rotated", "key.revoked", "keys.rewrapped", "keys.dropped"},
}  # fmt: skip
"""{who: the deeds that must be theirs in the audit}."""


async def everything_ended_as_it_should(day: Day) -> None:
    takers = {row["id"]: row["number"] for row in await day.rows("SELECT id, number FROM staff")}
    by_number = {int(one.handle[2:]): role for role, one in day.office.workers.items()}
    for number, (status, level, role) in ENDED.items():
        row = await day.standing(number)
        taker = by_number.get(takers.get(row["taken_by"]))
        assert (number, row["status"], taker) == (number, status, role)
        assert level in ("", row["level"]), (number, row["level"])
        wanted = MORE.get(number, {})
        assert (number, {name: row[name] for name in wanted}) == (number, wanted)
    leads = {row["id"]: row["code"] for row in await day.rows("SELECT id, code FROM cases")}
    for follows, leader in ((4, 3), (6, 1)):
        assert leads[(await day.standing(follows))["duplicate_of"]] == day.code(leader)
    group = await day.standing(8)
    parts = await day.rows("SELECT code FROM cases WHERE part_of = $1", group["id"])
    assert len(parts) == 3, "each child that the group's report names has a case"
    assert len(leads) == len(ENDED) + len(parts)
    rung = await day.rows(
        "SELECT count(*) FROM outbox o JOIN cases c ON o.dedupe_key = 'bell ' || c.id"
        " WHERE c.part_of IS NULL GROUP BY c.id"
    )
    assert [row["count"] for row in rung] == [1] * len(ENDED), "each rang, and once"


async def everything_is_in_the_audit(day: Day) -> None:
    """By whom and of what sort; the page shows each entry; the chain is whole."""
    people = await day.rows("SELECT id, number FROM staff")
    roles = {int(one.handle[2:]): role for role, one in day.office.workers.items()}
    names = {str(row["id"]): roles[row["number"]] for row in people}
    names[day.office["head"].key.id] = "key of head"
    rows = await day.rows("SELECT seq, actor, action FROM audit ORDER BY seq")
    done: dict[str, set[str]] = {}
    for row in rows:
        done.setdefault(names.get(row["actor"], row["actor"]), set()).add(row["action"])
    missing = {who: deeds - done.get(who, set()) for who, deeds in DEEDS.items()}
    assert not any(missing.values()), (missing, done)

    found = await day.office.cli("verify")
    assert found["good"], found
    assert found["chain_seq"] >= len(rows)
    assert found["wrong"] == 0
    head = day.office["head"]
    await head.browser.get("/audit")
    assert (await head.browser.post("/audit/verify")).status == 303
    page = await head.reads("/audit", "Усі записи сходяться")
    assert f"№ {rows[-1]['seq']}" in page
    seen = await head.turns_pages("/audit", r'id="entry-(\d+)"')
    assert {str(row["seq"]) for row in rows} <= set(seen)


async def families_got_what_they_should_and_nothing_more(day: Day) -> None:
    """Each has code and PIN but the child, who has nothing to hide. Nobody was written to but the
    mother who was asked, and she once, without a word of it."""
    grandmother = 70
    pins = {number for number, one in day.families.items() if one.pin}
    assert pins == set(day.families) - {5, grandmother}
    for number, one in day.families.items():
        known = {said["message_id"] for said in day.settled[number]}
        chat = await one.chat()
        later = [said["text"] for said in chat if said["message_id"] not in known]
        assert later == [], f"family {number} was told {later}"
        for word in (BASIS, DEATH, NOTE):
            assert word not in json.dumps(chat, ensure_ascii=False), (number, word)
    pushes = [one for one in day.settled[1] if "Є запитання до Вашого" in one["text"]]
    assert len(pushes) == 1
    assert not any(word in pushes[0]["text"] for word in (*told.WORDS, QUESTION))


async def nothing_was_told_that_should_not_be(day: Day) -> None:
    """No word of a family in logs, in the staff's chats, in the audit; no secret either."""
    rows = await day.rows("SELECT actor, action, detail::text AS detail FROM audit")
    audit = "\n".join(f"{row['actor']} {row['action']} {row['detail']}" for row in rows)
    staff = json.dumps(await day.staff_chats(), ensure_ascii=False)
    assert "взято" in staff
    secrets = [one.passphrase for one in day.office.files.values()]
    pins = [one.pin for one in day.families.values() if one.pin]
    logs = day.logs()
    assert '"level"' in logs, "something was logged"
    for word in (*told.WORDS, *INSIDE, *secrets, *pins):
        for name, text in (("logs", logs), ("audit", audit), ("staff", staff)):
            assert word not in text, (name, word)
