"""A house as people have it: two providers, one that fails, a guide, logos, two who watch, a day of history.

All names are invented. Hosts are names of `.example`, which a proxy on this machine leads to the lab's servers.
"""

import asyncio
import contextlib
import hashlib
import math
import struct
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web

from tests.tools.deck import operating
from tests.tools.proxy import proxy
from tests.tools.samples import minute
from tests.tools.server import clean_environment, running
from tests.tools.until import until
from tests.tools.world import serving
from tunerr.lab.faults import FaultProvider
from tunerr.lab.media import MediaLibrary, default_folder
from tunerr.lab.panel import XtreamPanel
from tunerr.lab.panel.content import Content, Live
from tunerr.model.samples import KEPT_S, MINUTE_S
from tunerr.storage.connection import open_server
from tunerr.storage.folder import open_folder
from tunerr.storage.samples import SampleStore
from tunerr.support.ffmpeg import locate_ffmpeg

PLAYLIST, PANEL, GUIDE, FAILING = "meadow.example", "harbor.example", "almanac.example", "orchard.example"
GROUPS = {
    "General": ("Meadow One", "Meadow Two", "Harbor TV", "Lantern", "Northgate", "Copper Street", "Halcyon"),
    "News": ("Daybreak News", "Headline 24", "Harbor News", "Parliament Live", "Weatherglass", "Ledger Business"),
    "Sports": ("Touchline", "Touchline Extra", "Paddock", "Summit Winter Sports", "Boathouse", "Velodrome"),
    "Films": ("Matinee", "Night Owl Cinema", "Silver Reel", "Short Cuts", "Second Feature", "Premiere Room"),
    "Children": ("Paper Kite", "Treehouse", "Button Club", "Little Comet", "Storytime", "Puddle Lane"),
    "Documentary": ("Field Notes", "Deep Water", "Workshop", "Long Road", "Stargazer", "Old Stones", "Kitchen Table"),
}
SHOWS = {
    "General": ("The Morning Table", "Neighbors of Elm Row", "Quiz at Six", "The Long Weekend", "Evening Edition"),
    "News": ("The Hour", "Markets Today", "Regional News", "The Interview", "World Report"),
    "Sports": ("Match of the Week", "Cycling: Stage 7", "Rowing: Heats", "The Studio", "Skiing: Downhill"),
    "Films": ("The Lighthouse Letter", "A Borrowed Coat", "Six Miles to Dover Hill", "Last Tram Home", "Salt"),
    "Children": ("Mouse and Marrow", "The Tiny Detectives", "Draw with Ada", "Songs for Rain", "Captain Thimble"),
    "Documentary": ("Rivers from Above", "How Bridges Stand", "The Potter", "Night Trains", "Islands of Wind"),
}
NAMES = [name for group in GROUPS.values() for name in group]
WITHOUT_ID = {"Velodrome", "Short Cuts", "Puddle Lane", "Old Stones"}
UNKNOWN = {"Boathouse", "Second Feature"}
"""Of the guide: those that the playlist names without an id, and those that it does not know at all."""
_INKS = (
    b"\0\0\0",
    b"\xff\xff\xff",
    b"\x1f\x5f\xbf",
    b"\xb8\x2a\x36",
    b"\x1c\x7d\x52",
    b"\x7a\x3f\x9d",
    b"\xc4\x6a\x00",
)


def slug(name):
    return name.lower().replace(" ", "-")


