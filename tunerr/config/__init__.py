"""Settings: declared once, read once, frozen. The only package that reads the process environment."""

from tunerr.config.environment import PREFIX, read_environment
from tunerr.config.gateway import GatewaySettings
from tunerr.config.guide import GuideSettings
from tunerr.config.hdhr import HdhrSettings
from tunerr.config.lineup import LineupSettings
from tunerr.config.loader import Loaded, load
from tunerr.config.sections import (
    DeckSettings,
    MetricsSettings,
    ProviderSettings,
    ServerSettings,
    Settings,
)
from tunerr.config.values import ListenAddress
from tunerr.model.source import Source

__all__ = [
    "PREFIX",
    "DeckSettings",
    "GatewaySettings",
    "GuideSettings",
    "HdhrSettings",
    "LineupSettings",
    "ListenAddress",
    "Loaded",
    "MetricsSettings",
    "ProviderSettings",
    "ServerSettings",
    "Settings",
    "Source",
    "load",
    "read_environment",
]
