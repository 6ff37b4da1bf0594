"""Writing a broadcast: the form, what families would see, the test to oneself, submitting it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from cases import broadcast_counts, broadcast_deeds, broadcasts
from cases.audience import AREAS, STAGES, Forbidden, TooFew
from cases.broadcast_content import Content, Text
from cases.broadcast_deeds import NotLinked, NotTested
from cases.broadcasts import OPEN, Changed
from cases.person import NotNow
from desk.broadcast import links
from desk.broadcast.composing import (
    BUTTONS,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_WHY,
    OBLASTS,
    Form,
    Judged,
    Typed,
    judged,
    typed_from,
    typed_in,
)  # fmt: skip
from desk.broadcast.showing import counted_now, found_in, in_words, missing, page_of
from desk.gate import opening, permitted
from desk.pages import oblasts_by_name, onward, page, part
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from locales import LOCALES, say

MAY: Final = "draft_broadcast"


@get("/broadcasts/new", opt=opening(MAY))
async def new(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """An empty form, or one that begins with a template."""
    wanted = request.query_params.get("template", "")
    texts: Mapping[str, Text] = {}
    for one in await broadcast_counts.templates(site.pool):
        if str(one.id) == wanted:
            texts = one.texts
    form = typed_from(Content("", texts))
    return await _form(site, visitor, _begun(form))


def _begun(form: Form) -> Form:
    """With the usual line that says why, where none stands."""
    texts = {
        locale: replace(one, why=one.why or say(locale, "broadcast.why"))
        for locale in LOCALES
        for one in (form.of(locale),)
    }
    return replace(form, texts=texts)


async def _form(
    site: Site, visitor: Visitor, form: Form, looked: Judged | None = None, *,
    broadcast: UUID | None = None, was: str = "", status: int = HTTP_200_OK,
) -> Response[str]:  # fmt: skip
    """`broadcast`: the one that is changed; None: a new one. `was`: the digest that was seen."""
    return page(
        site, visitor, "compose.html", room="broadcasts", status=status, form=form,
        broadcast=broadcast, was=was, locales=LOCALES, areas=AREAS, stages=STAGES,
        oblasts=oblasts_by_name(visitor.locale, OBLASTS), hosts=links.offered(),
        slots=range(BUTTONS), longest_label=LONGEST_LABEL, longest_name=LONGEST_NAME,
        longest_why=LONGEST_WHY, longest_reason=LONGEST_REASON, empty=Typed(),
        **await _looked_at(site, visitor, form, looked),
    )  # fmt: skip


async def _looked_at(
    site: Site, visitor: Visitor, form: Form, looked: Judged | None
) -> dict[str, Any]:
    """What the block beside the form shows; None: nothing has been typed yet."""
    meant = Content("", {one.locale: one.text for one in looked.seen} if looked else {},
                    form.audience, form.grounds)  # fmt: skip
    return {
        "looked": looked,
        "counted": await counted_now(site, meant) if looked else None,
        "missing": missing(meant),
        "to": form.audience,
        **in_words(visitor.locale),
    }


@post("/broadcasts/look", opt=opening(MAY), status_code=HTTP_200_OK)
async def look(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """What is typed, as families would see it; nothing is kept. A script asks for the block."""
    await permitted(site, visitor, MAY)
    sent = await request.form()
    form = typed_in(sent)
    looked = judged(form, site.now())
    if request.headers.get("HX-Request"):
        told = await _looked_at(site, visitor, form, looked)
        return part(site, visitor, "compose.html", "looked", **told)
    return await _form(
        site, visitor, form, looked, broadcast=_uuid(str(sent.get("broadcast", ""))),
        was=str(sent.get("was", "")),
    )  # fmt: skip


@post("/broadcasts", opt=opening(MAY), status_code=HTTP_200_OK)
async def create(request: Asked, site: Here, visitor: Guest) -> Response[str] | Redirect:
    person = await permitted(site, visitor, MAY)
    form = typed_in(await request.form())
    looked = judged(form, site.now())
    if looked.content is None:
        return await _form(site, visitor, form, looked, status=HTTP_400_BAD_REQUEST)
    made = await broadcasts.create(
        site.pool, looked.content, by=person, signer=site.sign, now=site.now()
    )
    return onward(f"/broadcasts/{made}", said="saved")


@get("/broadcasts/{broadcast:uuid}/edit", opt=opening(MAY))
async def edited(site: Here, visitor: Guest, broadcast: FromPath[UUID]) -> Response[str]:
    """Raises NotNow for one that has left."""
    found = await found_in(site, broadcast)
    if found.state not in OPEN:
        raise NotNow
    form = typed_from(found.content)
    looked = judged(form, site.now())
    return await _form(
        *(site, visitor, _begun(form), looked),
        broadcast=broadcast,
        was=found.digest.hex(),
    )


@post("/broadcasts/{broadcast:uuid}/edit", opt=opening(MAY), status_code=HTTP_200_OK)
async def edit(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    """A draft, whatever it was. What somebody else saved meanwhile is not written over."""
    person = await permitted(site, visitor, MAY)
    sent = await request.form()
    form, was = typed_in(sent), _digest(str(sent.get("was", "")))
    looked = judged(form, site.now())
    if looked.content is None:
        return await _form(
            *(site, visitor, form, looked),
            broadcast=broadcast, was=was.hex(), status=HTTP_400_BAD_REQUEST,
        )  # fmt: skip
    try:
        await broadcasts.edit(
            site.pool, broadcast, looked.content, was=was, by=person, signer=site.sign,
            now=site.now(),
        )  # fmt: skip
    except Changed:
        # Theirs stands; what was typed here becomes a draft of its own, so that nothing is lost.
        made = await broadcasts.create(
            site.pool, looked.content, by=person, signer=site.sign, now=site.now()
        )
        return onward(f"/broadcasts/{made}", said="copied", wrong="changed")
    return onward(f"/broadcasts/{broadcast}", said="saved")


@post("/broadcasts/{broadcast:uuid}/copy", opt=opening(MAY))
async def copy(site: Here, visitor: Guest, broadcast: FromPath[UUID]) -> Redirect:
    """A new draft that says the same, at no time yet."""
    person = await permitted(site, visitor, MAY)
    found = await found_in(site, broadcast)
    content = replace(found.content, not_before=None)
    made = await broadcasts.create(site.pool, content, by=person, signer=site.sign, now=site.now())
    return onward(f"/broadcasts/{made}/edit")


@post("/broadcasts/{broadcast:uuid}/test", opt=opening(MAY), status_code=HTTP_200_OK)
async def test(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    """To the chat that is linked with the staff bot; in training it may be ticked off."""
    person = await permitted(site, visitor, MAY)
    form = await request.form()
    was, seen = _digest(str(form.get("was", ""))), form.get("how") == "seen"
    try:
        if seen and site.demo:
            await broadcast_deeds.mark_tested(
                site.pool, broadcast, was, by=person, signer=site.sign, now=site.now()
            )
            return onward(f"/broadcasts/{broadcast}", said="tested")
        await broadcast_deeds.ask_test(
            site.pool, broadcast, was=was, by=person, signer=site.sign, now=site.now()
        )
    except (Changed, NotLinked) as error:
        wrong = "changed" if isinstance(error, Changed) else "unlinked"
        return await page_of(site, visitor, broadcast, status=HTTP_400_BAD_REQUEST, wrong=wrong)
    return onward(f"/broadcasts/{broadcast}", said="trying")


@post("/broadcasts/{broadcast:uuid}/submit", opt=opening(MAY), status_code=HTTP_200_OK)
async def submit(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str] | Redirect:
    person = await permitted(site, visitor, MAY)
    was = _digest(str((await request.form()).get("was", "")))
    found = await found_in(site, broadcast)
    wrong = "" if judged(typed_from(found.content), site.now()).content else "blocked"
    if not wrong:
        try:
            await broadcast_deeds.submit(
                site.pool, broadcast, was=was, by=person, signer=site.sign, now=site.now()
            )
        except tuple(_WHY_NOT) as error:
            wrong = _WHY_NOT[type(error)]
    if wrong:
        return await page_of(site, visitor, broadcast, status=HTTP_400_BAD_REQUEST, wrong=wrong)
    return onward(f"/broadcasts/{broadcast}", said="submitted")


_WHY_NOT: Final[dict[type[Exception], str]] = {
    NotTested: "untested",
    Changed: "changed",
    TooFew: "few",
    Forbidden: "forbidden",
}


def _digest(text: str) -> bytes:
    """Of a form; what is none fits nothing."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES: Final = (new, look, create, edited, edit, copy, test, submit)
