"""Parsers of the values that HDHomeRun clients are strict about."""

from __future__ import annotations

import re

from tunerr.config.parsers import line, whole
from tunerr.model.device_id import DeviceId

MAX_CHANNELS = 479
"""Plex fails at 480 channels per device."""

_MAX_TUNERS = 255  # TUNER_COUNT is one byte in a discovery reply
_MAX_DEVICE_AUTH = 24  # the field's size in the discovery structure that Kodi's add-on still uses


def device_id(text: str) -> DeviceId:
    """8 hexadecimal digits; the refusal names the nearest valid id."""
    return DeviceId.parse(text.strip())


def tuner_count(text: str) -> int | None:
    """1 to 255; `auto` and -1 leave it to the accounts' limits."""
    word = text.strip().lower()
    try:
        return None if word in {"auto", "-1"} else whole(1, _MAX_TUNERS)(word)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no number of tuners; write 1 to {_MAX_TUNERS} or auto.") from None


def max_channels(text: str) -> int:
    """1 to 479; 0 stands for 479."""
    try:
        return whole(0, MAX_CHANNELS)(text) or MAX_CHANNELS
    except ValueError:
        raise ValueError(
            f"{text[:40]!r} is no limit from 1 to {MAX_CHANNELS} (0 = {MAX_CHANNELS}); "
            "Plex fails with 480 channels on one device."
        ) from None


def model_number(text: str) -> str:
    """Any model but HDTC ones, which make Jellyfin and Plex ask the tuner to transcode."""
    word = line(longest=64)(text)
    if "HDTC" in word.upper():
        raise ValueError(f"{word!r} is a transcoding model; clients would ask the tuner to transcode.")
    return word


def firmware_version(text: str) -> str:
    """Eight digits, YYYYMMDD."""
    if re.fullmatch(r"\d{8}", text.strip(), re.ASCII) is None:
        raise ValueError(f"{text[:40]!r} is no firmware date; write YYYYMMDD.")
    return text.strip()


def device_auth(text: str) -> str:
    """1 to 24 printable ASCII characters. Never echoed: people put real tokens here."""
    if re.fullmatch(rf"[!-~]{{1,{_MAX_DEVICE_AUTH}}}", text.strip()) is None:
        raise ValueError(f"The value must be 1 to {_MAX_DEVICE_AUTH} ASCII characters without spaces.")
    return text.strip()
