"""What a panel offers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Live:
    """A live channel. `format`: of tunerr.lab.media.FORMATS; `archive`: days of catch-up."""

    id: int
    name: str
    category: str
    tvg_id: str = ""
    radio: bool = False
    archive: int = 0
    format: str = "h264"


@dataclass(frozen=True, slots=True)
class Film:
    """A film."""

    id: int
    name: str
    category: str = "Films"


@dataclass(frozen=True, slots=True)
class Show:
    """A series; `seasons` has the number of episodes of each."""

    id: int
    name: str
    category: str = "Series"
    seasons: tuple[int, ...] = (2,)


@dataclass(slots=True)
class Content:
    """All of it, in the panel's order; a test may change it while the panel runs."""

    live: list[Live] = field(default_factory=list)
    films: list[Film] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)


def showcase() -> Content:
    """Eight channels in three categories, some films and series."""
    live = [
        Live(101, "DE: Das Erste HD", "Germany", "daserste.de", archive=7),
        Live(102, "DE: Das Erste FHD", "Germany", "daserste.de", format="h264-b"),
        Live(103, "DE: ZDF", "Germany", "zdf.de"),
        Live(104, "DE: Deutschlandfunk", "Radio", radio=True, format="radio"),
        Live(205, "UK: BBC One", "United Kingdom", "bbc1.uk", archive=3),
        Live(206, "UK: BBC Two", "United Kingdom", "bbc2.uk"),
        Live(207, "UK: Film4", "United Kingdom"),
        Live(208, "UK: Dave", "United Kingdom", "dave.uk"),
    ]
    films = [Film(9000 + number, f"Film {number} (2020)") for number in range(20)]
    shows = [Show(700 + number, f"Series {number}", seasons=(2, 3)) for number in range(5)]
    return Content(live, films, shows)
