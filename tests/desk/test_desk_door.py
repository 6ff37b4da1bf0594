"""The desk is reachable only by its own pages in its owner's browser: Host, Origin, CSRF."""

import asyncio
from urllib.parse import urlsplit

import pytest

from cases.permissions import table
from desk.door import MOST_BYTES
from desk.gate import ANYBODY, NOBODY, STAFF, WAITING


async def _raw(desk, request: str) -> tuple[int, str]:
    """What the desk answers to these very bytes."""
    parts = urlsplit(desk.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
    writer.write(request.encode())
    await writer.drain()
    answer = (await asyncio.wait_for(reader.read(), 10)).decode(errors="replace")
    writer.close()
    status = int(answer.split(" ", 2)[1]) if answer.startswith("HTTP/") else 0
    return status, answer


def _request(method: str, path: str, *headers: str, body: str = "") -> str:
    lines = [f"{method} {path} HTTP/1.1", *headers, "Connection: close"]
    if method == "POST":
        lines += [
            "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
        ]  # fmt: skip
    return "\r\n".join([*lines, "", body])


HOSTS = {
    "right": "Host: {host}",
    "rebound": "Host: evil.example",
    "rebound, port kept": "Host: evil.example:{port}",
    "by number": "Host: 127.0.0.1:{port}",
    "a name that ends alike": "Host: x{host}",
    "without a port": "Host: localhost",
}
ORIGINS = {
    "right": "Origin: {url}",
    "none": "",
    "null": "Origin: null",
    "elsewhere": "Origin: https://evil.example",
    "another port": "Origin: http://localhost:1",
    "twice": "Origin: {url}\r\nOrigin: https://evil.example",
}
TOKENS = ("right", "none", "made up", "of another browser")
#: Host, Origin, token: one right request, and every one with something wrong
REQUESTS = [
    ("right", "right", "right"),
    *((host, "right", "right") for host in HOSTS if host != "right"),
    *(("right", origin, "right") for origin in ORIGINS if origin != "right"),
    *(("right", "right", token) for token in TOKENS if token != "right"),
    *((host, "none", "none") for host in HOSTS if host != "right"),
    *(("right", origin, "none") for origin in ORIGINS if origin != "right"),
]


def test_the_matrix_has_its_24_requests():
    assert len(set(REQUESTS)) == 24


async def test_only_a_form_of_ours_from_our_own_page_does_anything(desk):
    browser, other = await desk.at_work("head"), await desk.at_work("head")
    known = {"right": browser.token, "none": "", "made up": "0" * 64,
             "of another browser": other.token}  # fmt: skip
    names = {"url": desk.url, "host": desk.site.host, "port": desk.url.rpartition(":")[2]}
    cookie = f"Cookie: desk={browser.cookie('desk')}; visit={browser.cookie('visit')}"
    for host, origin, token in REQUESTS:
        case = await desk.case()
        headers = [HOSTS[host].format(**names), ORIGINS[origin].format(**names), cookie]
        told = _request(
            "POST", f"/cases/{case}/take", *filter(None, headers), body=f"csrf={known[token]}"
        )
        status, _ = await _raw(desk, told)
        taken = await desk.owner.fetchval("SELECT taken_by FROM cases WHERE id = $1", case)
        if (host, origin, token) == ("right", "right", "right"):
            assert (status, taken is not None) == (303, True)
        else:
            assert status == (421 if host != "right" else 403), (host, origin, token)
            assert taken is None, (host, origin, token)


@pytest.mark.parametrize("host", [name for name in HOSTS if name != "right"])
async def test_a_rebound_name_reads_nothing(desk, host):
    browser = await desk.at_work("head")
    await desk.case()
    names = {"host": desk.site.host, "port": desk.url.rpartition(":")[2]}
    cookie = f"Cookie: desk={browser.cookie('desk')}; visit={browser.cookie('visit')}"
    status, answer = await _raw(
        desk, _request("GET", "/queue", HOSTS[host].format(**names), cookie)
    )
    assert status == 421
    assert "7K4M" not in answer


async def test_a_token_from_before_signing_in_does_not_count_after(desk):
    person = await desk.person("head")
    browser = await desk.signed_in(person)
    stale = browser.token
    await browser.post("/sign-out")
    browser.client.cookie_jar.clear()
    await browser.get("/sign-in")
    assert browser.token != stale
    browser.token = stale
    assert (await browser.post("/sign-in", {"handle": "1"})).status == 403


HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/nowhere", "/invite/x", "/assets/desk.css", "/assets/nowhere"]
)
async def test_every_answer_shuts_the_browser_in(desk, path):
    answer = await desk.browser().get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Permissions-Policy" in answer.headers
    kept = path == "/assets/desk.css"
    assert answer.headers["Cache-Control"] == ("public, max-age=86400" if kept else "no-store")
    assert "Server" not in answer.headers


