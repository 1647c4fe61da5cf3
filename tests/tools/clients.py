"""Real client programs. A missing one skips its test with that reason, and fails it in a full CI run."""

import asyncio
import json
import os
import re
import shutil
from dataclasses import dataclass

import pytest


def client(program):
    """Path of a client program, or skip (fail in a full CI run)."""
    return shutil.which(program) or lacking(f"{program} is not installed")


def lacking(reason):
    """Skip for want of something; fail in `verify --full` and `--clients` with CI=true."""
    if os.environ.get("CI") == "true" and os.environ.get("TUNERR_VERIFY") in {"full", "clients"}:
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


async def run(*argv, deadline=60, env=None, stdin=None):
    """Run a program to its end; killed and failed after `deadline` seconds."""
    process = await asyncio.create_subprocess_exec(
        *map(str, argv),
        stdin=asyncio.subprocess.PIPE if stdin is not None else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    try:
        async with asyncio.timeout(deadline):
            out, err = await process.communicate(stdin)
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
        raise AssertionError(f"{argv} ran longer than {deadline} s\n{err.decode(errors='replace')[-2000:]}") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return Result(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


async def version(*argv, **options):
    """The version that a program tells when it is asked with `argv`."""
    result = await run(*argv, **options)
    found = re.search(r"\d+\.\d[\w.+~-]*|\d{5,}", result.out + result.err)
    assert found, f"{argv} tells no version: {result}"
    return found[0]


async def probe(url, deadline=40):
    """ffprobe's view of a stream: {codec_type: codec_name}."""
    result = await run(
        client("ffprobe"), "-v", "error", "-rw_timeout", "20000000", "-show_streams", "-of", "json", url,
        deadline=deadline,
    )  # fmt: skip
    assert result.status == 0, result.err
    return {stream["codec_type"]: stream["codec_name"] for stream in json.loads(result.out)["streams"]}


async def play(url, seconds, deadline=None):
    """ffmpeg decodes `seconds` of a stream; returns its error lines (none is what a test wants)."""
    result = await run(
        client("ffmpeg"), "-nostdin", "-v", "error", "-rw_timeout", "20000000", "-i", url, "-t", str(seconds),
        "-f", "null", "-",
        deadline=deadline or seconds * 3 + 30,
    )  # fmt: skip
    assert result.status == 0, result.err
    return [line for line in result.err.splitlines() if line.strip()]
