"""The settings of the tuner that clients see: who it says that it is, and how it is found."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated

from pydantic import InstanceOf

from tunerr.config import identity, parsers
from tunerr.config.declare import Section, Setting, reads
from tunerr.config.values import ListenAddress
from tunerr.model.device_id import DeviceId
from tunerr.model.url import SecretUrl

_NAME = reads(parsers.line(longest=64))
_SWITCH = reads(parsers.boolean)
_PORT = reads(parsers.whole(1, 65535))


def addresses(text: str) -> tuple[str, ...]:
    """IPv4 addresses of machines, or the broadcast addresses of networks."""
    found = parsers.words(text)
    for word in found:
        try:
            IPv4Address(word)
        except ValueError:
            raise ValueError(f"{word[:60]!r} is no IPv4 address such as 192.168.1.255.") from None
    return found


class HdhrSettings(Section):
    """What the HDHomeRun face says about itself."""

    device_id: Annotated[
        InstanceOf[DeviceId] | None,
        reads(identity.device_id),
        Setting(
            "DEVICE_ID",
            "The tuner's identity: 8 hexadecimal digits with a valid checksum. Changed, it is a new device for Plex.",
            str(DeviceId.nearest(0x10512345)),
            default="made once and kept in the data folder",
            flag="device-id",
            aliases=("HDHR_DEVICE_ID",),
        ),
    ] = None
    friendly_name: Annotated[
        str,
        _NAME,
        Setting(
            "FRIENDLY_NAME",
            "The name that media servers show.",
            "Living room",
            flag="friendly-name",
            aliases=("HDHR_FRIENDLY_NAME",),
        ),
    ] = "IPTV Tunerr"
    manufacturer: Annotated[str, _NAME, Setting("HDHR_MANUFACTURER", "Manufacturer in device.xml.", "Silicondust")] = (
        "Silicondust"
    )
    model_number: Annotated[
        str,
        reads(identity.model_number),
        Setting(
            "HDHR_MODEL_NUMBER",
            "Model number; HDTC models are refused, clients would ask them to transcode.",
            "HDHR5-4US",
        ),
    ] = "HDHR5-4US"
    firmware_name: Annotated[str, _NAME, Setting("HDHR_FIRMWARE_NAME", "Firmware name.", "hdhomerun5_atsc")] = (
        "hdhomerun5_atsc"
    )
    firmware_version: Annotated[
        str, reads(identity.firmware_version), Setting("HDHR_FIRMWARE_VERSION", "Firmware date, YYYYMMDD.", "20250815")
    ] = "20250815"
    device_auth: Annotated[
        str,
        reads(identity.device_auth),
        Setting(
            "HDHR_DEVICE_AUTH",
            "A dummy of at most 24 characters; clients pass it to others, so never a real secret.",
            "iptvtunerr",
        ),
    ] = "iptvtunerr"
    scan_possible: Annotated[
        bool, _SWITCH, Setting("HDHR_SCAN_POSSIBLE", "Offer a channel scan; Plex wants one.", "true")
    ] = True
    network_mode: Annotated[
        bool,
        _SWITCH,
        Setting(
            "HDHR_NETWORK_MODE",
            "Speak the device's native protocol too (UDP and TCP), by which clients find the tuner by themselves.",
            "false",
        ),
    ] = True
    discover_port: Annotated[
        int, _PORT, Setting("HDHR_DISCOVER_PORT", "The UDP port of discovery; clients know no other.", "65001")
    ] = 65001
    control_port: Annotated[
        int, _PORT, Setting("HDHR_CONTROL_PORT", "The TCP port of control; clients know no other.", "65001")
    ] = 65001
    extra_addr: Annotated[
        InstanceOf[ListenAddress] | None,
        reads(ListenAddress.parse),
        Setting(
            "HDHR_EXTRA_ADDR",
            "A second address where the tuner listens, for clients that look for it on port 80 only.",
            ":80",
            default="none",
        ),
    ] = None
    ssdp_disabled: Annotated[
        bool,
        _SWITCH,
        Setting("SSDP_DISABLED", "Don't announce the tuner by SSDP (UPnP), which no HDHomeRun client uses.", "false"),
    ] = True
    discover_broadcasts: Annotated[
        tuple[str, ...],
        reads(addresses),
        Setting(
            "HDHR_DISCOVER_BROADCASTS",
            "Further addresses that `hdhr-scan` asks: machines, or the broadcast addresses of other networks.",
            "192.168.2.255,10.0.0.7",
        ),
    ] = ()
    lineup_url: Annotated[
        InstanceOf[SecretUrl] | None,
        reads(parsers.device),
        Setting(
            "HDHR_LINEUP_URL",
            "An HDHomeRun device whose channels are offered too: its address, or that of its lineup.json.",
            "http://192.168.1.20/lineup.json",
        ),
    ] = None