async def test_cookies_are_for_this_desk_alone_and_for_no_script(desk):
    answer = await desk.browser().get("/sign-in")
    said = answer.headers["Set-Cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "domain" not in said


async def test_a_body_without_end_is_refused(desk):
    browser = await desk.at_work("admin")
    answer = await browser.post("/people/invite", {"name": "x" * (MOST_BYTES + 1)})
    assert answer.status == 413


def test_every_route_says_whom_it_is_for(rooms):
    known = {ANYBODY, NOBODY, STAFF, WAITING, *table()}
    silent = [
        (route.path, handler)
        for route in rooms.routes
        for handler in route.route_handlers
        if handler.opt.get("for") not in known and "OPTIONS" not in handler.http_methods
    ]
    assert silent == []


GUARDED = {
    "/queue": "queue", "/queue/lines": "queue", "/people": "people",
}  # fmt: skip
POSTS = {
    "/cases/{id}/take": "take", "/cases/{id}/release": "release", "/people/invite": "invite",
    "/people/{id}/renew": "invite",
    "/people/{id}/suspend": "suspend", "/people/{id}/restore": "restore",
    "/people/{id}/role": "propose_role", "/grants/{id}/yes": "confirm_role",
    "/duty": "plan_duty", "/duty/{id}/remove": "plan_duty",
}  # fmt: skip


async def test_every_denied_deed_is_in_the_audit_and_has_no_effect(desk):
    from cases.permissions import ROLES, scope_of

    case = await desk.case()
    before = await _state(desk)
    denied = 0
    for role in ROLES:
        browser = await desk.at_work(role)
        staff = await desk.owner.fetchval("SELECT count(*) FROM staff")
        for path, action in (GUARDED | POSTS).items():
            if scope_of(role, action) is not None:
                continue
            full = path.format(id=case)
            asked = browser.post(full) if path in POSTS else browser.get(full)
            assert (await asked).status == 403, (role, path)
            denied += 1
            (entry,) = await desk.owner.fetch("SELECT * FROM audit ORDER BY seq DESC LIMIT 1")
            assert entry["action"] == "desk.denied"
            assert f'"{action}"' in entry["detail"]
        assert await desk.owner.fetchval("SELECT count(*) FROM staff") == staff
    assert denied == 57
    assert await _state(desk) == before
    assert len(await desk.audit("desk.denied")) == denied


async def _state(desk):
    tables = ("cases", "role_grant", "staff_invite", "duty")
    return [await desk.owner.fetch(f"SELECT * FROM {table}") for table in tables]


async def test_whoever_is_not_signed_in_is_sent_to_the_door(desk):
    for path in (*GUARDED, "/", "/me"):
        answer = await desk.browser().get(path)
        assert (answer.status, answer.to) == (303, "/sign-in"), path


async def test_a_page_that_refreshes_itself_leaves_when_the_session_ended(desk):
    answer = await desk.browser().get("/queue/lines", **{"HX-Request": "true"})
    assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/sign-in")


async def test_a_link_from_a_chat_opens_although_cookies_were_kept_back(desk):
    """Browsers send no SameSite=Strict cookie with it; so the page asks for itself again."""
    answer = await desk.browser().get("/queue", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 200
    assert 'http-equiv="refresh" content="0"' in answer.text


async def test_what_goes_wrong_is_told_without_details(desk):
    browser = await desk.at_work("head")
    await desk.owner.execute("DROP TABLE duty")
    answer = await browser.get("/people")
    assert answer.status == 500
    assert "Щось зламалося у нас" in answer.text
    for detail in ("duty", "asyncpg", "Traceback"):
        assert detail not in answer.text


async def test_a_database_that_is_away_is_told_as_such(desk):
    browser = await desk.at_work("head")
    desk.site.pool.terminate()
    answer = await browser.get("/queue")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "10"
    assert "База даних не відповідає" in answer.text
