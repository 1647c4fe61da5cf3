"""What is on: made-up shows whose rows are as long and as varied as those of guides in use."""

from __future__ import annotations

import random
from functools import cache
from typing import NamedTuple

_SHOWS = 3_000
_WITH_CREDITS = 0.25
_WITH_EPISODES = 0.7
_FIRST = (
    "Long", "Silent", "Golden", "Broken", "Distant", "Hidden", "Last", "Second", "Midnight", "Northern",
    "Little", "Wild", "Open", "Lost", "Bright",
)  # fmt: skip
_SECOND = (
    "Harbor", "Garden", "River", "Kitchen", "Detective", "Mountain", "Empire", "Letter", "Orchard", "Signal",
    "Summer", "Witness", "Road",
)  # fmt: skip
_THIRD = (
    "Stories", "Files", "Live", "Tonight", "Hour", "Nights", "Secrets", "Challenge", "Rescue", "Report",
    "Diaries", "Match",
)  # fmt: skip
_KINDS = (
    ("Drama", "Crime"), ("News",), ("Sports", "Football"), ("Documentary", "Nature"), ("Children",),
    ("Movie", "Comedy"), ("Series", "Comedy"), ("Entertainment", "Quiz"), ("Music",), ("Lifestyle", "Cooking"),
)  # fmt: skip
_SENTENCES = (
    "A stranger comes to town and nothing is as it was before.",
    "The team has an hour to find out who moved the letters.",
    "Ana & Tom disagree about the house, the dog and the money.",
    "New figures show how the coast has changed in twenty years.",
    "What begins as a joke ends in front of a judge.",
    "Two cooks, one kitchen and a guest who likes nothing.",
    "The second half of the match, with interviews afterwards.",
    "Ein Fest für die ganze Familie endet früher als geplant.",
)
_PEOPLE = ("Maria Keller", "Tom Álvarez", "Ines Duarte", "Paul O'Neill", "Yuki Mori", "Lena Fischer", "Sam Adeyemi")
_MINUTES = (30, 45, 60, 60, 90, 105, 120, 180)


class Show(NamedTuple):
    """One show: its length in minutes, and its rows' children as XML around what differs between episodes."""

    minutes: int
    title: str
    text: str
    facts: str
    episodes: int


@cache
def shows(seed: int) -> tuple[Show, ...]:
    """All shows of a seed, always the same."""
    chance = random.Random(f"shows {seed}")  # noqa: S311 - a television schedule is no secret
    return tuple(_show(chance, number) for number in range(_SHOWS))


def children(show: Show, episode: int, title: str = "") -> str:
    """Children of the row of one episode, in the order of xmltv.dtd."""
    if not show.episodes:
        return f'  <title lang="en">{title}{show.title}{show.text}{show.facts}'
    season, number = divmod(episode % show.episodes, 10)
    return (
        f'  <title lang="en">{title}{show.title}'
        f'  <sub-title lang="en">Part {episode} of {show.episodes}</sub-title>\n'
        f'{show.text}{show.facts}  <episode-num system="xmltv_ns">{season}.{number}.</episode-num>\n'
        f'  <episode-num system="onscreen">S{season + 1:02}E{number + 1:02}</episode-num>\n'
    )


def _show(chance: random.Random, number: int) -> Show:
    title = " ".join(map(chance.choice, (_FIRST, _SECOND, _THIRD)))
    sentences = " ".join(chance.sample(_SENTENCES, 2)).replace("&", "&amp;")
    text = f'  <desc lang="en">{sentences}</desc>\n'
    if chance.random() < _WITH_CREDITS:
        director, *actors = chance.sample(_PEOPLE, 4)
        cast = "".join(f"<actor>{actor}</actor>" for actor in actors)
        text += f"  <credits><director>{director}</director>{cast}</credits>\n"
    kinds = "".join(f'  <category lang="en">{kind}</category>\n' for kind in chance.choice(_KINDS))
    facts = f"  <date>{chance.randint(1960, 2025)}</date>\n{kinds}"
    facts += f'  <icon src="https://img.example.com/{number:05}.jpg"/>\n'
    episodes = chance.randint(6, 90) if chance.random() < _WITH_EPISODES else 0
    return Show(chance.choice(_MINUTES), f"{title}</title>\n", text, facts, episodes)
