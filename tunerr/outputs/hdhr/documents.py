"""The HDHomeRun's documents, as values and bytes. Pure; field names, types and order are those of the hardware."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import orjson
from lxml import etree

from tunerr.model.carried import Carried, CarriedBook
from tunerr.model.channel import LineupChannel
from tunerr.model.status import TunerStatus
from tunerr.outputs.text import m3u_attribute, m3u_title, one_line
from tunerr.views.device import DeviceIdentity

Document = Callable[[Sequence[LineupChannel], str], bytes]
"""Renders the channels of a device for its base URL."""

DEVICE_TYPE: Final = "urn:schemas-upnp-org:device:MediaServer:1"
"""What UPnP takes us for."""

# What the hardware calls them; media servers know these words only.
_VIDEO_CODECS = {"mpeg2": "MPEG2", "h264": "H264", "hevc": "HEVC"}
_AUDIO_CODECS = {"ac3": "AC3", "eac3": "EAC3", "aac": "AAC", "aac_latm": "AAC", "mp2": "MPEG"}
_HD_LINES = 720

_UPNP = "urn:schemas-upnp-org:device-1-0"
# Name space of the UDN: it must stay as it is, or every UPnP client sees a new device.
_UDN_SPACE = uuid.UUID("6f1c2f0e-9d5b-5c0a-8a53-6a0f5b7c1a10")


def guide_name(row: LineupChannel) -> str:
    """Give the name to show, never empty."""
    return one_line(row.channel.name) or str(row.number)


def stream_url(row: LineupChannel, base: str) -> str:
    """Where the channel plays. Never a query: media servers append their own; Kodi hashes it into its channel id."""
    return f"{base}/auto/v{row.number}"


def discover(device: DeviceIdentity, base: str) -> dict[str, object]:
    """Give the value of /discover.json, in the hardware's order."""
    return {
        "FriendlyName": device.friendly_name,
        "ModelNumber": device.model_number,
        "FirmwareName": device.firmware_name,
        "FirmwareVersion": device.firmware_version,
        "DeviceID": str(device.device_id),
        "DeviceAuth": device.device_auth,
        "BaseURL": base,
        "LineupURL": f"{base}/lineup.json",
        "TunerCount": device.tuner_count,
    }


def lineup_json(rows: Sequence[LineupChannel], base: str, *, seen: CarriedBook) -> bytes:
    """/lineup.json. Flags are integers and absent when 0, as on the hardware; Kodi throws on strings."""
    return orjson.dumps([_row(row, base, seen) for row in rows])


def lineup_xml(rows: Sequence[LineupChannel], base: str, *, seen: CarriedBook) -> bytes:
    """/lineup.xml: one Program for each row of /lineup.json, with the same fields."""
    root = etree.Element("Lineup")
    for row in rows:
        program = etree.SubElement(root, "Program")
        for name, value in _row(row, base, seen).items():
            etree.SubElement(program, name).text = str(value)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def lineup_m3u(rows: Sequence[LineupChannel], base: str) -> bytes:
    """/lineup.m3u, in the hardware's own form."""
    return "".join(["#EXTM3U\n", *_entries(rows, base)]).encode()


def tuners(status: Iterable[TunerStatus]) -> list[dict[str, object]]:
    """Give the value of /status.json: one row for each tuner."""
    return [_tuner(tuner) for tuner in status]


def udn(device: DeviceIdentity) -> str:
    """Give the device's name in UPnP: the same for ever for one device id."""
    return f"uuid:{uuid.uuid5(_UDN_SPACE, str(device.device_id))}"


def device_xml(device: DeviceIdentity, base: str) -> bytes:
    """Write the UPnP description."""
    root = etree.Element(etree.QName(_UPNP, "root"), nsmap={None: _UPNP})
    version = _child(root, "specVersion")
    _child(version, "major", "1")
    _child(version, "minor", "0")
    _child(root, "URLBase", base)
    about = _child(root, "device")
    _child(about, "deviceType", DEVICE_TYPE)
    _child(about, "friendlyName", device.friendly_name)
    _child(about, "manufacturer", device.manufacturer)
    _child(about, "modelName", device.model_number)
    _child(about, "modelNumber", device.model_number)
    _child(about, "serialNumber", str(device.device_id))
    _child(about, "UDN", udn(device))
    _child(about, "presentationURL", f"{base}/")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def tuner_page(status: Sequence[TunerStatus]) -> str:
    """/tuners.html: Emby reads the word after "Channel" and compares it with "none"."""
    table = etree.Element("table")
    for tuner in status:
        line = etree.SubElement(table, "tr")
        etree.SubElement(line, "td").text = f"Tuner {tuner.index} Channel"
        etree.SubElement(line, "td").text = str(tuner.number or "none")
    return f"<!DOCTYPE html><title>Tuners</title>{etree.tostring(table, encoding='unicode', method='html')}"


def _row(row: LineupChannel, base: str, seen: CarriedBook) -> dict[str, object]:
    fields: dict[str, object] = {
        "GuideNumber": str(row.number),
        "GuideName": guide_name(row),
        **_carried(seen[row.channel.id]),
    }
    if row.favorite:
        fields["Favorite"] = 1
    fields["URL"] = stream_url(row, base)
    return fields


def _carried(carried: Carried) -> dict[str, object]:
    """What was seen, by the hardware's words; nothing of what is unknown."""
    fields = {
        "VideoCodec": _VIDEO_CODECS.get(carried.video),
        "AudioCodec": _AUDIO_CODECS.get(carried.audio),
        "HD": 1 if carried.height >= _HD_LINES else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _entries(rows: Iterable[LineupChannel], base: str) -> Iterable[str]:
    for row in rows:
        name = guide_name(row)
        yield (
            f'#EXTINF:-1 channel-id="{row.number}" channel-number="{row.number}" tvg-name="{m3u_attribute(name)}",'
            f"{row.number} {m3u_title(name)}\n{stream_url(row, base)}\n"
        )


def _tuner(tuner: TunerStatus) -> dict[str, object]:
    resource: dict[str, object] = {"Resource": f"tuner{tuner.index}"}
    if tuner.number is None:
        return resource | ({"TargetIP": tuner.reserved_by} if tuner.reserved_by else {})
    signal = 100 if tuner.has_signal else 0
    return {
        **resource,
        "VctNumber": str(tuner.number),
        "VctName": one_line(tuner.name),
        "Frequency": 0,  # there is none
        "SignalStrengthPercent": signal,
        "SignalQualityPercent": signal,
        "SymbolQualityPercent": tuner.symbol_quality,
        "TargetIP": tuner.clients[0].address if tuner.clients else tuner.reserved_by or "none",
        "NetworkRate": tuner.bits_per_second,
    }


def _child(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    child = etree.SubElement(parent, etree.QName(_UPNP, name))
    child.text = one_line(text) or None
    return child
