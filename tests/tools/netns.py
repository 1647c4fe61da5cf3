"""A LAN of one machine: a network namespace with a bridge, where broadcasts and port 65001 are ours alone.

`python -m tests.tools.netns [--limit SECONDS] COMMAND…` runs a command in one. All that runs in it, and the network,
vanish when the block or the command ends, however it ends: the first process of a process namespace takes the others
along, and the kernel drops a network without processes. The processes' ids, /proc and addresses are the namespace's
own; files are not.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tools.clients import client, run

ADDRESS = "10.9.9.1"
ADDRESS_V6 = "fd09:9::1"
BRIDGE = "hdhr0"

# Duplicate address detection would keep IPv6 addresses useless for two seconds.
_SET_UP = f"""
set -e
ip link set lo up
ip link add {BRIDGE} type bridge
ip address add {ADDRESS}/24 brd + dev {BRIDGE}
echo 0 2>/dev/null >/proc/sys/net/ipv6/conf/{BRIDGE}/accept_dad || true
ip address add {ADDRESS_V6}/64 dev {BRIDGE} 2>/dev/null || true
ip link set {BRIDGE} up
set +e
"""
# Lives as long as whoever holds the other end of its input.
_KEEP = f"{_SET_UP} echo up; exec cat >/dev/null"
# The shell stays as the first process, which a program that expects to be an ordinary one should not be.
_RUN = f'{_SET_UP} "$@"; exit $?'


@dataclass(frozen=True)
class Lan:
    """A namespace that is up. `pid`: of its first process, seen from outside."""

    pid: int

    def inside(self, *argv):
        """The command line that runs `argv` in it, for those who start processes themselves."""
        user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        return ("nsenter", f"--target={self.pid}", *user, "--net", "--pid", "--mount", "--wd=.", "--", *map(str, argv))

    async def run(self, *argv, deadline=60, **options):
        """Run a program in it to its end, as `tests.tools.clients.run` does outside."""
        return await run(*self.inside(*argv), deadline=deadline, **options)


@contextlib.asynccontextmanager
async def lan():
    """Open a namespace; skips the test where that isn't permitted."""
    process = await asyncio.create_subprocess_exec(
        *_unshare("sh", "-c", _KEEP),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(20):
            up = await process.stdout.readline()
            if not up:
                pytest.skip(f"no network namespace here: {(await process.stderr.read()).decode()}")
        yield Lan(_only_child(process.pid))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # and with it, by --kill-child, the first process
        await process.communicate()


def _unshare(*argv):
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    own = ("--net", "--pid", "--fork", "--kill-child=KILL", "--mount", "--mount-proc")
    return (client("unshare"), *user, *own, "--", *argv)


def _only_child(pid):
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())


def main(arguments):
    limit = 60.0
    if arguments[:1] == ["--limit"]:
        limit, arguments = float(arguments[1]), arguments[2:]
    tied_to_us = ("setpriv", "--pdeathsig=KILL")
    command = (*tied_to_us, *_unshare("sh", "-c", _RUN, "sh", *arguments))
    try:
        return subprocess.run(command, timeout=limit, check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"ended after {limit:g} s", file=sys.stderr)
        return 124


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
