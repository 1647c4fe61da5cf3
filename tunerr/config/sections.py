"""Every setting of the program, declared once; the reference, the sample file and `config show` are made from here."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import InstanceOf, SecretStr

from tunerr.config import parsers
from tunerr.config.declare import NumberedSection, Section, Setting, reads
from tunerr.config.folder import default_data_folder
from tunerr.config.free import FreeSettings, FreeSource
from tunerr.config.gateway import GatewaySettings
from tunerr.config.guide import GuideSettings
from tunerr.config.hdhr import HdhrSettings
from tunerr.config.lineup import LineupSettings
from tunerr.config.validation import ValidationSettings
from tunerr.config.values import ListenAddress
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl

_NAME = reads(parsers.line(longest=64))
_SWITCH = reads(parsers.boolean)


class ServerSettings(Section):
    """The program itself: where it listens, where it keeps its data, what it says."""

    addr: Annotated[
        InstanceOf[ListenAddress],
        reads(ListenAddress.parse),
        Setting(
            "ADDR",
            "Where the tuner listens; without a host on every interface.",
            ":5004",
            flag="addr",
        ),
    ] = ListenAddress("", 5004)
    base_url: Annotated[
        str,
        reads(parsers.public_url),
        Setting(
            "BASE_URL",
            "The address that clients are told, for a server behind a proxy.",
            "http://192.168.1.10:5004",
            default="from each request's Host header",
            flag="base-url",
        ),
    ] = ""
    trusted_proxies: Annotated[
        tuple[InstanceOf[IPv4Network] | InstanceOf[IPv6Network], ...],
        reads(parsers.networks),
        Setting(
            "TRUSTED_PROXIES",
            "Reverse proxies whose X-Forwarded headers count: addresses and networks; `none` for nobody's.",
            "127.0.0.1,172.16.0.0/12",
            default="those on this machine",
        ),
    ] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    data_dir: Annotated[
        Path | None,
        reads(parsers.path),
        Setting(
            "DATA_DIR",
            "The folder for everything that the program writes.",
            "/var/lib/iptv-tunerr",
            default="`data` in a source checkout, else the user's data folder",
            flag="data-dir",
        ),
    ] = None
    refresh: Annotated[
        float,
        reads(parsers.duration(zero=True)),
        Setting("REFRESH", "How often playlists and guides are fetched; 0 = never.", "6h", "duration", flag="refresh"),
    ] = 6 * 3600.0
    log_level: Annotated[
        str,
        reads(parsers.choice("debug", "info", "warning", "error")),
        Setting(
            "LOG_LEVEL", "The least important messages shown: debug, info, warning, error.", "info", flag="log-level"
        ),
    ] = "info"
    log_json: Annotated[bool, _SWITCH, Setting("LOG_JSON", "One JSON object per log line.", "true")] = False


class Account(NumberedSection):
    """One subscription. Number 1 has the plain names, further ones end in _2, _3 …."""

    m3u_url: Annotated[
        InstanceOf[SecretUrl] | None,
        reads(parsers.location),
        Setting(
            "M3U_URL",
            "A playlist: URL or path. It takes the place of the playlist of the panel with the same number.",
            "https://provider.example/list.m3u",
            flag="m3u",
            secret=True,
            numbered=True,
        ),
    ] = None
    url: Annotated[
        InstanceOf[SecretUrl] | None,
        reads(parsers.panel),
        Setting(
            "PROVIDER_URL", "Base URL of an Xtream panel.", "http://panel.example:8080", secret=True, numbered=True
        ),
    ] = None
    user: Annotated[
        SecretStr | None,
        Setting(
            "PROVIDER_USER",
            "The panel's user name. Of a further panel: the first one's when unset.",
            "your-user-name",
            secret=True,
            numbered=True,
        ),
    ] = None
    password: Annotated[
        SecretStr | None,
        Setting(
            "PROVIDER_PASS",
            "The panel's password. Of a further panel: the first one's when unset.",
            "your-password",
            secret=True,
            numbered=True,
        ),
    ] = None


class ProviderSettings(Section):
    """What holds for all subscriptions."""

    urls: Annotated[
        tuple[InstanceOf[SecretUrl], ...],
        reads(parsers.panels),
        Setting(
            "PROVIDER_URLS",
            "Several hosts of the first panel's account, parted by commas; takes the place of PROVIDER_URL.",
            "http://a.panel.example,http://b.panel.example",
            secret=True,
        ),
    ] = ()
    subscription_file: Annotated[
        Path | None,
        reads(parsers.path),
        Setting(
            "SUBSCRIPTION_FILE",
            "A file with the lines `Username:` and `Password:`, for a first panel without user and password.",
            "/run/secrets/subscription.txt",
        ),
    ] = None
    allow_lan: Annotated[
        bool,
        _SWITCH,
        Setting(
            "PROVIDER_ALLOW_LAN",
            "Playlists and guides from the internet may name private addresses of your network.",
            "true",
        ),
    ] = False
    live_only: Annotated[
        bool,
        _SWITCH,
        Setting("LIVE_ONLY", "Leave the films and series of panels out: only live channels are asked for.", "true"),
    ] = False
    accounts: tuple[Account, ...] = (Account(),)
    # What follows from all settings of subscriptions and guides; the loader fills it in.
    sources: tuple[Source, ...] = ()


class DeckSettings(Section):
    """The Control Deck."""

    disabled: Annotated[bool, _SWITCH, Setting("WEBUI_DISABLED", "Don't start the Control Deck.", "true")] = False
    port: Annotated[
        int,
        reads(parsers.whole(1, 65535)),
        Setting("WEBUI_PORT", "The Control Deck's port.", "48879"),
    ] = 48879
    allow_lan: Annotated[
        bool,
        _SWITCH,
        Setting(
            "WEBUI_ALLOW_LAN",
            "Other machines reach the Control Deck too (a login is always forced).",
            "false",
            aliases=("UI_ALLOW_LAN",),
        ),
    ] = True
    user: Annotated[str, _NAME, Setting("WEBUI_USER", "The Control Deck's user name.", "admin")] = "admin"
    password: Annotated[
        SecretStr | None,
        Setting(
            "WEBUI_PASS",
            "The Control Deck's password.",
            "a-long-pass-phrase",
            default="chosen at first login with a one-time code",
            secret=True,
        ),
    ] = None
    hosts: Annotated[
        tuple[str, ...],
        reads(parsers.host_names),
        Setting(
            "WEBUI_HOSTS",
            "Names by which the Control Deck may be opened over plain http, beside addresses and names of the house.",
            "deck.example,tv.example",
            default="the host of BASE_URL",
        ),
    ] = ()


class MetricsSettings(Section):
    """Prometheus."""

    enabled: Annotated[bool, _SWITCH, Setting("METRICS_ENABLE", "Serve /metrics on the tuner's port.", "false")] = True


class Settings(Section):
    """All sections. `Settings()` is what runs when nothing is set: the demo."""

    server: ServerSettings = ServerSettings()
    provider: ProviderSettings = ProviderSettings()
    free: FreeSettings = FreeSettings()
    guide: GuideSettings = GuideSettings()
    lineup: LineupSettings = LineupSettings()
    validation: ValidationSettings = ValidationSettings()
    gateway: GatewaySettings = GatewaySettings()
    hdhr: HdhrSettings = HdhrSettings()
    deck: DeckSettings = DeckSettings()
    metrics: MetricsSettings = MetricsSettings()

    def data_folder(self) -> Path:
        """The folder for everything written."""
        return self.server.data_dir or default_data_folder()

    def demo_folder(self) -> Path:
        """The demo's own folder below it: its channels take no numbers from yours."""
        return self.data_folder() / "demo"


SECTIONS: dict[str, type[Section]] = {
    "server": ServerSettings,
    "account": Account,
    "provider": ProviderSettings,
    "free-source": FreeSource,
    "free": FreeSettings,
    "guide": GuideSettings,
    "lineup": LineupSettings,
    "validation": ValidationSettings,
    "gateway": GatewaySettings,
    "hdhr": HdhrSettings,
    "deck": DeckSettings,
    "metrics": MetricsSettings,
}
"""Every section with declared settings, in the order of the reference."""
