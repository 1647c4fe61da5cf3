"""What runs here, for programs and for the debug bundle. No secret is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from tunerr.config.sections import Settings
from tunerr.gateway.facts import GatewayFacts
from tunerr.model.channel import Lineup
from tunerr.model.status import GuideEdition, SourceStatus
from tunerr.views.device import DeviceIdentity, client_urls


@dataclass(frozen=True, slots=True)
class Running:
    """The running parts as values. `base`: the tuner's address, `deck`: the Control Deck's."""

    generated_at: str
    version: str
    settings: Settings
    base: str
    deck: str
    devices: tuple[DeviceIdentity, ...]
    lineup: Lineup | None
    edition: GuideEdition | None
    statuses: tuple[SourceStatus, ...]
    gateway: GatewayFacts
    demo: bool
    tasks: int


def runtime_view(now: Running) -> dict[str, Any]:
    """`/debug/runtime.json`, under the names of the described system."""
    settings, device = now.settings, now.devices[0]
    urls = client_urls(now.base)
    return {
        "generated_at": now.generated_at,
        "version": now.version,
        "listen_address": str(settings.server.addr),
        "base_url": now.base,
        "device_id": str(device.device_id),
        "friendly_name": device.friendly_name,
        "tuner": _tuner(now),
        "guide": _guide(now.edition),
        "provider": {"demo": now.demo, "sources": sources_of(now.statuses)},
        "recorder": {"enabled": False},
        "hdhr": {
            "network_mode": settings.hdhr.network_mode,
            "discover_port": settings.hdhr.discover_port,
            "control_port": settings.hdhr.control_port,
            "devices": [str(one.device_id) for one in now.devices],
        },
        "webui": {
            "enabled": not settings.deck.disabled,
            "port": settings.deck.port,
            "allow_lan": settings.deck.allow_lan,
            "url": now.deck,
        },
        "events": {"enabled": False},
        "media_servers": [],
        "urls": asdict(urls),
    }


def sources_of(statuses: Iterable[SourceStatus]) -> list[dict[str, Any]]:
    """Sources as they are after their last refresh; addresses are redacted."""
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "state": one.state.value,
            "location": one.label,
            "attempted_at": one.attempted_at.isoformat(timespec="seconds") if one.attempted_at else None,
            "succeeded_at": one.succeeded_at.isoformat(timespec="seconds") if one.succeeded_at else None,
            "entries": one.entries,
            "channels": one.channels,
            "message": one.message,
            "hint": one.hint,
        }
        for one in statuses
    ]


def _tuner(now: Running) -> dict[str, Any]:
    lineup, gateway = now.lineup, now.gateway
    return {
        "tuner_count": now.devices[0].tuner_count,
        "in_use": gateway.active_sessions,
        "viewers": gateway.viewers,
        "channels": len(lineup.channels) if lineup else 0,
        "lineup_version": lineup.version if lineup else "",
        "tunes_ok": gateway.tunes_ok,
        "tunes_failed": {str(code): count for code, count in gateway.tunes_failed},
        "switches": dict(gateway.switches),
        "continuity_errors": gateway.continuity_errors,
        "bytes_sent": gateway.bytes_sent,
        "bytes_received": gateway.bytes_received,
        "tasks": now.tasks,
    }


def _guide(edition: GuideEdition | None) -> dict[str, Any]:
    if edition is None:
        return {"ready": False}
    return {
        "ready": True,
        "version": edition.version,
        "built_at": edition.built_at.isoformat(timespec="seconds"),
        "channels": edition.channels,
        "linked": edition.linked,
        "programmes": edition.programmes,
        "placeholders": edition.placeholders,
    }
