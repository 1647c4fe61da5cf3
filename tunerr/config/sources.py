"""From subscriptions and guide settings to the documents that will be fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from pydantic import SecretStr

from tunerr.config.environment import PREFIX
from tunerr.config.sections import Account, GuideSettings, ProviderSettings
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl

PLAYLIST_TIMEOUT = 180.0
"""Seconds. Panels put large playlists together on request, which takes minutes on busy ones."""


@dataclass(slots=True)
class Findings:
    """What building the sources brought to light."""

    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def build_sources(provider: ProviderSettings, guide: GuideSettings, found: Findings) -> tuple[Source, ...]:
    """All sources: playlists by number, then the panels' guides, then external ones (guides are merged in that order).

    What is missing or has no effect goes to `found`.
    """
    first = _first(provider, found)
    accounts = [first, *(account for account in provider.accounts if account.number > 1)]
    lan = provider.allow_lan
    playlists: list[Source] = []
    guides: list[Source] = []
    for account in accounts:
        if account.m3u_url is not None:
            name = _id("m3u", account.number)
            playlists.append(Source(name, "playlist", account.m3u_url, PLAYLIST_TIMEOUT, lan))
        login = _login(account, first, found)
        if account.url is None or login is None:
            continue
        if account.m3u_url is None:
            name = _id("xtream", account.number)
            location = _document(account.url, "get.php", {**login, "type": "m3u_plus", "output": "ts"})
            playlists.append(Source(name, "playlist", location, PLAYLIST_TIMEOUT, lan))
        if guide.provider_epg_enabled:
            name = _id("xtream-guide", account.number)
            location = _document(account.url, "xmltv.php", login)
            guides.append(Source(name, "guide", location, guide.provider_epg_timeout, lan))
    guides.extend(
        Source(_id("xmltv", number), "guide", location, guide.xmltv_timeout, lan)
        for number, location in enumerate(guide.xmltv_urls, start=1)
    )
    if guides and not playlists:
        found.notes.append("A guide is set but no playlist: the demo's channels are shown until there is one.")
    return (*playlists, *guides)


def _first(provider: ProviderSettings, found: Findings) -> Account:
    """The primary account, with PROVIDER_URLS and SUBSCRIPTION_FILE worked in."""
    account = next((one for one in provider.accounts if one.number == 1), Account())
    if provider.urls:
        account = account.model_copy(update={"url": provider.urls[0]})
        if len(provider.urls) > 1:
            found.notes.append(
                f"{PREFIX}PROVIDER_URLS: the first host is used; the others are alternatives of the same account "
                "and wait for the provider work."
            )
    if provider.subscription_file is not None and (account.user is None or account.password is None):
        user, password = _read_subscription(provider.subscription_file, found)
        account = account.model_copy(update={"user": account.user or user, "password": account.password or password})
    return account


def _login(account: Account, first: Account, found: Findings) -> dict[str, str] | None:
    """The account's credentials, those of the first account in place of missing ones; None when it can't log in."""
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
        return {"username": user.get_secret_value(), "password": password.get_secret_value()}
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


def _document(base: SecretUrl, name: str, query: dict[str, str]) -> SecretUrl:
    return SecretUrl(f"{base.reveal()}/{name}?{urlencode(query)}")


def _id(stem: str, number: int) -> SourceId:
    return SourceId(stem if number == 1 else f"{stem}-{number}")
