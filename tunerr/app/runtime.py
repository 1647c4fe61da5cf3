"""What runs here, read from the running parts."""

from __future__ import annotations

import asyncio
from typing import Any

from tunerr import __version__
from tunerr.app.addresses import deck_url, tuner_url
from tunerr.app.core import Core
from tunerr.views.reports import Query, Report
from tunerr.views.runtime import Running, runtime_view


def runtime_report(core: Core) -> Report:
    """The report of `/debug/runtime.json`."""

    async def answer(_: Query) -> dict[str, Any]:
        return runtime_of(core)

    return answer


def runtime_of(core: Core) -> dict[str, Any]:
    """What runs now."""
    return runtime_view(
        Running(
            generated_at=core.ground.clock.now().isoformat(timespec="seconds"),
            version=__version__,
            settings=core.settings,
            base=tuner_url(core),
            deck=deck_url(core),
            devices=core.devices,
            lineup=core.lineup.current,
            edition=core.edition.current,
            statuses=core.statuses.current,
            gateway=core.gateway.facts,
            demo=core.demo,
            tasks=len(asyncio.all_tasks()),
        )
    )
