"""How a healthy panel describes an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tunerr.lab.faults.state import Account


def user_info(account: Account, *, active: int) -> dict[str, Any]:
    """`user_info` of player_api.php: panels write most numbers as text."""
    return {
        "username": account.user,
        "password": account.password,
        "message": "",
        "auth": 1,
        "status": "Active",
        "exp_date": "1924905600",
        "is_trial": "0",
        "active_cons": str(active),
        "created_at": "1577836800",
        "max_connections": str(account.limit),
        "allowed_output_formats": ["ts", "m3u8"],
    }


def server_info(now: datetime) -> dict[str, Any]:
    """`server_info` of player_api.php."""
    return {"timestamp_now": int(now.timestamp()), "time_now": f"{now:%Y-%m-%d %H:%M:%S}", "timezone": "UTC"}
