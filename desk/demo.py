"""In the sandbox alone: signing in as one of the demo's people with a button.

These routes exist only in an application that was built with demo people; nothing else leads here.
"""

from typing import Final

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from cases.people import by_ids
from cases.person import NotNow
from desk.gate import ANYBODY, opening
from desk.sign_in import signed_in
from desk.site import Here
from desk.visitor import Asked


@post("/demo/{who:str}", opt=opening(ANYBODY))
async def enter(request: Asked, site: Here, who: FromPath[str]) -> Response[str] | Redirect:
    """Raises NotNow for whoever is not of the demo, or was suspended in it."""
    found = [
        one for one in await by_ids(site.pool, site.demo) if str(one.id) == who and one.active
    ]
    if not found:
        raise NotNow
    return await signed_in(site, request, found[0], "demo")


ROUTES: Final = (enter,)
