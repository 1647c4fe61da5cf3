"""Child programs: started by exec, tied to our life, their stderr drained, ended for certain."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import deque
from collections.abc import Sequence
from functools import cache

from tunerr.errors import TunerrError
from tunerr.support.tasks import Supervisor

# A child's last words are kept for the error text; a chatty child must not grow our memory.
_STDERR_LINES = 20
_STDERR_LINE_BYTES = 500
_LAST_WORDS_SECONDS = 0.5
_STDOUT_BUFFER_BYTES = 1 << 20


@cache
def _tied_to_parent() -> tuple[str, ...]:
    """Prefix that makes the kernel kill the child when we die, even by SIGKILL (PR_SET_PDEATHSIG by util-linux)."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()


class Child:
    """A running child program. `stdout` and `stdin` are streams where they were asked for as pipes."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self.name = name
        self._process = process
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._tasks = Supervisor()
        self._drained: asyncio.Task[None] | None = None
        if process.stderr is not None:
            self._drained = self._tasks.spawn(self._drain(process.stderr), f"{name} stderr")

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit status, None while it runs, negative for a signal."""
        return self._process.returncode

    @property
    def stdout(self) -> asyncio.StreamReader:
        """Standard output; only when started with `stdout=PIPE`."""
        if self._process.stdout is None:
            raise RuntimeError(f"{self.name} was started without a pipe on stdout")
        return self._process.stdout

    @property
    def stdin(self) -> asyncio.StreamWriter:
        """Standard input; only when started with `stdin=PIPE`."""
        if self._process.stdin is None:
            raise RuntimeError(f"{self.name} was started without a pipe on stdin")
        return self._process.stdin

    def last_words(self) -> str:
        """Return the last lines of stderr. May hold URLs: redact before it reaches a log or a page."""
        return "\n".join(self._stderr)

    async def wait(self) -> int:
        """Wait until the child has ended; its exit status."""
        return await self._process.wait()

    async def end(self, grace: float = 2.0) -> int:
        """Terminate, after `grace` seconds kill, and wait; safe to call twice. Returns the exit status."""
        try:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await self._process.wait()
        finally:
            self._signal(signal.SIGKILL)  # here also when the wait was cancelled: nothing may survive that
        status = await self._process.wait()
        if self._drained is not None:
            # A grandchild may hold the pipe open: the last words are not worth waiting longer for.
            await asyncio.wait({self._drained}, timeout=_LAST_WORDS_SECONDS)
        await self._tasks.aclose()
        return status

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _drain(self, stderr: asyncio.StreamReader) -> None:
        partial = b""
        while chunk := await stderr.read(4096):
            *lines, partial = (partial + chunk).split(b"\n")
            partial = partial[-_STDERR_LINE_BYTES:]
            self._stderr.extend(_text(line) for line in lines if line.strip())
        if partial.strip():
            self._stderr.append(_text(partial))


def _text(line: bytes) -> str:
    return line[:_STDERR_LINE_BYTES].decode("utf-8", "replace")


async def start_child(
    argv: Sequence[str], *, name: str, stdin: int = DEVNULL, stdout: int = PIPE, cwd: str | None = None
) -> Child:
    """Start `argv` (never through a shell). Raises TunerrError naming the program when it can't be started."""
    if shutil.which(argv[0]) is None:  # else setpriv would fail in the program's stead, later
        raise TunerrError(f"{argv[0]} could not be started: there is no such program.")
    try:
        process = await asyncio.create_subprocess_exec(
            *_tied_to_parent(),
            *argv,
            stdin=stdin,
            stdout=stdout,
            stderr=PIPE,
            limit=_STDOUT_BUFFER_BYTES,
            cwd=cwd,
            start_new_session=True,  # Ctrl-C in the terminal is for us: we end our children in their order
        )
    except OSError as error:
        raise TunerrError(f"{argv[0]} could not be started: {error.strerror}.") from error
    return Child(process, name)
