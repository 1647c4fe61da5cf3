"""`cf-status`: which hosts let us through Cloudflare, by which cookie and as which player."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.control import NoServerError, act
from tunerr.cli.options import DataDir, load_settings
from tunerr.cli.output import AsJson, show

if TYPE_CHECKING:
    from collections.abc import Iterator

app = cyclopts.App(
    name="cf-status",
    help="How hosts behind Cloudflare are passed: clearance cookies, remembered User-Agents.",
    usage="Usage: iptv-tunerr cf-status [flags]",
    version_flags=[],
)

_CLEARANCE = "cf_clearance"
_ROW = {"clearance": "", "user_agent": "", "from": ""}


@app.default
def cf_status(
    *,
    jar: Annotated[Path | None, Parameter(help="The cookie file; that of the settings when left out.")] = None,
    learned: Annotated[bool, Parameter(negative="", help="Only hosts with a remembered User-Agent.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Say for each host which clearance cookie it has, and as which player it is asked. Values are never shown."""
    settings = load_settings({"DATA_DIR": data_dir}).settings
    hosts = {host: _ROW | {"clearance": until} for host, until in _clearances(jar or settings.gateway.cookie_jar_file)}
    try:
        found = act("agents", {}, data_dir=data_dir)
    except NoServerError as error:
        print(f"{error.message} What it has learned is not shown.", file=sys.stderr)
        found = [{"host": host, "user_agent": agent, "from": "setting"} for host, agent in settings.gateway.host_agents]
    for row in found:
        hosts[row["host"]] = hosts.get(row["host"], _ROW) | {"user_agent": row["user_agent"], "from": row["from"]}
    rows = [{"host": host, **row} for host, row in sorted(hosts.items()) if not learned or row["from"] == "probe"]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    show(rows, as_json=False)
    if alone := [row["host"] for row in rows if row["clearance"] and not row["user_agent"]]:
        print(
            f"A clearance counts only for the browser that got it: set IPTV_TUNERR_HOST_UA={alone[0]}=<its User-Agent>."
        )


def _clearances(path: Path | None) -> Iterator[tuple[str, str]]:
    """The hosts with a clearance cookie that is still good, and until when."""
    from tunerr.support.cookies import CookieStore  # noqa: PLC0415 - only this command needs it

    for cookie in CookieStore(path).visit().jar:
        if cookie.name == _CLEARANCE:
            until = time.strftime("until %Y-%m-%d %H:%M UTC", time.gmtime(cookie.expires)) if cookie.expires else "yes"
            yield cookie.domain.lstrip("."), until
