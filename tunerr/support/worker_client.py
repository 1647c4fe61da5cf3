"""The server's side of the bulk child: one job, one child, one answer."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from tunerr import errors
from tunerr.errors import TunerrError, WorkerError
from tunerr.support.logging import redacted
from tunerr.support.process import Child, start_child

_COMMAND = (sys.executable, "-m", "tunerr.worker")


class Worker:
    """Runs bulk jobs in a child program, one at a time: two would fight for the disk and the second core."""

    def __init__(self, *, command: Sequence[str] = _COMMAND) -> None:
        self._command = tuple(command)
        self._turn = asyncio.Lock()

    async def run(
        self,
        job: str,
        request: Mapping[str, object],
        timeout: float,  # noqa: ASYNC109 - bounds the child's life, in seconds from its start
    ) -> dict[str, Any]:
        """Run `job` and return its answer. The child is gone when this ends, however it ends.

        Raises the TunerrError that the job raised, WorkerError when the child died, hung or answered nonsense.
        """
        async with self._turn:
            child = await start_child([*self._command, job], name=f"worker {job}", stdin=PIPE)
            try:
                async with asyncio.timeout(timeout):
                    answer = await _ask(child, request)
                    await child.wait()
            except TimeoutError as error:
                raise WorkerError(
                    f"The job {job} was ended after {timeout:g} s.",
                    hint="The document may be too large for this machine.",
                ) from error
            finally:
                status = await child.end()
            return _read(answer, job, status, redacted(child.last_words()))


async def _ask(child: Child, request: Mapping[str, object]) -> bytes:
    child.stdin.write(orjson.dumps(dict(request), default=str) + b"\n")
    with contextlib.suppress(ConnectionError):  # it died at once; its last words say why
        await child.stdin.drain()
    return await child.stdout.read()  # stdin stays open: its end is how the child learns of ours


def _read(answer: bytes, job: str, status: int, last_words: str) -> dict[str, Any]:
    try:
        document = orjson.loads(answer)
        if "error" in document:
            raise _rebuilt(document["error"])
        return dict(document["ok"])
    except (ValueError, TypeError, KeyError) as error:
        last_line = last_words.rpartition("\n")[2]
        raise WorkerError(f"The job {job} ended with status {status}: {last_line or 'it said nothing'}") from error


def _rebuilt(error: Mapping[str, Any]) -> TunerrError:
    """Return the error that the job raised; what can't be made again becomes a WorkerError with the same words."""
    kind = getattr(errors, str(error["type"]), None)
    if isinstance(kind, type) and issubclass(kind, TunerrError):
        try:
            return kind(error["message"], hint=error["hint"], **error["fields"])
        except TypeError:
            pass
    return WorkerError(error["message"], hint=error["hint"])
