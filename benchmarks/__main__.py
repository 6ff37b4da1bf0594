"""`python -m benchmarks`: measures everything in one run and prints it as one table of goals."""

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from cyclopts import App

from benchmarks import figures, plan, results, table
from benchmarks.accounting import machine
from benchmarks.peers import installed
from benchmarks.peers.installed import Missing
from benchmarks.rig import LOG, Rig, Unanswered, rigged
from benchmarks.run import measured
from benchmarks.speed import Unsound

Part: TypeAlias = Literal[
    "start", "speed", "calls", "memory", "stored", "backlog", "broadcast", "sealing", "duplicates",
    "pages",
]  # fmt: skip
_BUSY = 0.5
_BEGIN, _END = "<!-- measured -->", "<!-- end of measured -->"

app = App(name="benchmarks", help="Measure the product as it is shipped, beside others.")


@app.default
def run(
    *parts: Part,
    quick: bool = False,
    json: Path | None = None,
    go_on: bool = False,
    log: Path | None = None,
    beside: tuple[str, ...] | None = None,
    rounds: int | None = None,
    seconds: float | None = None,
    warm: float | None = None,
    rates: tuple[float, ...] | None = None,
    drafts: tuple[int, ...] | None = None,
    stored: tuple[int, ...] | None = None,
    backlog: int | None = None,
    recipients: tuple[int, ...] | None = None,
    cards: int | None = None,
    cases: int | None = None,
) -> None:
    """Measure these parts, or all of them, and print what was seen; 1 when a part has failed.

    `--quick` takes less of everything, and a few minutes. `--json` keeps the results, part
    by part; with `--go-on` it takes up a run that broke off, and measures what is missing there.
    `--log` keeps what the bots logged. `--beside` names whom to measure, `dodomu` too;
    `--beside none` leaves all but the webhook's `dodomu` out. `--seconds` of measuring come after
    `--warm` seconds of the same, `--rounds` times; `--rates` are updates a second. How much there
    is: `--drafts` open, cases `--stored`, a `--backlog` of updates, `--recipients` of a broadcast,
    `--cards` searched for duplicates, `--cases` in the desk's queue.
    """
    asked = _given(
        beside=beside, rounds=rounds, seconds=seconds, warm=warm, rates=rates, drafts=drafts,
        stored=stored, backlog=backlog, recipients=recipients, cards=cards, cases=cases,
    )  # fmt: skip
    wanted = replace(plan.QUICK if quick else plan.WHOLE, **asked)
    if parts:
        wanted = replace(wanted, parts=parts)
    with tempfile.TemporaryDirectory(prefix="dodomu-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, PostgreSQL runs as somebody else
        try:
            asyncio.run(_measured(wanted, folder, quick=quick, json=json, goes_on=go_on))
        finally:
            if log is not None and (folder / LOG).exists():
                log.write_bytes((folder / LOG).read_bytes())


def _given(**asked: Any) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


@app.command
def prepare() -> None:
    """Get what the other bots need: Redis, its client, grammY. As root, Debian's Redis too."""
    for sentence in installed.prepare():
        print(sentence)


@app.command(name="table")
def print_table(file: Path) -> None:
    """Print the tables of docs/performance.md from what `--json` kept."""
    print(table.whole(results.load(file)))


@app.command
def publish(file: Path, page: Path = Path("docs/performance.md")) -> None:
    """Put what `--json` kept into the page, between its two marks, with its curves beside it."""
    found = results.load(file)
    drawn = figures.draw(found.parts, page.with_suffix(""))
    before, begin, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise SystemExit(f"{page} has no marks {_BEGIN} and {_END}")
    curves = "\n".join(f"![{path.stem}]({page.stem}/{path.name})" for path in drawn)
    told = f"{table.whole(found)}\n\n{curves}".rstrip()
    page.write_text(f"{before}{begin}\n\n{told}\n\n{end}{after}", encoding="utf-8")


async def _measured(
    wanted: plan.Plan, folder: Path, *, quick: bool, json: Path | None, goes_on: bool
) -> None:
    async with rigged(folder) as rig:
        here = machine(await rig.postgres_version())
        if goes_on and json is not None:
            found = results.go_on(here, json)
            left = tuple(part for part in wanted.parts if part not in found.parts)
            wanted = replace(wanted, parts=left)
        else:
            found = results.begin(here, quick=quick, file=json)
        _say(table.about(found))
        if found.machine["load"] > _BUSY:
            _say("The machine is busy: the figures are worth little.")
        await _all(rig, wanted, found)
    print("\n" + table.whole(found))
    if found.failed:
        raise SystemExit(1)


async def _all(rig: Rig, wanted: plan.Plan, found: results.Results) -> None:
    for part in wanted.parts:
        _say(f"{part} …")
        try:
            seen, took = await measured(rig, part, wanted, _say)
        except (Missing, Unanswered, Unsound) as error:
            found.fail(part, str(error) or type(error).__name__)
            _say(f"{part}: failed, {error}")
            continue
        if seen is None:
            _say(f"{part}: left out, this tree has no benchmarks.broadcast")
        else:
            found.add(part, seen, took)
            _say(f"{part}: {took:.0f} s")


def _say(words: str) -> None:
    """While it goes on; the tables alone go where they can be kept."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    app()
