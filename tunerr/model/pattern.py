"""Regular expressions that people write: checked when they are set, and never waited for longer than a set time."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import regex

LONGEST = 500
"""Characters of an expression; longer ones are lists, for which there are other settings."""

_PROBE_SECONDS = 0.05
# What patterns with nested repeats choke on: long runs of one kind that end otherwise.
_PROBES = ("a" * 64 + "!", "A1" * 32 + "!", "7" * 64 + "!", " " * 64 + "!", "word " * 12 + "!", "a.b-c|" * 10 + "\n")


@dataclass(frozen=True, slots=True)
class UserPattern:
    """A case-insensitive expression; `^` and `$` also stand at line ends."""

    text: str
    _compiled: regex.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Compile and try it. Raises ValueError with a sentence when it is invalid, too long or far too slow."""
        if len(text) > LONGEST:
            raise ValueError(f"The expression has {len(text)} characters; at most {LONGEST} are allowed.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about future meanings of odd sets
                pattern = cls(text, regex.compile(text, regex.IGNORECASE | regex.MULTILINE))
        except (regex.error, OverflowError, RecursionError, MemoryError) as error:
            raise ValueError(f"{text[:60]!r} is no regular expression: {error}.") from None
        try:
            list(pattern.found(_PROBES, seconds=_PROBE_SECONDS))
        except TimeoutError:
            raise ValueError(
                f"{text[:60]!r} takes far too long on some names; repeats inside repeats, such as (a+)+, do that."
            ) from None
        return pattern

    def found(self, texts: Iterable[str], *, seconds: float) -> Iterator[bool]:
        """Tell of each text whether it matches somewhere. Raises TimeoutError once all took more than `seconds`."""
        search, end = self._compiled.search, time.monotonic() + seconds
        for text in texts:
            try:
                matched = search(text, timeout=max(0.0, end - time.monotonic())) is not None
            except TimeoutError:
                raise TimeoutError(f"{self.text[:60]!r} took more than {seconds:g} s.") from None
            yield matched
