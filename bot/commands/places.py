"""`dodomu places`: what the bot makes of a place somebody types."""

import json as jsons
from typing import Annotated

from cyclopts import App, Parameter

from flows.places import matches, path

app = App(name="places", help="The table of settlements.")


@app.command
def find(
    text: str,
    *,
    oblast: str | None = None,
    limit: int = 6,
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Settlements called, formerly called or nearly called TEXT, the best first.

    Parameters
    ----------
    text
        As a person would type it, in Ukrainian or Russian.
    oblast
        Only there: a code like UA-65.
    limit
        At most so many.
    json
        Answer in JSON.
    """
    found = matches(text, oblast)
    places = found.places[:limit]
    if json:
        rows = [{"code": one.code, "name": one.name, "oblast": one.oblast} for one in places]
        print(jsons.dumps({"exact": found.exact, "places": rows}, ensure_ascii=False))
    else:
        for one in places:
            print(f"{one.code}  {path(one, community=True)}")
        if not places:
            print("nothing is called like that")
    return 0 if places else 1
