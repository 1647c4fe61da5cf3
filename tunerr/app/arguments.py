"""What a command sends with an act, read by type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tunerr.errors import ActionRefused

_LARGEST = (1 << 63) - 1


class Arguments:
    """A JSON object; each getter raises ActionRefused when the value is missing or of another type."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there."""
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise _refusal(name, "a text")
        return value

    def number(self, name: str) -> int | None:
        """Return a whole number that SQLite can hold, None when there is none."""
        value = self._values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST):
            return value
        raise _refusal(name, "a whole number")

    def flag(self, name: str) -> bool:
        """Return true or false, the latter when it is not there."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise _refusal(name, "true or false")
        return value

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, empty when there is none."""
        value = self._values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _refusal(name, "a list of texts")
        return value

    def table(self, name: str, default: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return an object; without a default it must be there."""
        value = self._values.get(name, default)
        if not isinstance(value, dict):
            raise _refusal(name, "an object")
        return value


Act = Callable[[Arguments], Awaitable[Any]]
"""One act of the control socket: a sentence (str), or data that JSON can hold. Raises TunerrError."""


def _refusal(name: str, kind: str) -> ActionRefused:
    return ActionRefused(f"The act needs {name}: {kind}.")
