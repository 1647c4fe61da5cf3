"""The options by which `source add` and `source edit` say what a source is."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass, fields
from typing import Annotated, Any

from cyclopts import Parameter

from tunerr.cli.options import whereabouts
from tunerr.errors import ActionRefused


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFields:
    """One option for each field of a source; what is not given is left as it is."""

    url: Annotated[str | None, Parameter(help="m3u, xmltv: URL, or path of a file. hdhr: address of the device.")] = (
        None
    )
    host: Annotated[tuple[str, ...], Parameter(negative="", help="xtream: the panel's address; may be repeated.")] = ()
    user: Annotated[str | None, Parameter(help="xtream: user name.")] = None
    password: Annotated[str | None, Parameter(help="xtream: password; --password-stdin keeps it out of history.")] = (
        None
    )
    password_stdin: Annotated[bool, Parameter(negative="", help="xtream: read the password from standard input.")] = (
        False
    )
    output: Annotated[str | None, Parameter(help="xtream: ts or m3u8.")] = None
    guide: Annotated[bool | None, Parameter(help="xtream, hdhr: fetch its guide.")] = None
    shift: Annotated[
        str | None, Parameter(help="Move its guide's times: hours (+1, -2.5), or a zone (Europe/Berlin).")
    ] = None
    window: Annotated[
        str | None, Parameter(help="Query that asks for a part of its guide: from={from_unix}&to={to_unix}.")
    ] = None
    short_guide: Annotated[
        bool | None, Parameter(help="xtream: ask it for the programmes of channels that no guide knows.")
    ] = None
    named_guides: Annotated[bool | None, Parameter(help="m3u: fetch the guides that it names.")] = None
    vod: Annotated[bool | None, Parameter(help="xtream: list movies and series.")] = None
    name: Annotated[str | None, Parameter(help="What people call it.")] = None
    priority: Annotated[int | None, Parameter(help="Higher comes first; sources of the environment have 0.")] = None
    user_agent: Annotated[str | None, Parameter(help="User-Agent for it and its streams.")] = None
    header: Annotated[tuple[str, ...], Parameter(negative="", help="HTTP header `Name: value`; may be repeated.")] = ()
    cookies: Annotated[str | None, Parameter(help="Cookies, `a=1; b=2`.")] = None
    proxy: Annotated[str | None, Parameter(help="URL of an http, https or socks5 proxy.")] = None
    timeout: Annotated[str | None, Parameter(help="The longest wait for its answer, for example 3m.")] = None
    interval: Annotated[str | None, Parameter(help="Time between refreshes, for example 6h; 0 = on demand only.")] = (
        None
    )
    allow_lan: Annotated[bool | None, Parameter(help="It may name addresses in the local network.")] = None
    country: Annotated[str | None, Parameter(help="Where its channels are from, two letters.")] = None
    max_streams: Annotated[int | None, Parameter(help="How many streams the account bears at once.")] = None

    def document(self) -> dict[str, Any]:
        """What was given, by the names of the fields of `providers.definition`."""
        renamed = {"user": "username"}
        special = {"url", "host", "header", "password", "password_stdin"}
        found: dict[str, Any] = {
            renamed.get(field.name, field.name): getattr(self, field.name)
            for field in fields(self)
            if field.name not in special and getattr(self, field.name) is not None
        }
        if self.url is not None:
            found["url"] = whereabouts(self.url)
        if self.host:
            found["hosts"] = list(self.host)
        if self.header:
            found["headers"] = dict(map(_header, self.header))
        return found | self._password()

    def _password(self) -> dict[str, str]:
        if self.password_stdin:
            return {"password": sys.stdin.readline().rstrip("\r\n")}
        if self.password is None:
            return {}
        print("The password is in your shell's history now; --password-stdin keeps it out.", file=sys.stderr)
        return {"password": self.password}


def asked_password() -> dict[str, str]:
    """Ask for the password, where somebody sits at a terminal."""
    return {"password": getpass.getpass("Password of the panel: ")} if sys.stdin.isatty() else {}


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise ActionRefused(
            f"{name[:40]!r} is no header.", hint='Example: --header "Referer: https://provider.example/"'
        )
    return name.strip(), value.strip()
