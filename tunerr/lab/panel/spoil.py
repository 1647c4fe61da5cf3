"""What the quirks do to rows and accounts. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from tunerr.lab.panel.quirks import Quirk

Row = dict[str, Any]
Quirks = AbstractSet[Quirk]

_IDS = ("stream_id", "series_id", "id")
REFUSED = frozenset({Quirk.EXPIRED, Quirk.BANNED, Quirk.DISABLED})
"""Accounts that log in and get nothing."""

_EXPIRED_AT = "1710460800"  # 2024-03-15


def spoilt_user(user: Row, quirks: Quirks) -> Row:
    """`user_info` with the quirks of accounts."""
    changes: dict[Quirk, Row] = {
        Quirk.AUTH_STRING: {"auth": "1"},
        Quirk.EXP_NULL: {"exp_date": None},
        Quirk.EXP_ISO: {"exp_date": "2030-12-31 23:00:00"},
        Quirk.MAX_CONNECTIONS_NULL: {"max_connections": None},
        Quirk.MAX_CONNECTIONS_NUMBER: {"max_connections": int(user["max_connections"])},
        Quirk.FORMATS_OBJECT: {"allowed_output_formats": {"0": "ts", "2": "m3u8"}},
        Quirk.FORMATS_NULL: {"allowed_output_formats": None},
        Quirk.EXPIRED: {"status": "Expired", "exp_date": _EXPIRED_AT},
        Quirk.BANNED: {"status": "Banned"},
        Quirk.DISABLED: {"status": "Disabled"},
    }
    for quirk in quirks:
        user = user | changes.get(quirk, {})
    return user


def spoilt_rows(rows: list[Row], quirks: Quirks) -> object:
    """A list of rows with the quirks of lists."""
    if quirks & REFUSED:
        return []
    rows = [_row(row, quirks) for row in rows]
    if Quirk.OBJECT_FOR_LIST in quirks:
        return {str(number): row for number, row in enumerate(rows)}
    return rows


def _row(row: Row, quirks: Quirks) -> Row:
    row = dict(row)
    if Quirk.IDS_AS_STRINGS in quirks:
        row |= {name: str(row[name]) for name in _IDS if name in row}
    if "name" in row and "category_id" in row:
        if Quirk.CATEGORY_INT in quirks:
            row["category_id"] = int(row["category_id"])
        if Quirk.CATEGORY_NULL in quirks:
            row |= {"category_ids": [int(row["category_id"])], "category_id": None}
    if "epg_channel_id" in row and Quirk.EPG_ID_NULL in quirks:
        row["epg_channel_id"] = None
    if "name" in row and Quirk.CONTROL_CHARACTERS in quirks:
        row["name"] += "\x07\n"
    return row