def logo(index):
    """A transparent PNG of 88 by 56: a shape in black, white or a color."""
    ink = _INKS[index % len(_INKS)]
    shapes = (
        lambda x, y: abs(math.hypot(x - 44, y - 28) - 19) < 5,
        lambda x, y: abs(x - 44) < 26 and int(x / 8) % 2 == 0 and y > 10 + abs(x - 44) * 0.7 and y < 46,
        lambda x, y: y < 48 and abs(x - 44) < (y - 6) * 0.75,
        lambda x, y: abs(x - 44) + abs(y - 28) < 24 and not abs(x - 44) + abs(y - 28) < 11,
        lambda x, y: math.hypot(x - 30, y - 28) < 15 or (math.hypot(x - 58, y - 28) < 15 and x > 46),
    )
    covers = shapes[index % len(shapes)]
    points = [(dx, dy) for dx in (0.25, 0.75) for dy in (0.25, 0.75)]
    rows = b"".join(
        b"\0" + b"".join(ink + bytes([sum(covers(x + dx, y + dy) for dx, dy in points) * 255 // 4]) for x in range(88))
        for y in range(56)
    )

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 88, 56, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def logo_url(name):
    return f"http://logos.{PLAYLIST}/{slug(name)}.png"


def m3u(port):
    """The playlist: each channel with its logo, most with the id of their guide."""
    lines = ["#EXTM3U"]
    for group, names in GROUPS.items():
        for name in names:
            guide = "" if name in WITHOUT_ID | UNKNOWN else f'tvg-id="{slug(name)}.{GUIDE}" '
            lines.append(f'#EXTINF:-1 {guide}tvg-logo="{logo_url(name)}" group-title="{group}",{name}')
            lines.append(f"http://tv.{PLAYLIST}:{port}/ts/{slug(name)}.ts")
    return "\n".join((*lines, ""))


def xmltv():
    """Two days of programmes of 30 to 120 minutes, from yesterday on."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=6)
    lines = ["<tv>"]
    for group, names in GROUPS.items():
        for name in (one for one in names if one not in UNKNOWN):
            key = f"{slug(name)}.{GUIDE}"
            lines.append(f'<channel id="{key}"><display-name>{name}</display-name></channel>')
            start, part = first, NAMES.index(name)
            while start < first + timedelta(hours=48):
                stop = start + timedelta(minutes=(30, 60, 45, 90, 120)[part % 5] if group != "News" else 30)
                title, hours = SHOWS[group][part % 5], (f"{at:%Y%m%d%H%M%S} +0000" for at in (start, stop))
                row = '<programme channel="{}" start="{}" stop="{}">'.format(key, *hours)
                lines.append(f"{row}<title>{title}</title><desc>{title}, on {name}.</desc></programme>")
                start, part = stop, part + 1
    return "\n".join((*lines, "</tv>", ""))


def definitions(lists, panel, out):
    """What the house chose: the sources, as `source import` takes them."""
    through = f'proxy = "{out}"\n'
    return f"""
[source.meadow]
type = "m3u"
name = "Meadow TV"
url = "http://lists.{PLAYLIST}:{lists}/list.m3u"
priority = 10
{through}
[source.harbor]
type = "xtream"
name = "Harbor Cable"
hosts = ["http://panel.{PANEL}:{panel}"]
username = "family"
password = "secret"
guide = false
{through}
[source.orchard]
type = "m3u"
name = "Orchard extras"
url = "http://lists.{FAILING}:{lists}/gone.m3u"
{through}
[source.almanac]
type = "xmltv"
name = "Almanac"
url = "http://guide.{GUIDE}:{lists}/guide.xml"
{through}"""


def yesterday():
    """The minutes of the last day: quiet at night, busy in the evening, a bad quarter of an hour at noon."""
    now = int(time.time()) // MINUTE_S * MINUTE_S
    for back in range(KEPT_S // MINUTE_S - 5, 0, -1):
        at = now - back * MINUTE_S
        hour = (at % KEPT_S) / 3600
        busy = max(0, round(1.6 + 1.7 * math.sin((hour - 14) * math.pi / 12) + 0.6 * math.sin(at / 2400)))
        trouble = 12 <= hour < 12.25
        starts = int(at // MINUTE_S % 17 == 0 and busy > 0)
        more = {
            "tuners": min(busy, 4), "viewers": min(busy, 4), "bits_per_second": busy * 1_050_000, "slots": min(busy, 4),
            "slot_limit": None, "channels": len(NAMES), "guide_linked": 90.0, "guide_real": 90.0, "starts": starts,
            "picture_ms": 340 + at // MINUTE_S % 90 if starts else None,
            "interruptions": int(trouble and at // MINUTE_S % 15 == 0),
            "repaired": int(trouble and at // MINUTE_S % 5 == 0),
            "lag_ms": 1.0 + busy / 2,
        }  # fmt: skip
        yield replace(minute(0, **more), at=at)


async def furnish(folder):
    """Logos and history in the data folder of a program that is yet to start."""
    home = open_folder(folder)
    home.logo_dir.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(NAMES):
        kept = hashlib.sha256(logo_url(name).encode()).hexdigest()[:32]
        (home.logo_dir / kept).write_bytes(logo(index))
    state = await open_server(home.state_db, kind="state")
    try:
        await SampleStore(state).add(tuple(yesterday()))
    finally:
        await state.close()


async def define(folder, text):
    """Give the running program these sources."""
    file = folder.parent / "house.toml"
    file.write_text(text)
    command = [sys.executable, "-m", "tunerr", "source", "import", str(file), "--data-dir", str(folder)]
    done = await asyncio.to_thread(
        subprocess.run, command, env=clean_environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.asynccontextmanager
async def furnished(folder):
    """The house in `folder`: a program with all of it, whose guide is made."""
    media = MediaLibrary(default_folder(), locate_ffmpeg(None))
    shared = [name for name in NAMES if NAMES.index(name) % 4 == 0]
    live = [Live(100 + at, name, "Harbor", f"{slug(name)}.{GUIDE}", format="h264-b") for at, name in enumerate(shared)]
    documents = {}

    async def answer(request):
        body = documents.get(request.path)
        return web.Response(text=body) if body else web.Response(status=503)

    async with contextlib.AsyncExitStack() as stack:
        streams = await stack.enter_async_context(FaultProvider(media=media))
        for name in NAMES:
            await streams.ts_channel(slug(name), backlog=4.0)
        login = ("family", "secret")
        panel = await stack.enter_async_context(XtreamPanel(media=media, content=Content(live), login=login, limit=2))
        lists = await stack.enter_async_context(serving(answer))
        hosts = (f"lists.{PLAYLIST}", f"tv.{PLAYLIST}", f"panel.{PANEL}", f"guide.{GUIDE}", f"lists.{FAILING}")
        out = await stack.enter_async_context(proxy(names=dict.fromkeys(hosts, "127.0.0.1")))
        documents |= {"/list.m3u": m3u(int(streams.base_url.rpartition(":")[2])), "/guide.xml": xmltv()}
        text = definitions(lists, int(panel.base_url.rpartition(":")[2]), out.url("http"))
        await furnish(folder)
        settings = {"IPTV_TUNERR_TUNER_COUNT": "4", "IPTV_TUNERR_FRIENDLY_NAME": "Living Room"}
        server = await stack.enter_async_context(running(folder, env=settings, deadline=120))
        await define(folder, text)

        async def made():
            return (await server.get("/guide.xml")).data.count(b"<programme") > 20 * len(NAMES)

        await until(made, deadline=90, every=0.3, what=f"the guide; {server.log[-3000:]}")
        yield server


async def lived_in(server):
    """What the family did: a channel renamed, one moved, two changed group in the draft; another person at the deck."""
    async with operating(server) as operator:
        rows = {row["name"]: row["id"] for row in (await operator.api("/channels?per=100"))["rows"]}
        await operator.act("channel-edit", channel=rows["Halcyon"], name="Halcyon Classics")
        await operator.act("channel-move", channel=rows["Paper Kite"], to="4")
        await operator.act("channel-leave-out", channel=rows["Ledger Business"])
        await operator.act("user-add", user="robin", role="viewer", password="a long pass phrase")


@contextlib.asynccontextmanager
async def watched(server):
    """Two who watch, each with a program of its own."""

    async def hold(agent, url):
        async with (
            aiohttp.ClientSession(headers={"User-Agent": agent}) as session,
            session.get(url, timeout=aiohttp.ClientTimeout(total=None)) as answer,
        ):
            async for _ in answer.content.iter_any():
                pass

    lineup = await server.json("/lineup.json")
    agents = ("PlexMediaServer/1.41.3", "VLC/3.0.20 LibVLC/3.0.20")
    viewers = [
        asyncio.get_running_loop().create_task(hold(agent, lineup[at % len(lineup)]["URL"]))
        for at, agent in enumerate(agents)
    ]

    async def playing():
        return await server.tuners_in_use() == len({row["URL"] for row in lineup[: len(agents)]})

    try:
        await until(playing, what="a picture for each viewer")
        await asyncio.sleep(3)  # so that their figures are there
        yield
    finally:
        for one in viewers:
            one.cancel()
        await asyncio.wait(viewers)
