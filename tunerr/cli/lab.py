"""`lab`: what proves the product without a provider of one's own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli import lab_bench, lab_guide, lab_panel
from tunerr.cli.options import load_settings

app = cyclopts.App(
    name="lab",
    help="What proves the product without a provider of one's own.",
    usage="Usage: iptv-tunerr lab provider|panel|guide|bench [flags]",
    version_flags=[],
)
app.command(lab_bench.app)
app.command(lab_panel.panel)
app.command(lab_guide.guide)


@app.command
def provider(
    *,
    port: Annotated[int, Parameter(help="Port on loopback; 0 takes a free one.")] = 8899,
    media: Annotated[
        Path | None, Parameter(help="Folder for the encoded clips; in the system's temporary one.")
    ] = None,
) -> None:
    """Serve channels of every kind whose faults are armed at run time. Ends on SIGTERM or SIGINT."""
    settings = load_settings().settings
    asyncio.run(_provide(port, media, settings.gateway.ffmpeg_path))


async def _provide(port: int, folder: Path | None, configured: Path | None) -> None:
    # aiohttp and numpy: the other commands start without them.
    from tunerr.app.signals import stop_on_signals  # noqa: PLC0415
    from tunerr.lab.faults import FAULTS, FaultProvider  # noqa: PLC0415
    from tunerr.lab.faults.showcase import furnish  # noqa: PLC0415
    from tunerr.lab.media import MediaLibrary, default_folder  # noqa: PLC0415
    from tunerr.support.ffmpeg import locate_ffmpeg  # noqa: PLC0415

    stopping = stop_on_signals()
    library = MediaLibrary(folder or default_folder(), locate_ffmpeg(configured))
    async with FaultProvider(media=library, port=port) as running:
        print("Encoding what is not there yet …", flush=True)
        await furnish(running)
        base = running.base_url
        print(f"Playlist: {running.playlist_url()}\nFacts:    {base}/lab/state.json")
        print(f"Faults:   {', '.join(sorted(FAULTS))}")
        print(
            f"Arm one:  curl -H 'Content-Type: application/json'"
            f' -d \'{{"channel": "h264", "fault": "stall", "after": 3}}\' {base}/lab/faults'
        )
        print(f"Disarm:   curl -X DELETE {base}/lab/faults/h264", flush=True)
        await stopping.wait()
