"""Says in words what pip-audit has found; read by .ci/audit. Advice: the exit code is always 0."""

import json
import sys
from collections.abc import Iterator
from typing import Any

_NOBODY = "audit: the index could not be asked; nothing is known of weaknesses"


def worded(text: str) -> Iterator[str]:
    """pip-audit's JSON as lines. What it left out was not audited, and that is said."""
    try:
        packages: list[dict[str, Any]] = list(json.loads(text)["dependencies"])
    except (ValueError, KeyError, TypeError):
        yield _NOBODY
        return
    asked = [one for one in packages if "skip_reason" not in one]
    if not asked:
        yield f"{_NOBODY} (0 of {len(packages)} packages answered)"
        return
    weak = [one for one in asked if one["vulns"]]
    told = sum(len(one["vulns"]) for one in weak)
    said = f"{told} known weaknesses in {len(weak)} packages" if weak else "no known weakness"
    yield f"audit: {said}; {len(asked)} of {len(packages)} packages answered"
    for one in weak:
        for each in one["vulns"]:
            mended = ", ".join(each.get("fix_versions", ())) or "nothing yet"
            yield f"audit:   {one['name']} {one['version']}: {each['id']}, mended in {mended}"


if __name__ == "__main__":
    print("\n".join(worded(sys.stdin.read())))
