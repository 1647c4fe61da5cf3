"""`lab panel`: an Xtream panel on loopback whose bad habits are switched on by name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tunerr.cli.options import load_settings
from tunerr.errors import ConfigError

if TYPE_CHECKING:
    from tunerr.lab.panel import Quirk


def panel(
    *quirks: Annotated[str, Parameter(help="Names of bad habits; the table that is printed explains each.")],
    port: Annotated[int, Parameter(help="Port on loopback; 0 takes a free one.")] = 8898,
    limit: Annotated[int, Parameter(help="Connections that the account allows.")] = 1,
    media: Annotated[
        Path | None, Parameter(help="Folder for the encoded clips; in the system's temporary one.")
    ] = None,
) -> None:
    """Serve an Xtream panel: player_api, get.php, guide and streams. Ends on SIGTERM or SIGINT."""
    from tunerr.lab.panel import QUIRKS, Quirk  # noqa: PLC0415 - aiohttp and numpy: the other commands start without

    unknown = [name for name in quirks if name not in list(Quirk)]
    if unknown:
        raise ConfigError([f"{', '.join(unknown)}: no quirk of the panel; there are: {', '.join(QUIRKS)}."])
    settings = load_settings().settings
    asyncio.run(_serve(frozenset(map(Quirk, quirks)), port, limit, media, settings.gateway.ffmpeg_path))


async def _serve(quirks: frozenset[Quirk], port: int, limit: int, folder: Path | None, configured: Path | None) -> None:
    from tunerr.app.signals import stop_on_signals  # noqa: PLC0415 - as above
    from tunerr.lab.media import MediaLibrary, default_folder  # noqa: PLC0415 - as above
    from tunerr.lab.panel import QUIRKS, XtreamPanel  # noqa: PLC0415 - as above
    from tunerr.support.ffmpeg import locate_ffmpeg  # noqa: PLC0415 - as above

    stopping = stop_on_signals()
    library = MediaLibrary(folder or default_folder(), locate_ffmpeg(configured))
    async with XtreamPanel(media=library, quirks=quirks, limit=limit, port=port) as running:
        width = max(map(len, QUIRKS))
        for quirk, meaning in QUIRKS.items():
            print(f"{'*' if quirk in quirks else ' '} {quirk:<{width}}  {meaning}")
        print(f"\nPanel:    {running.base_url} (tokens: {running.token_url})")
        print(f"Account:  {running.user} / {running.password}, {limit} connection{'' if limit == 1 else 's'}")
        print(
            f"Try it:   IPTV_TUNERR_PROVIDER_URL={running.base_url} IPTV_TUNERR_PROVIDER_USER={running.user}"
            f" IPTV_TUNERR_PROVIDER_PASS={running.password} iptv-tunerr run",
            flush=True,
        )
        await stopping.wait()
