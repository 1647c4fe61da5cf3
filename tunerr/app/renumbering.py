"""Other numbers for all channels: shown first, then done by the operator's explicit act."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tunerr.app.core import Core
from tunerr.errors import ActionRefused
from tunerr.lineup.renumber import Renumbered, moved_by, places, resequenced
from tunerr.support.tasks import Supervisor


class Renumbering:
    """Joined to the running parts."""

    def __init__(self, core: Core, background: Supervisor) -> None:
        self._core = core
        self._background = background

    async def shown(self, *, start: int | None = None, offset: int | None = None) -> tuple[Renumbered, ...]:
        """Return which numbers would change, counted from `start` in the lineup's order or moved by `offset`.

        Raises ActionRefused.
        """
        if (start is None) is (offset is None):
            raise ActionRefused("Say how: from a start, or by an offset.", hint="Example: channel renumber --start 100")
        return tuple(change for change in await self._every(start, offset) if change.changed)

    async def apply(self, changes: Sequence[Renumbered], *, who: str) -> str:
        """Give out these numbers, all at once; a sentence. Numbers can't be taken back: clients lose the old ones."""
        core = self._core
        await core.cycle.rebuild_after(partial(core.offering.ledger.renumber, places(changes)))
        self._background.spawn(core.cycle.follow_lineup(), "render guide")
        seen = sum(change.seen for change in changes)
        said = f"{len(changes):,} channels have other numbers; clients knew {seen:,} of the old ones."
        await core.desk.audit.note(who=who, act="channel-renumber", subject="all channels", detail=said)
        return said

    async def _every(self, start: int | None, offset: int | None) -> Sequence[Renumbered]:
        core = self._core
        holdings = (await core.offering.ledger.promises()).holdings
        wishes = (await core.offering.overrides.all()).values()
        fixed = {wish.number for wish in wishes if wish.number is not None}
        if offset is not None:
            return moved_by(holdings, offset, fixed=fixed)
        order = await core.offering.plans.chosen() or ()
        devices = core.offering.devices
        return resequenced(holdings, order=order, fixed=fixed, devices=devices, start=1 if start is None else start)
