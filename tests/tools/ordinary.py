"""VLC and Kodi refuse to run as root, and in containers there is often nobody else: then they run as nobody."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from tests.tools.clients import client, run

_NOBODY = 65534


def ordinary_user():
    """What stands before a command so that it isn't run as root."""
    ids = (f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups")
    return ("setpriv", *ids) if os.geteuid() == 0 else ()


@contextlib.contextmanager
def ordinary_home():
    """A home for that user, outside pytest's folders, which only their owner may enter."""
    with tempfile.TemporaryDirectory(prefix="tunerr-client-") as folder:
        give(Path(folder))
        yield Path(folder)


async def vlc(home, *argv, **options):
    """Run VLC, which tells all that it does, as that user until it has played; options as of `run`."""
    settings = ("-vv", "--no-color", "--ignore-config", "--play-and-exit")
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    return await run(*ordinary_user(), client("cvlc"), *settings, *argv, env=own, **options)


def give(folder):
    """Let that user own a folder and all that is in it."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, _NOBODY, _NOBODY)
