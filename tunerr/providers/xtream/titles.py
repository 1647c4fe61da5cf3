"""Films and series of a panel. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tunerr.providers.xtream.answers import read_answer
from tunerr.providers.xtream.arrays import rows
from tunerr.providers.xtream.live import address, category
from tunerr.providers.xtream.values import Object, integer, items, moment, number, obj, text

_LONGEST_PLOT = 5000


# NamedTuples: a panel has up to 200,000 of them.
class Movie(NamedTuple):
    """One film; its stream is `<host>/movie/<user>/<password>/<id>.<container>`. `added` in Unix seconds, 0 unknown."""

    id: int
    name: str
    category: str
    logo: str
    container: str
    rating: float
    added: int
    tmdb: str


class Series(NamedTuple):
    """One series, without its episodes. `modified` in Unix seconds, 0 unknown; `released` as the panel writes it."""

    id: int
    name: str
    category: str
    cover: str
    plot: str
    people: str
    genre: str
    released: str
    rating: float
    modified: int
    tmdb: str


class Episode(NamedTuple):
    """One episode; its stream is `<host>/series/<user>/<password>/<id>.<container>`. `seconds` 0: not said."""

    id: int
    season: int
    number: int
    title: str
    container: str
    plot: str
    image: str
    seconds: int


def movies(chunks: Iterable[bytes], groups: Mapping[str, str]) -> Iterator[Movie]:
    """Yield the films of get_vod_streams; rows without a number are left out. Raises what `arrays.rows` raises."""
    for row in rows(chunks):
        stream = integer(row.get("stream_id"))
        if stream is not None:
            yield Movie(
                stream,
                text(row.get("name")) or str(stream),
                category(row, groups),
                address(row.get("stream_icon")),
                _container(row.get("container_extension")),
                number(row.get("rating")),
                integer(row.get("added")) or 0,
                text(row.get("tmdb") or row.get("tmdb_id"), 20),
            )


def series(chunks: Iterable[bytes], groups: Mapping[str, str]) -> Iterator[Series]:
    """Yield the series of get_series; rows without a number are left out. Raises what `arrays.rows` raises."""
    for row in rows(chunks):
        found = integer(row.get("series_id"))
        if found is not None:
            yield Series(
                found,
                text(row.get("name")) or str(found),
                category(row, groups),
                address(row.get("cover")),
                text(row.get("plot"), _LONGEST_PLOT),
                ", ".join(filter(None, (text(row.get("cast")), text(row.get("director"))))),
                text(row.get("genre")),
                text(row.get("releaseDate") or row.get("release_date"), 20),
                number(row.get("rating")),
                _seconds(row.get("last_modified")),
                text(row.get("tmdb") or row.get("tmdb_id"), 20),
            )


def episodes(body: bytes) -> tuple[Episode, ...]:
    """Read get_series_info: its episodes by season and number. Raises AccountRefused and NotAPanel."""
    told = obj(read_answer(body)).get("episodes")
    by_season = told.items() if isinstance(told, dict) else enumerate(items(told), start=1)
    found = (_episode(obj(row), season) for season, rows_ in by_season for row in items(rows_))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.season, one.number, one.id)))


def _episode(row: Object, season: object) -> Episode | None:
    found = integer(row.get("id"))
    if found is None:
        return None
    info = obj(row.get("info"))
    said = integer(row.get("season"))
    return Episode(
        found,
        (integer(season) or 0) if said is None else said,
        integer(row.get("episode_num")) or 0,
        text(row.get("title")) or str(found),
        _container(row.get("container_extension")),
        text(info.get("plot"), _LONGEST_PLOT),
        address(info.get("movie_image")),
        integer(info.get("duration_secs")) or 0,
    )


def _container(value: object) -> str:
    word = text(value, 10).lower().lstrip(".")
    return word if word.isalnum() and word.isascii() else "mp4"


def _seconds(value: Any) -> int:
    when = moment(value)
    return int(when.timestamp()) if when else 0
