"""From subscriptions and guide settings to the documents that will be fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from tunerr.config.environment import PREFIX
from tunerr.config.free import PRESETS, FreeSettings
from tunerr.config.guide import GuideSettings
from tunerr.config.hdhr import HdhrSettings
from tunerr.config.sections import Account, ProviderSettings
from tunerr.model.channel import SourceId
from tunerr.model.source import Panel, Programmes, Source
from tunerr.model.url import SecretUrl

PLAYLIST_TIMEOUT = 180.0
"""Seconds. Panels put large playlists together on request, which takes minutes on busy ones."""

DEVICE_TIMEOUT = 30.0
"""Seconds. A device answers at once, or it is away."""

_FREE = {
    "list": "FREE_SOURCES",
    "country": "FREE_SOURCE_IPTV_ORG_COUNTRIES",
    "category": "FREE_SOURCE_IPTV_ORG_CATEGORIES",
    "all": "FREE_SOURCE_IPTV_ORG_ALL",
}
_SETTINGS = {
    "m3u": "M3U_URL",
    "xmltv": "XMLTV_URL",
    "hdhr": "HDHR_LINEUP_URL",
    "hdhr-guide": "HDHR_GUIDE_URL",
    "free": "FREE_SOURCE",
}
_COUNTRIES = {"uk": "gb"}  # what a list is called and ISO 3166


@dataclass(slots=True)
class Findings:
    """What building the sources brought to light."""

    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def build_sources(
    provider: ProviderSettings, guide: GuideSettings, found: Findings, *, hdhr: HdhrSettings, free: FreeSettings
) -> tuple[Source, ...]:
    """All sources: playlists by number, the device, free ones; then the guides in the order in which they are merged.

    These are the panels' guides, external ones, the device's, and what panels say of single channels. What is missing
    or has no effect goes to `found`.
    """
    first = _first(provider, found)
    accounts = [first, *(account for account in provider.accounts if account.number > 1)]
    lan = provider.allow_lan
    playlists: list[Source] = []
    guides: list[Source] = []
    short: list[Source] = []
    for account in accounts:
        if account.m3u_url is not None:
            name = _id("m3u", account.number)
            playlists.append(Source(name, "playlist", account.m3u_url, PLAYLIST_TIMEOUT, lan))
        panel = _panel(account, first, provider, found)
        if panel is None:
            continue
        if account.m3u_url is None:
            name = _id("xtream", account.number)
            playlists.append(Source(name, "playlist", panel.playlist, PLAYLIST_TIMEOUT, lan, panel))
        of = playlists[-1].id
        if guide.provider_epg_enabled:
            guides.append(_panel_guide(account.number, panel, of, guide, allow_lan=lan))
        if guide.short_epg:
            name = _id("xtream-short", account.number)
            programmes = Programmes(of=of, short=True)
            short.append(Source(name, "guide", panel.short, guide.short_epg_timeout, lan, programmes=programmes))
    guides.extend(
        Source(_id("xmltv", number), "guide", location, guide.xmltv_timeout, lan)
        for number, location in enumerate(guide.xmltv_urls, start=1)
    )
    if guide.hdhr_url is not None:
        guides.append(Source(SourceId("hdhr-guide"), "guide", guide.hdhr_url, guide.hdhr_timeout, lan))
    guides += short
    playlists += _device(hdhr.lineup_url, allow_lan=lan)
    playlists += _free_sources(free, allow_lan=lan)
    if guide.provider_epg_incremental and not guide.provider_epg_suffix:
        found.notes.append(f"{PREFIX}PROVIDER_EPG_INCREMENTAL needs PROVIDER_EPG_URL_SUFFIX.")
    if guides and not playlists:
        found.notes.append("A guide is set but no playlist: the demo's channels are shown until there is one.")
    return (*playlists, *guides)


def setting_of(source: SourceId) -> str:
    """The setting that makes the environment's source of this id, in full."""
    if source.startswith("free-") and (name := _FREE.get(source.split("-")[1])):
        return PREFIX + name
    stem, _, number = source.rpartition("-")
    name, ending = (stem, f"_{number}") if number.isdecimal() else (source, "")
    name = _SETTINGS.get(name, "PROVIDER_URL")
    return f"{PREFIX}{name}{'' if name == 'XMLTV_URL' else ending}"


