"""`python -m benchmarks.probes`: whether the time of an answer tells that a code exists.

Somebody without a PIN tries codes, one after the other, half of which exist. `cases.own.by_code`
is all that differs between them; the rest of an answer is the same for both.
"""

import asyncio
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from cyclopts import App

from benchmarks.speed import at
from bot.postgres import embedded, migrate
from cases import database, own
from vault import receipt

app = App(name="probes", help="Measure tries of codes that exist and of codes that do not.")

_CASES: Final = """
INSERT INTO cases (id, code, chat_ref, kind, status, level, reasons, rules_version, locale,
                   channel, children, answers, recipient, received_at, due_at)
SELECT md5('i' || n)::uuid, 'H' || n, '\\x00', 'report', 'received', 'medium', '{}', 1, 'uk',
       'family', 1, 9, 'age1', now(), now() FROM generate_series(1, $1) n RETURNING id, code
"""
_COPIES: Final = """
INSERT INTO family_copy (case_id, salt, sealed, public) VALUES ($1, $2, $3, $4)
"""
_PIN: Final = "0000-0000-0000"


@app.default
def run(probes: int = 400) -> None:
    """Try `probes` codes that exist and as many that do not, taking turns."""
    with tempfile.TemporaryDirectory(prefix="dodomu-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, PostgreSQL runs as somebody else
        with embedded(folder / "postgres") as server:
            migrate(server.url)
            hits, misses = asyncio.run(_measured(server.url, probes))
    for words, took in (("exists", hits), ("does not exist", misses)):
        _say(f"{words:<15} p50 {at(took, 0.5):6.2f} ms   p95 {at(took, 0.95):6.2f} ms")
    _say(
        f"{'difference':<15} p50 {abs(at(hits, 0.5) - at(misses, 0.5)):6.2f} ms"
        f"   p95 {abs(at(hits, 0.95) - at(misses, 0.95)):6.2f} ms   (goal: 5 ms at p95)"
    )


async def _measured(url: str, probes: int) -> tuple[list[float], list[float]]:
    async with await database.connect(url) as pool:
        codes = await _filled(pool, probes)
        took: dict[bool, list[float]] = {True: [], False: []}
        for number, code in enumerate(codes):
            for exists in (True, False) if number % 2 else (False, True):
                began = time.perf_counter()
                found = await own.by_code(pool, code if exists else f"M{number}", _PIN)
                took[exists].append((time.perf_counter() - began) * 1000)
                assert found is None, "a PIN nobody was given"
    return sorted(took[True]), sorted(took[False])


async def _filled(pool: "asyncpg.Pool", cases: int) -> list[str]:
    """Cases with copies as families have them, of a usual length, under one real key."""
    public = receipt.family_public(secrets.token_bytes(32))
    rows = await pool.fetch(_CASES, cases)
    for row in rows:
        case: UUID = row["id"]
        told = receipt.seal_for_family(public, case, receipt.REPORT_PAGE, {"text": "x" * 3000})
        await pool.execute(_COPIES, case, secrets.token_bytes(receipt.SALT), told, public)
    return [str(row["code"]) for row in rows]


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")


if __name__ == "__main__":
    app()
