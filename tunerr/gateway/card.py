"""The ffmpeg command that makes a card out of the stream's own last pictures. Pure: nothing is started here.

Size, frame rate, sampling rate and channels are right without being known here: ffmpeg takes them from the stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from tunerr.gateway.headers import Headers
from tunerr.gateway.psi import ElementaryStream, Kind, Layout

SECONDS = 1  # one group of pictures; a second takes x265 up to 10 s in 4K
_SENTENCE = Path(__file__).parent / "assets" / "no_signal.png"  # 1280 x 96
_SENTENCE_WIDTH = {"w": "iw*0.8", "h": f"iw*0.8*{96 / 1280}"}  # of the picture's
# One frame in half a second is kept in memory until the last one is known: a 4K frame takes 12 MB.
_HALF_SECONDS = "isnan(prev_selected_t)+gte(t-prev_selected_t,0.5)"
_DIMMED = "(val-minval)*0.4+minval"
# No B-frames and no key frame but the first: the card may be cut off at any frame.
_ENCODERS: dict[str, dict[str, str | int]] = {
    "h264": {"c": "libx264", "preset": "ultrafast", "bf": 0, "sc_threshold": 0},
    "hevc": {
        "c": "libx265",
        "preset": "ultrafast",
        "x265-params": "bframes=0:scenecut=0:open-gop=0:repeat-headers=1:log-level=none",
    },
    "mpeg2": {"c": "mpeg2video", "bf": 0, "sc_threshold": 1_000_000_000, "q": 4},
    "aac": {"c": "aac"},
    "mp2": {"c": "mp2"},
    "ac3": {"c": "ac3"},
    "eac3": {"c": "eac3"},
}
_ONE_GROUP: dict[str, str | int] = {"g": 600, "flags": "+cgop"}
_MPEGTS: dict[str, str | float] = {
    "f": "mpegts",
    "t": SECONDS,
    "muxdelay": 0.3,  # between the PCR and the frame: hardware decoders drop what comes at the last moment
    "muxpreload": 0,
    "pat_period": 0.1,
    "pcr_period": 20,
    "pes_payload_size": 0,  # one PES for each frame of sound: a radio's PCR rides on them
}


def card_streams(layout: Layout, media: bytes) -> tuple[ElementaryStream, ...]:
    """What a card can have: the first video and all sound of `layout` that can be encoded.

    `media` is whole packets, any number; streams that it does not hold are left out.
    """
    begun = {pid for _, pid in Headers(media).begun()} if media else set()
    usable = [stream for stream in layout.streams if stream.codec in _ENCODERS and stream.pid in begun]
    video = [stream for stream in usable if stream.kind is Kind.VIDEO][:1]
    return (*video, *(stream for stream in usable if stream.kind is Kind.AUDIO))


def command_line(program: str, streams: Sequence[ElementaryStream]) -> list[str]:
    """The arguments that make a card of `streams`, at least one, from transport stream on stdin to one on stdout."""
    media = ffmpeg.input("pipe:0", f="mpegts", protocol_whitelist="pipe")
    parts = []
    options: dict[str, str | float] = dict(_MPEGTS)
    counts = {Kind.VIDEO: 0, Kind.AUDIO: 0}
    for stream in streams:
        source = media[f"i:{stream.pid}"]
        parts.append(_still(source) if stream.kind is Kind.VIDEO else _silence(source))
        at = f"{'v' if stream.kind is Kind.VIDEO else 'a'}:{counts[stream.kind]}"
        counts[stream.kind] += 1
        encoder = _ENCODERS[stream.codec] | (_ONE_GROUP if stream.kind is Kind.VIDEO else {})
        options.update({f"{name}:{at}": value for name, value in encoder.items()})
    command = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    return list(ffmpeg.output(*parts, "pipe:1", **options).compile(cmd=command))


def _still(source: Any) -> Any:
    """The last picture, blurred and dimmed under the sentence, for ever."""
    last = source.filter("select", _HALF_SECONDS).filter("reverse").filter("trim", end_frame=1)
    dimmed = last.filter("gblur", sigma=12).filter("lutyuv", y=_DIMMED)
    sentence = ffmpeg.input(str(_SENTENCE))["v"].filter("format", "yuva420p")
    fitted = ffmpeg.filter_multi_output([sentence, dimmed], "scale2ref", **_SENTENCE_WIDTH)
    place = {"x": "(W-w)/2", "y": "(H-h)/2"}
    shown = ffmpeg.filter([fitted.stream(1), fitted.stream(0)], "overlay", **place)
    return shown.filter("loop", loop=-1, size=1).filter("setpts", "N/FR/TB")


def _silence(source: Any) -> Any:
    """Silence as long as needed, in the form of `source`."""
    return source.filter("volume", 0).filter("asetpts", "N/SR/TB").filter("apad")
