"""What a provider says of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """One account as its panel describes it. None: the panel does not say; `expires` None: never, or not said.

    `status` is the panel's word, lower case: active, expired, banned, disabled, trial …
    """

    source: str
    asked_at: datetime
    status: str = ""
    expires: datetime | None = None
    trial: bool = False
    max_connections: int | None = None
    active_connections: int | None = None
    message: str = ""
    formats: tuple[str, ...] = ()
