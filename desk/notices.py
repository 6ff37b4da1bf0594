"""Where bells reach one: the code that links one's Telegram, the address for mail, the digest."""

from typing import Final

from litestar import Response, post
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from cases import links, notices
from cases.database import transaction
from desk.gate import STAFF, opening, person_of
from desk.pages import onward, page
from desk.site import Here
from desk.visitor import Asked, Guest
from flows.kinds.email import is_address


@post("/me/link", opt=opening(STAFF), status_code=HTTP_200_OK)
async def link(site: Here, visitor: Guest) -> Response[str]:
    """The code is shown on the page that answers, and never again."""
    code = links.new_code()
    await links.offer(site.pool, person_of(visitor).id, code, site.now())
    return page(site, visitor, "link.html", room="me", code=code)


@post("/me/unlink", opt=opening(STAFF))
async def unlink(site: Here, visitor: Guest) -> Redirect:
    person = person_of(visitor)
    async with transaction(site.pool) as connection:
        done = await links.undo(connection, person, signer=site.sign, now=site.now())
    return onward("/me", **({"said": "unlinked"} if done else {}))


@post("/me/notices", opt=opening(STAFF))
async def wishes(request: Asked, site: Here, visitor: Guest) -> Redirect:
    form = await request.form()
    address = str(form.get("mail", "")).strip()
    if address and not is_address(address):
        return onward("/me", said="no_address")
    digest = form.get("digest") == "yes"
    await notices.wish(site.pool, person_of(visitor).id, mail=address, digest=digest)
    return onward("/me", said="kept")


ROUTES: Final = (link, unlink, wishes)
