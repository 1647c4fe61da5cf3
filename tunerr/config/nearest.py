"""The known names that are nearest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable

_ALIKE = 70.0  # percent; below it a suggestion would be a guess


def nearest(name: str, known: Iterable[str], *, limit: int = 1) -> tuple[str, ...]:
    """At most `limit` of `known`, the most alike one first; none where all are too different. Case does not count."""
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - only a mistyped name needs it

    found = process.extract(
        name, list(known), scorer=fuzz.ratio, processor=utils.default_process, limit=limit, score_cutoff=_ALIKE
    )
    return tuple(choice for choice, _, _ in found)
