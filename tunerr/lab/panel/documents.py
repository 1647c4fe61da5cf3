"""The panel's documents as plain data, spoilt by its quirks. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from tunerr.lab.faults.account_info import server_info, user_info
from tunerr.lab.faults.state import Account
from tunerr.lab.panel.content import Content, Live
from tunerr.lab.panel.quirks import Quirk
from tunerr.lab.panel.spoil import Quirks, Row, spoilt_rows, spoilt_user

_SHOW_SECONDS = 1800


def account(account_: Account, active: int, now: datetime, quirks: Quirks) -> Row:
    """The answer without an action."""
    user = spoilt_user(user_info(account_, active=active), quirks)
    return {"user_info": user, "server_info": server_info(now)}


def categories(names: Iterable[str], quirks: Quirks) -> object:
    """A list of categories, numbered by their first use."""
    rows = [{"category_id": number, "category_name": name, "parent_id": 0} for name, number in _numbers(names).items()]
    return spoilt_rows(rows, quirks)


def live(content: Content, quirks: Quirks) -> object:
    """`get_live_streams`."""
    numbers = _numbers(channel.category for channel in content.live)
    rows = [_live(at, one, numbers) for at, one in enumerate(_offered(content, quirks), start=1)]
    return spoilt_rows(rows, quirks)


def films(content: Content, quirks: Quirks) -> object:
    """`get_vod_streams`."""
    numbers = _numbers(film.category for film in content.films)
    rows = [
        {
            "num": at,
            "name": film.name,
            "stream_type": "movie",
            "stream_id": film.id,
            "stream_icon": "",
            "rating": "7.1",
            "added": "1700000000",
            "category_id": numbers[film.category],
            "container_extension": "mkv",
        }
        for at, film in enumerate(content.films, start=1)
    ]
    return spoilt_rows(rows, quirks)


def shows(content: Content, quirks: Quirks) -> object:
    """`get_series`."""
    numbers = _numbers(show.category for show in content.shows)
    rows = [
        {
            "num": at,
            "name": show.name,
            "series_id": show.id,
            "cover": "",
            "plot": f"What happens in {show.name}.",
            "cast": "A. Actor",
            "director": None,
            "genre": "Drama",
            "releaseDate": "2020-01-01",
            "last_modified": "1700000000",
            "rating": 8,
            "category_id": numbers[show.category],
        }
        for at, show in enumerate(content.shows, start=1)
    ]
    return spoilt_rows(rows, quirks)


def show_info(content: Content, series_id: int, quirks: Quirks) -> Row:
    """`get_series_info`; nothing is known of a series that is not there."""
    empty: object = [] if Quirk.EMPTY_LIST_FOR_OBJECT in quirks else {}
    show = next((show for show in content.shows if show.id == series_id), None)
    if show is None:
        return {"seasons": [], "info": empty, "episodes": empty}
    episodes = {
        str(season): spoilt_rows(
            [
                {
                    "id": series_id * 1000 + season * 100 + number,
                    "episode_num": number,
                    "title": f"{show.name} - S{season:02}E{number:02}",
                    "container_extension": "mp4",
                    "info": {"duration_secs": 2700, "plot": "More of it."} if number % 2 else empty,
                    "season": season,
                }
                for number in range(1, count + 1)
            ],
            quirks,
        )
        for season, count in enumerate(show.seasons, start=1)
    }
    return {"seasons": [], "info": {"name": show.name}, "episodes": episodes}


def short_epg(content: Content, stream_id: int, limit: int, now: datetime, quirks: Quirks) -> Row:
    """`get_short_epg`: programmes of half an hour, the first one is on now."""
    channel = next((one for one in content.live if one.id == stream_id), None)
    first = datetime.fromtimestamp(now.timestamp() // _SHOW_SECONDS * _SHOW_SECONDS, UTC)
    rows = []
    for number in range(limit if channel else 0):
        start = first + timedelta(seconds=number * _SHOW_SECONDS)
        stop = start + timedelta(seconds=_SHOW_SECONDS)
        title, description = f"Programme {start:%H:%M}", f"What is on at {start:%H:%M}."
        if Quirk.BASE64_EPG in quirks:
            title, description = (base64.b64encode(text.encode()).decode() for text in (title, description))
        rows.append(
            {
                "id": str(number),
                "title": title,
                "description": description,
                "lang": "en",
                "start": f"{start:%Y-%m-%d %H:%M:%S}",
                "end": f"{stop:%Y-%m-%d %H:%M:%S}",
                "channel_id": channel.tvg_id if channel else "",
                "start_timestamp": str(int(start.timestamp())),
                "stop_timestamp": str(int(stop.timestamp())),
            }
        )
    return {"epg_listings": rows}


def playlist(content: Content, base: str, account_: Account, quirks: Quirks) -> str:
    """`get.php` of type m3u_plus."""
    rows = ["#EXTM3U"]
    for one in _offered(content, quirks):
        tvg_id = "" if Quirk.EPG_ID_NULL in quirks else one.tvg_id
        rows.append(
            f'#EXTINF:-1 tvg-id="{tvg_id}" tvg-name="{one.name}" tvg-logo="" group-title="{one.category}",{one.name}'
        )
        rows.append(f"{base}/live/{account_.user}/{account_.password}/{one.id}.ts")
    return "\n".join((*rows, ""))


def guide(content: Content, now: datetime, window: tuple[float, float]) -> str:
    """`xmltv.php`: a day of programmes of an hour for each channel with a guide id, those that touch the window.

    The window is half-open, in Unix seconds.
    """
    first = now.replace(minute=0, second=0, microsecond=0)
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<tv>"]
    for tvg_id, name in {one.tvg_id: one.name for one in content.live if one.tvg_id}.items():
        parts.append(f"<channel id={quoteattr(tvg_id)}><display-name>{escape(name)}</display-name></channel>")
        for hour in range(24):
            start, stop = (first + timedelta(hours=hour + more) for more in (0, 1))
            if start.timestamp() >= window[1] or stop.timestamp() <= window[0]:
                continue
            parts.append(
                f'<programme start="{start:%Y%m%d%H%M%S} +0000" stop="{stop:%Y%m%d%H%M%S} +0000"'
                f" channel={quoteattr(tvg_id)}><title>Programme {start:%H:%M}</title></programme>"
            )
    return "\n".join((*parts, "</tv>", ""))


def _live(at: int, one: Live, numbers: Mapping[str, str]) -> Row:
    return {
        "num": at,
        "name": one.name,
        "stream_type": "radio_streams" if one.radio else "live",
        "stream_id": one.id,
        "stream_icon": None if one.radio else "http://127.0.0.1/logo.png",
        "epg_channel_id": one.tvg_id or None,
        "added": "1700000000",
        "is_adult": "0",
        "category_id": numbers[one.category],
        "custom_sid": "",
        "tv_archive": int(one.archive > 0),
        "direct_source": "",
        "tv_archive_duration": str(one.archive) if one.archive else 0,
    }


def _offered(content: Content, quirks: Quirks) -> Sequence[Live]:
    return () if Quirk.EMPTY_STREAMS in quirks else content.live


def _numbers(names: Iterable[str]) -> dict[str, str]:
    return {name: str(number) for number, name in enumerate(dict.fromkeys(names), start=1)}
