"""One page of the deck: a view, and how it is shown."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from multidict import MultiMapping

from tunerr.model.operator import Role, Visitor
from tunerr.views.device import ClientUrls


class Level(enum.IntEnum):
    """How much the deck shows of itself; each shows what those before show. It is a taste, not a right."""

    SIMPLE = 1
    OPERATOR = 2
    LAB = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked, and by whom.

    `query` is that of the URL, `match` what the names in the page's path matched, `urls` the addresses for media
    servers as this visitor would write them, `zone` that of the browser, UTC while it hasn't said.
    """

    query: MultiMapping[str]
    match: Mapping[str, str]
    visitor: Visitor
    urls: ClientUrls
    zone: ZoneInfo
    level: Level


@dataclass(frozen=True, slots=True)
class Page:
    """A path, the template that shows its view, and who may see it.

    `view` returns a frozen dataclass of plain data, which is the page's JSON as well; it raises TunerrError. `live`:
    the template's block `live` follows the view by server-sent events.
    """

    path: str
    template: str
    view: Callable[[Asked], Awaitable[object]]
    role: Role = Role.VIEWER
    live: bool = False

    @property
    def api(self) -> str:
        """Path of the same as JSON."""
        return f"/api/v1{self.path if self.path != '/' else '/home'}"
