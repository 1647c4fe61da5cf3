"""Where settings come from: the process environment and the `.env` file. Nothing else reads either."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

PREFIX = "IPTV_TUNERR_"


def read_environment() -> Mapping[str, str]:
    """A copy of the process environment."""
    return dict(os.environ)  # noqa: TID251 - this is the one door


def read_dotenv(file: Path | None) -> tuple[dict[str, str], list[str]]:
    """The settings in `file` (surrounding quotes removed, `$` is an ordinary character) and the problems with it.

    A file that isn't there holds nothing. python-dotenv's own reader would expand `${…}`, which passwords may contain.
    """
    if file is None or not file.is_file():
        return {}, []
    try:
        with file.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        return {}, [f"{file}: the file can't be read: {reason}."]
    values = {binding.key: binding.value for binding in bindings if binding.key and binding.value is not None}
    problems = [
        f"{file}, line {binding.original.line}: this is no NAME=value. Example: {PREFIX}ADDR=:5004"
        for binding in bindings
        if binding.error or (binding.key and binding.value is None)
    ]
    return values, problems
