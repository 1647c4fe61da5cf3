"""The account as its panel describes it: `player_api.php` without an action. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tunerr.errors import AccountRefused
from tunerr.model.account import AccountStatus
from tunerr.providers.xtream import refusals
from tunerr.providers.xtream.answers import read_answer
from tunerr.providers.xtream.values import Object, flag, integer, items, moment, obj, text


def read_account(body: bytes, *, source: str, asked_at: datetime) -> AccountStatus:
    """Read the panel's answer.

    Raises AccountRefused for a login that the panel does not know, NotAPanel for what describes no account.
    """
    document = read_answer(body)
    user = obj(obj(document).get("user_info"))
    if "auth" in user and not flag(user["auth"]):
        raise refusals.wrong_login()
    if not user:
        # Panels that know no such user send an empty list, or the server's part alone.
        if document in ([], {}, None, False) or "server_info" in obj(document):
            raise refusals.wrong_login()
        raise refusals.error_instead()
    return _status(user, obj(obj(document).get("server_info")), source, asked_at)


def refusal(account: AccountStatus) -> AccountRefused | None:
    """Return why this account gets nothing now; None when it does, or when the panel uses a word of its own."""
    match account.status:
        case "expired":
            when = f" on {account.expires:%Y-%m-%d}" if account.expires else ""
            return AccountRefused(
                f"The subscription expired{when}.",
                hint="Renew it with the provider; until then the last good channels stay.",
                cause="expired",
            )
        case "banned":
            return AccountRefused(
                "The provider has banned this account.",
                hint="Ask the provider why; connections from several places at once are the usual reason.",
                cause="banned",
            )
        case "disabled":
            return AccountRefused(
                "The provider has disabled this account.",
                hint="Ask the provider to enable it again.",
                cause="disabled",
            )
        case _:
            return None


def _status(user: Object, server: Object, source: str, asked_at: datetime) -> AccountStatus:
    return AccountStatus(
        source=source,
        asked_at=asked_at,
        status=text(user.get("status"), 40).lower(),
        # PHP writes its own zone's time where it writes no Unix seconds.
        expires=moment(user.get("exp_date"), _zone(server)),
        trial=flag(user.get("is_trial")),
        max_connections=integer(user.get("max_connections")) or None,  # 0 is how panels write that there is no limit
        active_connections=integer(user.get("active_cons")),
        message=text(user.get("message")),
        formats=tuple(word for word in (text(one, 20).lower() for one in _formats(user)) if word),
    )


def _formats(user: Object) -> list[object]:
    said = user.get("allowed_output_formats")
    return list(said.split(",")) if isinstance(said, str) else items(said)


def _zone(server: Object) -> ZoneInfo:
    try:
        return ZoneInfo(text(server.get("timezone"), 60) or "UTC")
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return ZoneInfo("UTC")
