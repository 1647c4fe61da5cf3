"""`run`: the server."""

from __future__ import annotations

from typing import Annotated

import cyclopts

from tunerr.cli.options import DataDir, load_settings, option

app = cyclopts.App(
    name="run", help="Fetch the sources and serve the tuner.", usage="Usage: iptv-tunerr run [flags]", version_flags=[]
)


@app.default
def run(
    *,
    addr: Annotated[str | None, option("ADDR")] = None,
    base_url: Annotated[str | None, option("BASE_URL")] = None,
    device_id: Annotated[str | None, option("DEVICE_ID")] = None,
    friendly_name: Annotated[str | None, option("FRIENDLY_NAME")] = None,
    data_dir: DataDir = None,
    refresh: Annotated[str | None, option("REFRESH")] = None,
    m3u: Annotated[str | None, option("M3U_URL")] = None,
    xmltv: Annotated[str | None, option("XMLTV_URL")] = None,
    tuner_count: Annotated[str | None, option("TUNER_COUNT")] = None,
    log_level: Annotated[str | None, option("LOG_LEVEL")] = None,
) -> int:
    """Fetch the sources and serve the tuner; without configuration the demo plays. Ends on SIGTERM or SIGINT."""
    loaded = load_settings(
        {
            "ADDR": addr,
            "BASE_URL": base_url,
            "DEVICE_ID": device_id,
            "FRIENDLY_NAME": friendly_name,
            "DATA_DIR": data_dir,
            "REFRESH": refresh,
            "M3U_URL": m3u,
            "XMLTV_URL": xmltv,
            "TUNER_COUNT": tuner_count,
            "LOG_LEVEL": log_level,
        }
    )
    import uvloop  # noqa: PLC0415 - loaded after the settings are known to be good

    from tunerr.app.main import serve  # noqa: PLC0415 - the whole server

    return uvloop.run(serve(loaded))