def _panel_guide(number: int, panel: Panel, of: SourceId, guide: GuideSettings, *, allow_lan: bool) -> Source:
    programmes = Programmes(
        of=of,
        suffix=guide.provider_epg_suffix,
        lookahead=guide.provider_epg_lookahead,
        backfill=guide.provider_epg_backfill,
        incremental=guide.provider_epg_incremental and bool(guide.provider_epg_suffix),
    )
    name = _id("xtream-guide", number)
    return Source(name, "guide", panel.guide, guide.provider_epg_timeout, allow_lan, programmes=programmes)


def _device(lineup: SecretUrl | None, *, allow_lan: bool) -> list[Source]:
    if lineup is None:
        return []
    base = SecretUrl(lineup.reveal().removesuffix("/lineup.json"))
    return [Source(SourceId("hdhr"), "playlist", base, DEVICE_TIMEOUT, allow_lan, device=True)]


def _free_sources(free: FreeSettings, *, allow_lan: bool) -> list[Source]:
    """The public playlists. Their ids say what they are, so that one more changes no other's."""
    named = [(_id("free", one.number), one.url, "") for one in free.own if one.url is not None]
    named += [(_id("free-list", number), url, "") for number, url in enumerate(free.urls, start=1)]
    presets = [("country", word, _COUNTRIES.get(word, word)) for word in free.countries]
    presets += [("category", word, "") for word in free.categories]
    named += [
        (SourceId(f"free-{kind}-{word}"), SecretUrl(PRESETS[kind].format(word)), country)
        for kind, word, country in presets
    ]
    if free.everything:
        named.append((SourceId("free-all"), SecretUrl(PRESETS["all"]), ""))
    return [
        Source(name, "playlist", url, PLAYLIST_TIMEOUT, allow_lan, free=True, country=country)
        for name, url, country in named
    ]


def _first(provider: ProviderSettings, found: Findings) -> Account:
    """The primary account, with PROVIDER_URLS and SUBSCRIPTION_FILE worked in."""
    account = next((one for one in provider.accounts if one.number == 1), Account())
    if provider.urls:
        account = account.model_copy(update={"url": provider.urls[0]})
    if provider.subscription_file is not None and (account.user is None or account.password is None):
        user, password = _read_subscription(provider.subscription_file, found)
        account = account.model_copy(update={"user": account.user or user, "password": account.password or password})
    return account


def _panel(account: Account, first: Account, provider: ProviderSettings, found: Findings) -> Panel | None:
    """The account's panel, credentials of the first account in place of missing ones; None when it can't log in."""
    ending = "" if account.number == 1 else f"_{account.number}"
    if account.url is None:
        if account.number > 1 and (account.user or account.password):
            found.notes.append(f"{PREFIX}PROVIDER_USER{ending} and PROVIDER_PASS{ending} need PROVIDER_URL{ending}.")
        elif account.number == 1 and account.m3u_url is None and (account.user or account.password):
            found.notes.append(f"{PREFIX}PROVIDER_USER and PROVIDER_PASS need PROVIDER_URL.")
        return None
    user, password = account.user or first.user, account.password or first.password
    missing = [name for name, value in (("PROVIDER_USER", user), ("PROVIDER_PASS", password)) if value is None]
    if user is not None and password is not None:
        hosts = provider.urls if account is first and provider.urls else (account.url,)
        return Panel(hosts, user.get_secret_value(), password.get_secret_value(), vod=not provider.live_only)
    # Beside a playlist of its own the panel only adds a guide, so nothing essential is missing.
    sink = found.problems if account.m3u_url is None else found.notes
    sink.extend(
        f"{PREFIX}{name}{ending}: it is missing, and {PREFIX}PROVIDER_URL{ending} needs it. "
        f"Example: {PREFIX}{name}{ending}=your-{'user-name' if name.endswith('USER') else 'password'}"
        for name in missing
    )
    return None


def _read_subscription(file: Path, found: Findings) -> tuple[SecretStr | None, SecretStr | None]:
    name = f"{PREFIX}SUBSCRIPTION_FILE"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        found.problems.append(f"{name}: {file} can't be read: {reason}. Example: {name}=/run/secrets/subscription.txt")
        return None, None
    values: dict[str, SecretStr] = {}
    for row in text.splitlines():
        key, _, value = row.partition(":")
        if value.strip():
            values.setdefault(key.strip().lower(), SecretStr(value.strip()))
    if "username" not in values or "password" not in values:
        found.problems.append(f"{name}: {file} lacks a line `Username: …` or `Password: …`. Example: Username: alice")
    return values.get("username"), values.get("password")


def _id(stem: str, number: int) -> SourceId:
    return SourceId(stem if number == 1 else f"{stem}-{number}")
