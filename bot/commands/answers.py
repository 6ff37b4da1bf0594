"""How a command answers: lines for people, JSON for machines, and an exit code for both."""

import json as jsons
from collections.abc import Iterable
from typing import Annotated

from cyclopts import Parameter

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")]


def answer(shown: object, lines: Iterable[str], *, json: bool, code: int = 0) -> int:
    """Print `shown` as JSON, or the lines; gives back `code`."""
    print(jsons.dumps(shown, ensure_ascii=False) if json else "\n".join(lines))
    return code


def refused(why: str, *, json: bool) -> int:
    """Print why nothing was done; gives back 1."""
    return answer({"good": False, "said": why}, [why], json=json, code=1)
