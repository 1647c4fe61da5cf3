"""The program as clients find it: four tuners, a channel of each kind, a guide."""

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.tools.lab_provider import lab_provider
from tests.tools.server import running
from tests.tools.until import until

TS, MPEG2, HLS, ENCRYPTED, AC3 = CHANNELS = ("h264", "mpeg2", "hls", "hls-encrypted", "h264-ac3")  # of the provider
TUNERS = 4
HOURS = 12


def schedule():
    """An XMLTV guide: for each channel a programme an hour."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    times = [f"{now + timedelta(hours=hour - 1):%Y%m%d%H%M%S +0000}" for hour in range(HOURS + 1)]
    lines = [f'<channel id="{name}.lab"><display-name>{name}</display-name></channel>' for name in CHANNELS]
    for name in CHANNELS:
        for part, (start, stop) in enumerate(pairwise(times)):
            row = f'<programme channel="{name}.lab" start="{start}" stop="{stop}">'
            lines.append(f"{row}<title>{name} part {part}</title></programme>")
    return "\n".join(("<tv>", *lines, "</tv>", ""))


@contextlib.asynccontextmanager
async def household(folder, **options):
    """The program with its guide made; options as of `start`."""
    guide = folder / "schedule.xml"
    guide.write_text(schedule())
    async with lab_provider(folder) as provider:
        env = {
            "IPTV_TUNERR_M3U_URL": provider.playlist_url(*CHANNELS),
            "IPTV_TUNERR_XMLTV_URL": guide.as_uri(),
            "IPTV_TUNERR_TUNER_COUNT": str(TUNERS),
        }
        async with running(folder / "data", env=env, **options) as server:

            async def made():
                return (await server.get("/guide.xml")).data.count(b" part ") >= HOURS * len(CHANNELS)

            await until(made, deadline=60, every=0.2, what="the guide")
            yield server
