"""The command line. Each command's module is imported when it is asked for, not before."""

import logging
import os
import sys

from cyclopts import App

app = App(
    name="dodomu",
    help="Families report children taken from Ukraine, and prosecutors hear of it.",
    version="0.1.0",
)
app.command("bot.commands.run:app", name="run", help="Run the bot; without a token, the demo.")
app.command("bot.commands.sandbox:sandbox", name="sandbox", help="The local Telegram alone.")
app.command("bot.commands.doctor:doctor", name="doctor", help="Is everything as it should be?")
app.command("bot.commands.health:health", name="health", help="Is the running process ready?")
app.command("bot.commands.db:app", name="db", help="The database: upgrade it, check it.")
app.command(
    "bot.commands.sending:app", name="sending", help="Does each bot send? Open what was stopped."
)
app.command(
    "bot.commands.keys:app", name="keys", help="Keys, and the signed list of who may read."
)
app.command("bot.commands.staff:app", name="staff", help="The people of the desk.")
app.command(
    "bot.commands.verify:verify", name="verify", help="Is the audit chain whole, is all there?"
)
app.command("bot.commands.purge:purge", name="purge", help="What is past its term: delete it.")
app.command("bot.commands.stamp:app", name="stamp", help="Timestamps on the audit chain.")
app.command("bot.commands.flows:app", name="flows", help="The questions: read, play, check them.")
app.command("bot.commands.places:app", name="places", help="The table of settlements.")


def main() -> None:
    """The entry point of `dodomu`."""
    try:
        code = app()
    except SystemExit as leaving:
        code = leaving.code
    if "obstore" in sys.modules and isinstance(code, int | None):
        _leave(code or 0)
    sys.exit(code)


def _leave(code: int) -> None:
    """End the process without taking Python apart.

    The store's threads are told of no end; one that answers while the interpreter is taken apart
    aborts the process, and a good end looks like a crash (pyo3-async-runtimes, issue 40).
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
