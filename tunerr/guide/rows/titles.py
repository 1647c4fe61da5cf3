"""Which of several texts a viewer wants to read first."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from tunerr.guide.messages import Taste

Phrase = tuple[str, str]
"""(language as the guide states it, text)"""

_LATIN = regex.compile(r"\p{Latin}")
_LETTER = regex.compile(r"\p{L}")
# Of fewer letters, such as "24 H", nobody can tell the script.
_FEWEST_LETTERS = 3


def is_latin(text: str) -> bool:
    """Whether the text has at least three letters, half or more of them Latin."""
    latin, letters = _letters(text)
    return letters >= _FEWEST_LETTERS and 2 * latin >= letters


def is_other(text: str) -> bool:
    """Whether more than half of the text's letters, if it has any, are not Latin."""
    latin, letters = _letters(text)
    return 2 * latin < letters


def in_order(phrases: Sequence[Phrase], taste: Taste) -> list[Phrase]:
    """Preferred languages first, then Latin letters if they are preferred; otherwise as the guide has them."""
    return sorted(phrases, key=lambda phrase: (_rank(phrase[0], taste), taste.latin and not is_latin(phrase[1])))


def chosen_titles(titles: Sequence[Phrase], taste: Taste, channel_name: str) -> list[Phrase]:
    """`in_order`, and the channel's name in front of a title in other letters where the taste asks for that.

    A title in a preferred language stays first whatever its letters, and a name in other letters helps nobody.
    """
    ordered = in_order(titles, taste)
    if not (taste.channel_for_others and ordered and is_latin(channel_name)):
        return ordered
    language, text = ordered[0]
    if is_other(text) and _rank(language, taste) == len(taste.languages):
        return [("", channel_name), *ordered]
    return ordered


def _rank(language: str, taste: Taste) -> int:
    """Place among the preferred languages: `en` also stands for `en-GB` and `en_US`, but not the other way round."""
    spoken = language.replace("_", "-").lower()
    for place, wanted in enumerate(taste.languages):
        name = wanted.replace("_", "-").lower()
        if spoken == name or spoken.startswith(f"{name}-"):
            return place
    return len(taste.languages)


def _letters(text: str) -> tuple[int, int]:
    """How many letters are Latin, and how many there are."""
    if text.isascii():
        count = sum(map(str.isalpha, text))
        return count, count
    return len(_LATIN.findall(text)), len(_LETTER.findall(text))
