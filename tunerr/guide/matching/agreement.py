"""Whether two names may be of one channel. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from rapidfuzz import fuzz

from tunerr.catalog.keys import numbers_among
from tunerr.guide.matching.keys import Form, Reading, forms

# `newzroom` and `newsroom` are 88; `east` and `west` 75.
_SAME_WORD = 80
_LONG_WORD = 4


def fit(one: Form, other: Form) -> bool:
    """Whether shift and countries of two names allow them to be one channel's."""
    return one.shift == other.shift and countries_fit(one.country, other.country, strict=one.strict or other.strict)


def countries_fit(one: str, other: str, *, strict: bool = False) -> bool:
    """Whether two countries don't differ; `strict`: both have to be known."""
    return one == other if one and other else not strict


def numbers_of(form: Form) -> list[str]:
    """Words that make another channel of a name, in whatever order they come."""
    return sorted(numbers_among(form.core))


def agree(ones: Iterable[Reading], others: Iterable[Reading]) -> bool:
    """Whether one of the names on each side is nearly the same: each word but for a letter or two, all numbers."""
    left = [form for reading in ones for form in forms(reading)]
    right = [form for reading in others for form in forms(reading)]
    return any(fit(one, other) and nearly(one, other) for one, other in product(left, right))


def contradict(ones: Iterable[Reading], others: Iterable[Reading]) -> bool:
    """Whether names on both sides say by how much they are later, and none says the same."""
    left, right = {one.shift for one in ones}, {one.shift for one in others}
    return bool(left and right) and left.isdisjoint(right)


def nearly(one: Form, other: Form) -> bool:
    """Whether two names are the same but for a letter or two in a word; all numbers are."""
    if one.joined == other.joined:
        return True
    if (
        numbers_of(one) != numbers_of(other)
        or not noise_fits(one, other)
        or (one.noise != other.noise and not one.telling)
    ):
        return False
    left = [word for word in one.core if word not in other.core]
    right = [word for word in other.core if word not in one.core]
    return len(left) == len(right) and len(one.core) == len(other.core) and _paired(left, right)


def noise_fits(one: Form, other: Form) -> bool:
    """`Food` may be `Food Network`; `Food TV` may not."""
    return (one.noise <= other.noise or other.noise <= one.noise) and not (one.doubtful or other.doubtful)


def _paired(left: list[str], right: list[str]) -> bool:
    """Whether the words that differ are misspellings of each other, one by one."""
    return all(_misspelled(a, b) for a, b in zip(sorted(left), sorted(right), strict=True))


def _misspelled(one: str, other: str) -> bool:
    # `Sky Sport` is German, `Sky Sports` British.
    if one.rstrip("s") == other.rstrip("s"):
        return False
    return min(len(one), len(other)) >= _LONG_WORD and fuzz.ratio(one, other) >= _SAME_WORD
