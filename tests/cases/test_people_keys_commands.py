"""`dodomu keys`, for people: from the ceremony to a colleague's leaving, as the manual says."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from ceremony import HEAD, MARCHENKO, Ceremony, run
from office import sealed_cases

from cases import case_keys, database
from cases.audit import verify
from cases.group_keys import group_identities
from vault import keys, member, recipients, rewrapping
from vault.recipients import Recipients

CASES = 7


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ceremony:
    return Ceremony(tmp_path_factory.mktemp("ceremony"))


@pytest.fixture
def office(
    made: Ceremony, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Ceremony:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return made.copy(tmp_path)


def listed(office: Ceremony) -> Recipients:
    from datetime import UTC, datetime

    root = recipients.read_public(office.public["root"])
    return recipients.load(office.listed, root, 0, datetime.now(UTC))


def with_pool(url: str, work):
    async def done():
        async with await database.connect(url) as pool:
            return await work(pool)

    return asyncio.run(done())


def cases_sent(office: Ceremony, url: str) -> list:
    return list(with_pool(url, lambda pool: sealed_cases(pool, listed(office), CASES)))


def opening(url: str, path: Path, cases) -> int:
    """How many of the cases a key file opens, as the database has them."""
    held = [keys.load_identity(path, "triage")]

    async def count(pool: asyncpg.Pool) -> int:
        copies = {case: await case_keys.copies(pool, case) for case in cases}
        found = (rewrapping.opened(held, sealed, case) for case, sealed in copies.items())
        return sum(identity is not None for identity in found)

    return with_pool(url, count)


def held_by(office: Ceremony, url: str, id_: str) -> list[str]:
    raw = office.file(id_).read_bytes()
    person = member.open(raw, office.words[id_])

    async def identities(pool: asyncpg.Pool) -> list[str]:
        found = await group_identities(pool, person, listed(office))
        return [str(each.to_public()) for each in found]

    return with_pool(url, identities)


def test_a_colleague_leaves_and_is_shut_out_of_what_comes_after(office: Ceremony, database_url):
    office.first_grants()
    before = cases_sent(office, database_url)
    old = office.file("triage")
    new = office.rotated("--without", MARCHENKO)
    after = cases_sent(office, database_url)
    assert opening(database_url, old, before) == CASES
    assert opening(database_url, old, after) == 0
    office.heads("grant", "--everyone", "--from", new)
    assert len(held_by(office, database_url, HEAD)) == 2
    moved = office.heads("rewrap")
    assert (moved["rewrapped"], moved["left"], moved["refused"]) == (CASES, 0, [])
    assert opening(database_url, old, before) == CASES
    assert opening(database_url, new, [*before, *after]) == 2 * CASES
    assert office.heads("drop-old")["dropped"] == CASES
    assert opening(database_url, old, [*before, *after]) == 0
    assert opening(database_url, new, [*before, *after]) == 2 * CASES
    chain = with_pool(database_url, lambda pool: verify(pool, listed(office).signers()))
    assert chain[0] == len(("granted", "granted", "rotated", "granted", "rewrapped", "dropped"))


def test_what_is_left_of_who_left_is_found_and_taken_back(office: Ceremony):
    office.first_grants()
    assert office.verified("--stored") == []
    office.rotated("--without", MARCHENKO)
    assert office.verified("--stored") == [
        "triage 1 of p-07: the member is not in the signed list now, or has another key"
    ]
    assert office.heads("revoke", MARCHENKO)["revoked"] == 1
    assert office.verified("--stored") == []
    rows = run("granted")[1]
    assert [(row["member"], row["revoked_by"]) for row in rows] == [
        (HEAD, None),
        (MARCHENKO, HEAD),
    ]


def test_who_left_can_neither_give_nor_take_nor_move(office: Ceremony):
    office.first_grants()
    office.rotated("--without", MARCHENKO)
    typed = office.words[MARCHENKO]
    for command in (
        ("grant", HEAD),
        ("revoke", HEAD),
        ("rewrap", "--from", office.file("triage")),
        ("drop-old", "--with", office.file("triage")),
    ):
        code, shown = run(*command, *office.by(MARCHENKO), typed=typed)
        assert code == 1
        assert "not in the signed list" in shown["said"]


def test_a_member_passes_on_the_key_it_was_given(office: Ceremony, database_url):
    office.heads("grant", HEAD, "--from", office.file("triage"))
    assert office.heads("grant", MARCHENKO)["granted"] == ["p-07: was given triage 1"]
    assert office.heads("grant", MARCHENKO)["granted"] == ["p-07: holds triage 1 already"]
    assert held_by(office, database_url, MARCHENKO) == [office.public["triage"]]


def test_a_newcomer_stands_in_the_list_first(office: Ceremony, tmp_path: Path):
    office.first_grants()
    new = office.must("member", "new", "p-09", "--folder", tmp_path)
    code, shown = run("grant", "p-09", *office.by(), typed=office.words[HEAD])
    assert code == 1
    assert "p-09: is not a member" in shown["said"]
    to = tmp_path / "next.json"
    office.must("revise", "--member", new["line"], "--to", to, *office.trusted())
    office.sign(to)
    office.listed = to
    assert office.heads("grant", "p-09")["granted"] == ["p-09: was given triage 1"]


def test_who_lost_a_passphrase_comes_again_with_another_key(office: Ceremony, database_url):
    office.first_grants()
    (office.folder / "again").mkdir()
    new = office.must("member", "new", MARCHENKO, "--folder", office.folder / "again")
    to = office.folder / "next.json"
    change = ("--without", MARCHENKO, "--member", new["line"], "--to", to)
    office.must("revise", *change, *office.trusted())
    office.sign(to)
    office.listed = to
    assert office.heads("grant", MARCHENKO)["granted"] == ["p-07: was given triage 1"]
    old = run("grant", HEAD, *office.by(MARCHENKO), typed=office.words[MARCHENKO])
    assert "not in the signed list" in old[1]["said"]
    office.file(MARCHENKO).write_bytes(Path(new["file"]).read_bytes())
    office.words = office.words | {MARCHENKO: new["passphrase"]}
    assert held_by(office, database_url, MARCHENKO) == [office.public["triage"]]


def test_only_the_key_in_use_is_given_and_only_by_who_has_it(office: Ceremony, tmp_path: Path):
    typed = office.words[HEAD]
    code, shown = run("grant", MARCHENKO, *office.by(), typed=typed)
    assert (code, shown["said"]) == (1, "p-01 holds no key of the group")
    office.must("new", "triage", "--folder", tmp_path, "--name", "foreign")
    for name in ("foreign", "escrow"):
        code, shown = run(
            "grant", MARCHENKO, "--from", office.file(name), *office.by(), typed=typed
        )
        assert code == 1
        assert "not a triage key in use" in shown["said"]
    code, shown = run("grant", MARCHENKO, "--from", office.file("root"), *office.by(), typed=typed)
    assert "a root key opens no case" in shown["said"]


def test_escrow_moves_the_cases_when_nobody_has_the_old_key(office: Ceremony, database_url):
    before = cases_sent(office, database_url)
    office.must("escrow", "split", office.file("escrow"), "--folder", office.folder)
    one, other = (office.file(f"escrow-holder-{number}") for number in (3, 1))
    again = office.file("escrow-again")
    typed = office.words[HEAD]
    office.must(
        "escrow", "recover", one, other, "--to", again, f"--by={office.file(HEAD)}", typed=typed
    )
    new = office.rotated()
    assert office.heads("rewrap", "--from", again)["rewrapped"] == CASES
    assert opening(database_url, new, before) == CASES
    with_pool(database_url, lambda pool: verify(pool, listed(office).signers()))
    actions = with_pool(database_url, lambda pool: pool.fetch("SELECT action FROM audit"))
    assert [row["action"] for row in actions] == [
        "escrow.recovered", "key.rotated", "escrow.used", "keys.rewrapped",
    ]  # fmt: skip


def test_one_holder_twice_recovers_nothing(office: Ceremony):
    office.must("escrow", "split", office.file("escrow"), "--folder", office.folder)
    holder, to = office.file("escrow-holder-2"), office.file("again")
    assert office.verified("--key", holder) == []
    code, shown = run("escrow", "recover", holder, holder, "--to", to)
    assert code == 1
    assert "two different holders are needed" in shown["said"]
    assert run("escrow", "recover", holder, office.file("escrow"), "--to", to)[0] == 1
    assert not to.exists()
    code, shown = run("escrow", "split", office.file("escrow"), "--folder", office.folder)
    assert "is there already" in shown["said"]


def test_cases_left_behind_are_said_with_exit_code_1(office: Ceremony, database_url):
    cases = cases_sent(office, database_url)
    office.rotated()
    with_pool(
        database_url,
        lambda pool: pool.execute("UPDATE case_key SET sealed = 'x' WHERE case_id = $1", cases[0]),
    )
    code, shown = run(
        "rewrap", "--from", office.file("triage"), *office.by(), typed=office.words[HEAD]
    )
    assert (code, shown["rewrapped"], shown["left"]) == (1, CASES - 1, 1)
    assert shown["refused"] == [str(cases[0])]


def test_an_older_list_is_not_worked_with(office: Ceremony):
    office.first_grants()
    code, shown = run("rewrap", *office.by(), "--at-least", 2, typed=office.words[HEAD])
    assert code == 1
    assert "this one is old" in shown["said"]


def test_a_rotation_interrupted_takes_up_the_key_it_made(office: Ceremony, tmp_path: Path):
    made = office.must("new", "triage", "--folder", tmp_path, "--name", "triage-2")
    to = tmp_path / "next.json"
    shown = office.must("rotate", "--folder", tmp_path, "--to", to, *office.trusted())
    assert shown["public"] == made["public"]
    code, shown = run("rotate", "--folder", tmp_path, "--to", to, *office.trusted())
    assert code == 1
    assert "is there already" in shown["said"]


def test_who_is_not_in_the_list_cannot_be_left_out_of_it(office: Ceremony, tmp_path: Path):
    to = tmp_path / "next.json"
    code, shown = run("revise", "--without", "p-99", "--to", to, *office.trusted())
    assert code == 1
    assert "not in the list now: p-99" in shown["said"]
    assert not to.exists()


def test_the_passphrase_is_changed_and_the_keys_stay(office: Ceremony):
    path = office.file(MARCHENKO)
    before = office.must("member", "show", path)
    old, own = office.words[MARCHENKO], "У суботу дядько Петро лагодив паркан\n"
    assert run("member", "change-passphrase", path, typed="не той\n")[0] == 1
    code, shown = run("member", "change-passphrase", path, "--own", typed=old + own + "інше\n")
    assert (code, "was not repeated" in shown["said"]) == (1, True)
    code, shown = run("member", "change-passphrase", path, "--own", typed=old + "коротко\n")
    assert (code, "at least 20 signs" in shown["said"]) == (1, True)
    member.open(path.read_bytes(), old)
    office.must("member", "change-passphrase", path, "--own", typed=old + own + own.upper())
    assert office.must("member", "show", path) == before
    member.open(path.read_bytes(), own)
    with pytest.raises(member.WrongPassphrase):
        member.open(path.read_bytes(), old)
    assert path.stat().st_mode & 0o077 == 0


def test_key_files_of_people_are_verified_and_have_fingerprints(office: Ceremony, tmp_path: Path):
    path = office.file(HEAD)
    shown = office.must("member", "show", path)
    assert office.must("fingerprint", path)[str(path)] == shown["fingerprint"]
    assert office.verified("--key", path) == []
    office.must("member", "new", "p-09", "--folder", tmp_path)
    assert "not in the signed list" in office.verified("--key", tmp_path / "p-09.key")[0]
    spoilt = json.loads(path.read_text())
    spoilt["sealed"] = "AAAA" + spoilt["sealed"][4:]
    path.write_text(json.dumps(spoilt))
    assert "was changed or cut" in office.verified("--key", path)[0]
    path.chmod(0o644)
    assert "others can read it" in office.verified("--key", path)[0]


def test_no_key_file_is_overwritten_and_no_id_is_taken_that_no_list_takes(office: Ceremony):
    code, shown = run("member", "new", HEAD, "--folder", office.folder)
    assert (code, "is there already" in shown["said"]) == (1, True)
    code, shown = run("member", "new", "bot", "--folder", office.folder)
    assert (code, "no program's name" in shown["said"]) == (1, True)
    code, shown = run("member", "show", office.file("root"))
    assert (code, "not a member's key file" in shown["said"]) == (1, True)


def test_a_passphrase_drawn_is_shown_once_and_written_nowhere(office: Ceremony):
    everything = "".join(path.read_text() for path in office.folder.iterdir() if path.is_file())
    for words in office.words.values():
        assert words.strip() not in everything
        assert len(words.split()) == 6
