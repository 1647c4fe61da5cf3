"""Acts on accounts: forget what was learned of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tunerr.actions.audit import Audit
from tunerr.errors import ActionRefused


class Accounts(Protocol):
    """What we need of who counts the streams of accounts."""

    def forget(self, key: str) -> bool:
        """Forget what was learned; whether there was any."""
        ...


async def release_account(accounts: Accounts, audit: Audit, names: Mapping[str, str], *, who: str, account: str) -> str:
    """Forget the learned limit and release time of an account; a sentence.

    `account`: its key, or the source that it is (`names`: sources by key). Raises ActionRefused.
    """
    key = next((key for key, name in names.items() if name == account), account)
    if not accounts.forget(key):
        raise ActionRefused("Nothing was learned of this account.", hint="Autopilot lists those of which it was.")
    said = f"What was learned of the account {names.get(key, key)} is forgotten; what it bears is found out again."
    await audit.note(who=who, act="account-release", subject=names.get(key, key), detail=said)
    return said
