"""Canaries through the log: a name, a phone and a token never come out of it."""

import json
import subprocess
import sys

import pytest

TOKEN = "7654321:AAH-canary_token"
CANARIES = ("Мар'яна", "Canary Petrenko", "+380 50 111 22 33", "380501112233", TOKEN, "canary")

PRELUDE = f"""
import asyncio, logging, warnings
import structlog
from bot import log
log.set_up("json", logging.DEBUG)
name, latin, phone, digits, token = {CANARIES[:5]!r}
ours, theirs, struct = (
    logging.getLogger("delivery.sender"), logging.getLogger("httpx"), structlog.get_logger("bot.x")
)
"""


def run(code: str) -> tuple[str, list[dict]]:
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code], capture_output=True, text=True, check=False
    )
    told = done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return told, lines


@pytest.mark.parametrize(
    "code",
    [
        "ours.info('saw %s', name)",
        "ours.info('saw %s and %d', latin, 5)",
        "ours.info('saw ' + name)",
        "ours.info('call ' + digits)",
        "ours.info('call ' + phone)",
        "ours.info('POST /bot' + token + '/sendMessage')",
        "ours.info({'who': name})",
        "ours.info('saw', extra={'who': name, 'reason': latin, 'code': phone})",
        "ours.error('broken', extra={'error': token, 'count': name, 'lane': phone})",
        "ours.error('broken', extra={'why': digits, 'reason': '+' + digits, 'code': digits})",
        "ours.info('%d', name)",
        "ours.info('%s %s', name)",
        "theirs.warning('HTTP Request: POST /bot%s/getMe', token)",
        "theirs.error('body ' + name)",
        "logging.getLogger('asyncio').error('Task exception ' + latin)",
        "struct.info('saw', who=name, reason=latin, chat=phone)",
        "struct.info('saw ' + name)",
        "struct.info('saw %s', name)",
        "struct.info('saw', msg=name, args=latin, message=phone)",
        "warnings.warn('update: ' + latin)",
        "raise ValueError(name)",
        "raise KeyError(token) from ValueError(name)",
        "try:\n    raise ValueError(name)\nexcept ValueError:\n    ours.exception('broken')",
        "try:\n    raise ValueError(name)\nexcept ValueError:\n    struct.exception('broken')",
        "try:\n    raise ValueError(latin)\nexcept ValueError:\n    struct.error('x', exc_info=True)",
        """
async def fail():
    raise ValueError(name)
async def main():
    loop = asyncio.get_running_loop()
    log.watch(loop)
    task = loop.create_task(fail(), name=latin)
    await asyncio.sleep(0.01)
    del task
    import gc; gc.collect()
    loop.call_soon(lambda: [][latin])
    await asyncio.sleep(0.01)
asyncio.run(main())
""",
        """
import threading
def fail():
    raise ValueError(name)
threading.Thread(target=fail, name=latin).start()
""",
        """
class Odd:
    def __del__(self):
        raise ValueError(name)
Odd()
""",
        """
from bot.nursery import Nursery
async def fail():
    raise ValueError(name)
async def main():
    async with Nursery() as nursery:
        nursery.start("polling", fail(), lasting=True)
        await nursery.trouble.wait()
asyncio.run(main())
""",
    ],
)
def test_no_canary_comes_out(code):
    told, lines = run(code)
    assert lines, told
    assert not [canary for canary in CANARIES if canary in told]


def test_numbers_codes_and_classes_come_out():
    _, lines = run(
        "ours.warning('%s: lost the database: %s, %d rows', 'family', 'ConnectionError', 3)\n"
        "ours.info('an update failed', extra={'update_id': 5, 'error': 'Stuck'})\n"
        "struct.info('sent', lane=1, verdict='sent')"
    )
    assert lines[0]["event"] == "family: lost the database: ConnectionError, 3 rows"
    assert (lines[1]["update_id"], lines[1]["error"]) == (5, "Stuck")
    assert (lines[2]["event"], lines[2]["lane"], lines[2]["verdict"]) == ("sent", 1, "sent")
    assert lines[2]["logger"] == "bot.x"


def test_a_failure_is_told_by_its_class_and_its_lines_of_code():
    _, lines = run("from bot import envelope\nenvelope.read(b'canary')")
    assert lines[-1]["error"] == "NoUpdateId"
    assert any(place.startswith("bot/envelope.py:") for place in lines[-1]["through"])


def test_no_core_is_dumped():
    told, _ = run("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))")
    assert "(0, 0)" in told
