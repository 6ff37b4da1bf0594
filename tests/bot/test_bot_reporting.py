"""Errors told to Sentry: enough to find the line, and nothing that anybody has said."""

import gzip
import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


CANARIES = ("Мар'яна", "Canary Petrenko", "380501112233", "7654321:AAH-canary_token", "canary")

PROGRAM = f"""
import asyncio, logging, sys, threading
from bot import log, reporting
log.set_up("json")
reporting.begin(sys.argv[1], "1.2.3")
name, latin, phone, token = {CANARIES[:4]!r}
ours, theirs = logging.getLogger("delivery.sender"), logging.getLogger("httpx")


def fail(said):
    canary = said
    raise ValueError(f"cannot read {{canary}}")


for said in (name, latin, phone, token):
    try:
        fail(said)
    except ValueError:
        ours.exception("broken %s", said, extra={{
            "reason": "too_late", "why": said, "who": said, "chat_ref": "aabbcc", "update_id": 99100199,
        }})
ours.info("not told %s", name)
theirs.error("POST /bot%s/getMe", token)
thread = threading.Thread(target=fail, args=(name,))
thread.start()
thread.join()
fail(latin)
"""


class Sentry(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.heard.append((self.path, dict(self.headers), body.decode()))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def heard():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sentry)
    server.heard = []
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    dsn = f"http://abcdef@127.0.0.1:{server.server_port}/7"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, dsn],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, "the last failure ends the program"
    server.shutdown()
    serving.join()
    server.server_close()
    return server.heard


def events(heard):
    for _, _, body in heard:
        lines = body.splitlines()
        for head, item in zip(lines[1::2], lines[2::2], strict=False):
            if json.loads(head)["type"] == "event":
                yield json.loads(item)


def test_nothing_that_anybody_said_leaves(heard):
    for path, headers, body in heard:
        for canary in CANARIES:
            assert canary not in body
            assert json.dumps(canary).strip('"') not in body
            assert canary not in path + str(headers).encode("ascii", "replace").decode()
        for word in ("aabbcc", "99100199", "server_name", "sys.argv", "cannot read"):
            assert word not in body, word


def test_an_error_is_told_with_its_class_and_the_way_it_came(heard):
    told = list(events(heard))
    assert len(told) == 7, "four handled, one of a library, one of a thread, and the last one"
    first = told[0]
    (value,) = first["exception"]["values"]
    assert value["type"] == "ValueError"
    assert "value" not in value
    assert {
        frame.keys() == {"filename", "lineno", "in_app"} for frame in value["stacktrace"]["frames"]
    } == {True}
    assert first["logger"] == "delivery.sender"
    assert first["extra"] == {"reason": "too_late", "why": "<left out>"}
    assert first["release"] == "dodomu@1.2.3"


def test_an_event_holds_what_we_put_in_and_no_more(heard):
    kept = {"event_id", "timestamp", "platform", "level", "logger", "logentry", "extra", "exception", "release", "environment"}  # fmt: skip
    for event in events(heard):
        assert event.keys() <= kept


def test_the_last_words_are_told_before_the_process_ends(heard):
    assert [one["level"] for one in events(heard)].count("fatal") == 1


def test_without_an_address_the_client_is_not_even_imported():
    done = subprocess.run(
        [sys.executable, "-c", "import bot.app, bot.desk, bot.commands.run, sys; print('sentry_sdk' in sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "False\n"
