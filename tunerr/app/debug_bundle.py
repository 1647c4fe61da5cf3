"""The debug bundle of the running program."""

from __future__ import annotations

import asyncio
import platform
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import orjson

from tunerr import __version__
from tunerr.actions.bundle import make_bundle, secrets_of
from tunerr.app.core import Core
from tunerr.app.runtime import runtime_of
from tunerr.config.effective import effective
from tunerr.errors import TunerrError
from tunerr.storage.connection import select
from tunerr.views.diagnostics import as_event
from tunerr.views.runtime import sources_of
from tunerr.views.settings import settings_rows
from tunerr.views.streams import attempts_view

_LINES = 2000
_ATTEMPTS = "200"
Part = Callable[[], Awaitable[Any]]
"""One more part of the bundle, as what JSON can hold. Raises TunerrError, which then stands in its place."""


async def debug_bundle(core: Core, *, who: str, more: dict[str, Part]) -> tuple[str, bytes]:
    """Name and bytes of the ZIP; `more` are further parts by file name. It is noted in the audit log."""
    now = core.ground.clock.now()
    parts: dict[str, Any] = {
        "versions.json": await asyncio.to_thread(_versions),
        "runtime.json": runtime_of(core),
        "settings.json": _settings(core),
        "sources.json": sources_of(core.statuses.current),
        "accounts.json": [asdict(one) for one in core.gateway.accounts.facts],
        "stream-attempts.json": attempts_view(core.gateway.attempts(), _ATTEMPTS),
        "databases.json": await _databases(core),
    }
    for name, part in {"plan.json": _plan(core), **more}.items():
        parts[name] = await _told(part)
    lines = core.desk.logs.records[:_LINES]
    parts["log.jsonl"] = await asyncio.to_thread(
        lambda: "\n".join(orjson.dumps(as_event(line), default=str).decode() for line in reversed(lines))
    )
    secrets = secrets_of(core.ground.sources.current) | _of_settings(core)
    data = await asyncio.to_thread(make_bundle, parts, version=__version__, now=now, secrets=secrets)
    name = f"iptv-tunerr-{now:%Y%m%d-%H%M%S}.zip"
    await core.desk.audit.note(who=who, act="debug-bundle", subject=name, detail=f"{len(data):,} bytes.")
    return name, data


async def _told(part: Part) -> Any:
    try:
        return await part()
    except TunerrError as error:
        return {"error": error.message, "hint": error.hint}


def _versions() -> dict[str, Any]:
    return {
        "iptv-tunerr": __version__,
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "sqlite": sqlite3.sqlite_version,
        "packages": dict(sorted((one.name, one.version) for one in distributions())),
    }


def _settings(core: Core) -> dict[str, Any]:
    loaded = core.settings_book.loaded
    return {
        "settings": [
            {"name": row.env, "value": row.value, "is_set": row.is_set, "origin": row.origin}
            for row in settings_rows(effective(loaded))
        ],
        "notes": list(loaded.notes),
    }


def _of_settings(core: Core) -> frozenset[str]:
    """Values of secret settings that belong to no source."""
    settings = core.settings
    found = {value for _, value in settings.gateway.headers}
    if settings.deck.password is not None:
        found.add(settings.deck.password.get_secret_value())
    return frozenset(found)


def _plan(core: Core) -> Part:
    async def part() -> Any:
        summary = await core.offering.plans.summary()
        return summary.model_dump(mode="json") if summary is not None else None

    return part


async def _databases(core: Core) -> dict[str, Any]:
    folder = core.ground.folder
    versions = {
        "state": (await select(core.ground.state, "PRAGMA user_version"))[0][0],
        "catalog": (await select(core.ground.catalog, "PRAGMA user_version"))[0][0],
    }
    files = await asyncio.to_thread(_sizes, folder.root)
    return {"schema_versions": versions, "files": files}


def _sizes(root: Path) -> dict[str, int]:
    """Bytes of the files that lie in the data folder itself."""
    return {path.name: path.stat().st_size for path in sorted(root.iterdir()) if path.is_file()}
