"""A broadcast under way: called off in its first minute, paused, let go on, stopped, taken back;
and what became of it, without anybody's name.
"""

from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from cases import broadcast_counts, broadcast_deeds, broadcast_running
from desk.broadcast.composing import LONGEST_REASON
from desk.broadcast.showing import AFTER, found_in, page_of
from desk.export.tables import csv_lines
from desk.gate import opening, permitted
from desk.pages import onward
from desk.site import Here
from desk.visitor import Asked, Guest
from flows.kinds.cleaning import clean_text

STOP: Final = "stop_broadcast"
COLUMNS: Final = ("broadcast", "language", "state", "reason", "families")


@post("/broadcasts/{broadcast:uuid}/cancel", opt=opening(STOP))
async def cancel(site: Here, visitor: Guest, broadcast: FromPath[UUID]) -> Redirect:
    """Before anything has left: a draft again. Raises NotNow."""
    person = await permitted(site, visitor, STOP)
    await broadcast_deeds.cancel(site.pool, broadcast, by=person, signer=site.sign, now=site.now())
    return onward(f"/broadcasts/{broadcast}", said="cancelled")


@post("/broadcasts/{broadcast:uuid}/pause", opt=opening(STOP))
async def pause(site: Here, visitor: Guest, broadcast: FromPath[UUID]) -> Redirect:
    """Raises NotNow."""
    person = await permitted(site, visitor, STOP)
    await broadcast_running.pause(
        site.pool, broadcast, by=person, signer=site.sign, now=site.now()
    )
    return onward(f"/broadcasts/{broadcast}", said="paused")


@post("/broadcasts/{broadcast:uuid}/resume", opt=opening("resume_broadcast"))
async def resume(site: Here, visitor: Guest, broadcast: FromPath[UUID]) -> Redirect:
    """Raises NotNow."""
    person = await permitted(site, visitor, "resume_broadcast")
    await broadcast_running.resume(
        site.pool, broadcast, by=person, signer=site.sign, now=site.now()
    )
    return onward(f"/broadcasts/{broadcast}", said="resumed")


@post("/broadcasts/{broadcast:uuid}/stop", opt=opening(STOP), status_code=HTTP_200_OK)
async def stop(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    """For good, so with a tick. Raises NotNow."""
    person = await permitted(site, visitor, STOP)
    form = await request.form()
    if form.get("sure") != "yes":
        return await page_of(site, visitor, broadcast, status=HTTP_400_BAD_REQUEST, wrong="sure")
    await broadcast_running.stop(
        site.pool, broadcast, by=person, signer=site.sign, now=site.now(),
        reason=clean_text(str(form.get("reason", "")))[:LONGEST_REASON],
    )  # fmt: skip
    return onward(f"/broadcasts/{broadcast}", said="stopped")


@post(
    "/broadcasts/{broadcast:uuid}/recall", opt=opening("recall_broadcast"), status_code=HTTP_200_OK
)
async def recall(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    """From everybody it has reached. Raises NotNow."""
    person = await permitted(site, visitor, "recall_broadcast")
    form = await request.form()
    if form.get("sure") != "yes":
        return await page_of(site, visitor, broadcast, status=HTTP_400_BAD_REQUEST, wrong="sure")
    await broadcast_running.recall(
        site.pool, broadcast, by=person, signer=site.sign, now=site.now(),
        reason=clean_text(str(form.get("reason", "")))[:LONGEST_REASON],
    )  # fmt: skip
    return onward(f"/broadcasts/{broadcast}", said="recalled")


@get("/broadcasts/{broadcast:uuid}/result.csv", opt=opening("broadcasts"))
async def result(site: Here, broadcast: FromPath[UUID]) -> Response[bytes]:
    """Families by language and by what became of the message. Raises NotFoundException."""
    found = await found_in(site, broadcast)
    if found.state not in AFTER:
        raise NotFoundException
    lines = await broadcast_counts.results(site.pool, broadcast)
    rows = [(found.content.name, one.locale, one.state, one.reason, one.families) for one in lines]
    answer = Response(b"".join(csv_lines(COLUMNS, rows)), media_type="text/csv; charset=utf-8")
    name = f'attachment; filename="broadcast-{found.number}.csv"'
    answer.headers["Content-Disposition"] = name
    return answer


ROUTES: Final = (cancel, pause, resume, stop, recall, result)
