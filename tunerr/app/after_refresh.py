"""What follows a refresh of channels in its own time: films and series, tests of channels."""

from __future__ import annotations

import structlog

from tunerr.app.core import Core
from tunerr.errors import TunerrError

log = structlog.get_logger(__name__)


async def follow_refreshes(core: Core) -> None:
    """Run until cancelled. What goes wrong is logged and tried again after the next refresh."""
    while True:
        await core.cycle.refreshed.wait()
        core.cycle.refreshed.clear()
        try:
            await core.titles.refresh(core.ground.sources.current)
            if core.settings.validation.enabled or core.offering.planner.in_force.drop_failed:
                report = await core.offering.tests.test_all()
                log.info("channels tested", report=" ".join(report.sentences()))
        except TunerrError as error:
            log.warning("not done after the refresh", error=error.message, hint=error.hint)
        except Exception:  # the edge of a loop: a fault of ours must not end tests and titles for ever
            log.exception("not done after the refresh")
