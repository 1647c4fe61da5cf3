"""`import-cookies`: takes a browser's cookies into the jar, for providers that want a browser to prove itself first."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.options import load_settings
from tunerr.config import parsers
from tunerr.errors import ActionRefused

app = cyclopts.App(
    name="import-cookies",
    help="Take a browser's cookies for a provider into the cookie file.",
    usage="Usage: iptv-tunerr import-cookies --cookie TEXT --domain HOST | --netscape FILE | --har FILE [flags]",
    version_flags=[],
)


@app.default
def import_cookies(
    *,
    jar: Annotated[Path | None, Parameter(help="The cookie file; that of the settings when left out.")] = None,
    cookie: Annotated[str | None, Parameter(help="Cookies as `name=value; name=value`; needs --domain.")] = None,
    domain: Annotated[str | None, Parameter(help="The host that --cookie is for.")] = None,
    netscape: Annotated[Path | None, Parameter(help="A cookie file of the Netscape format.")] = None,
    har: Annotated[Path | None, Parameter(help="A recording of a browser's network tab.")] = None,
    ttl: Annotated[str, Parameter(help="How long cookies without an expiry are kept.")] = "24h",
    dry_run: Annotated[bool, Parameter(negative="", help="Only say what would be taken.")] = False,
) -> None:
    """Take a browser's cookies for a provider into the cookie file. Values are never shown."""
    from tunerr.support import cookie_import  # noqa: PLC0415 - only this command needs it
    from tunerr.support.cookies import CookieStore  # noqa: PLC0415 - as above

    path = jar or load_settings().settings.gateway.cookie_jar_file
    if path is None:
        raise ActionRefused("There is no cookie file.", hint="Name one with --jar, or set IPTV_TUNERR_COOKIE_JAR_FILE.")
    if sum(given is not None for given in (cookie, netscape, har)) != 1 or (cookie is None) != (domain is None):
        raise ActionRefused("Give one of: --cookie with --domain, --netscape, --har.")
    try:
        expires = int(time.time() + parsers.duration(zero=False)(ttl))
    except ValueError as error:
        raise ActionRefused(str(error)) from error
    if netscape is not None:
        found = cookie_import.from_netscape(netscape, expires=expires)
    elif har is not None:
        found = cookie_import.from_har(har, expires=expires)
    else:
        found = cookie_import.from_pairs(cookie or "", domain or "", expires=expires)
    for one in found:
        until = time.strftime("%Y-%m-%d %H:%M", time.gmtime(one.expires))
        print(f"{one.domain.lstrip('.')}{one.path}  {one.name}  until {until} UTC")
    if dry_run:
        print("Nothing was written.")
    elif CookieStore(path).add(found):
        print(f"{len(found)} in {path}; a running server that uses this file takes them at its next request.")
    else:
        raise ActionRefused(f"{path} could not be written.", hint="Check the folder and its permissions.")
