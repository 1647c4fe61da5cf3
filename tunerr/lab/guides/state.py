"""Facts of the guide provider: what each guide is like now, who asked for it and what went out."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from tunerr.lab.guides.faults import GuideFault
from tunerr.lab.guides.shape import Shape

_KEPT = 10_000


@dataclass(eq=False, slots=True)
class Asked:
    """One request for a guide. `at`: monotonic seconds; `sent`: bytes of its body that went out so far."""

    guide: str
    path: str
    at: float
    conditional: bool
    fault: GuideFault | None
    status: int = 0
    sent: int = 0


@dataclass(slots=True)
class Offered:
    """One guide. `changed_at` has whole seconds, as Last-Modified does."""

    shape: Shape
    changed_at: datetime
    fault: GuideFault | None = None

    @property
    def etag(self) -> str:
        """Equal for equal guides."""
        return f'"{hashlib.blake2b(repr(self.shape).encode(), digest_size=8).hexdigest()}"'


@dataclass(slots=True)
class State:
    """All facts; changed by tests, by the command line and by the provider's own site."""

    guides: dict[str, Offered] = field(default_factory=dict)
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def document(self) -> dict[str, Any]:
        """Everything as plain data, for `GET /lab/state.json`."""
        return {
            "guides": {
                name: {"fault": guide.fault, "etag": guide.etag, "programmes": guide.shape.programmes}
                for name, guide in self.guides.items()
            },
            "asked": [asdict(one) for one in self.asked],
        }
