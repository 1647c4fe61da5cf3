"""The ffmpeg command line of each channel, built by ffmpeg-python. Pure: nothing is started here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import ffmpeg

from tunerr.lab.demo.channels import DemoChannel, Form

FONT = Path(__file__).parent / "assets" / "DejaVuSans-Bold-ASCII.ttf"

SEGMENT_SECONDS = 2
MASTER = "master.m3u8"
KEY_INFO = "key.info"
# What is encoded at full speed before the pace of real time begins. A player that speaks HLS starts three segments
# before the end, so four of them have to be there when the first playlist is answered.
_TS_HEAD_SECONDS = 2
_HLS_HEAD_SECONDS = 4 * SEGMENT_SECONDS + 1

_H264 = {
    "c:v": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p", "g": 25, "keyint_min": 25, "sc_threshold": 0,
    "threads": 1,
}  # fmt: skip
_MPEG2 = {
    "c:v": "mpeg2video", "pix_fmt": "yuv420p", "g": 25, "bf": 0, "b:v": "1500k", "maxrate": "2000k",
    "bufsize": "1000k", "threads": 1,
}  # fmt: skip
_AAC = {"c:a": "aac", "aac_coder": "fast", "b:a": "96k", "ac": 2}
_AC3 = {"c:a": "ac3", "b:a": "192k", "ac": 2}
_NO_DELAY = {"muxdelay": 0, "muxpreload": 0}
_LIVE_TS = {**_NO_DELAY, "format": "mpegts", "flush_packets": 1}
_LIVE_HLS = {
    **_NO_DELAY,
    "format": "hls",
    "hls_time": SEGMENT_SECONDS,
    "hls_list_size": 6,
    "hls_delete_threshold": 3,
    # A channel that was left and is watched again goes on with higher sequence numbers, never with lower ones.
    "hls_start_number_source": "epoch",
    "master_pl_name": MASTER,
}
_HLS_FLAGS = "delete_segments+independent_segments+temp_file"


def command(program: str, channel: DemoChannel, now: datetime) -> list[str]:
    """Arguments that encode `channel` from `now` on.

    Transport streams go to stdout; HLS goes into the working directory, MASTER its entry, and for AES-128
    the key is named by the file KEY_INFO there, which is read again for each segment.
    """
    head = _HLS_HEAD_SECONDS if channel.form.is_hls else _TS_HEAD_SECONDS
    sound = _sound(channel, head)
    match channel.form:
        case Form.TS_RADIO:
            # One PES per audio frame: the PCR rides on their starts and has to come every 100 ms.
            output = _live_ts(channel, [sound], {**_AAC, "b:a": "128k", "pes_payload_size": 0})
        case Form.TS_H264:
            output = _live_ts(channel, [_picture(channel, now, head), sound], {**_H264, **_rate(900), **_AAC})
        case Form.TS_MPEG2:
            output = _live_ts(channel, [_picture(channel, now, head), sound], {**_MPEG2, **_AC3})
        case Form.HLS_VARIANTS:
            output = _two_variants(_picture(channel, now, head), sound)
        case Form.HLS_AES:
            options = {**_rate(900), "hls_flags": f"{_HLS_FLAGS}+periodic_rekey", "hls_key_info_file": KEY_INFO}
            output = _live_hls([_picture(channel, now, head), sound], "v:0,a:0", options)
        case Form.HLS_DEMUXED:
            streams = "a:0,agroup:sound,default:yes,language:en v:0,agroup:sound"
            output = _live_hls([sound, _picture(channel, now, head)], streams, _rate(900))
    quiet = output.global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    return [str(part) for part in quiet.compile(cmd=program)]


def _source(graph: str, head: int) -> Any:
    # -re holds a source back until its timestamps are due, and the offset makes the first `head` seconds overdue.
    # Unlike -readrate_initial_burst this works in every ffmpeg from 4 on.
    return ffmpeg.input(graph, f="lavfi", re=None, itsoffset=-head)


def _picture(channel: DemoChannel, now: datetime, head: int) -> Any:
    """The scene with the channel's name, how it is delivered, and a clock that is right where encoding has got to."""
    start = int(now.timestamp()) - head
    picture = _source(channel.scene, head).filter("setpts", "PTS-STARTPTS").filter("format", "yuv420p")
    picture = picture.filter("drawbox", x=0, y=268, w="iw", h=92, color="black@0.6", t="fill")
    picture = _text(picture, channel.name, size=36, x="24", y="284")
    picture = _text(picture, channel.caption, size=15, x="24", y="328", color="0xd0d7e2")
    return _text(picture, rf"%{{pts:localtime:{start}:%H\:%M\:%S}}", size=36, x="w-text_w-24", y="284")


def _text(picture: Any, text: str, *, size: int, x: str, y: str, color: str = "white") -> Any:
    # y_align came late; a fixed line by the font's ascent keeps digits and letters on one base line everywhere.
    return picture.filter(
        "drawtext", text=text, fontfile=str(FONT), fontsize=size, fontcolor=color, x=x, y=f"{y}+{size}*0.76-ascent"
    )


def _sound(channel: DemoChannel, head: int) -> Any:
    """A soft chord whose tones swell one after the other, -20 dBFS or less."""
    tones = "+".join(
        f"0.03*sin(2*PI*{tone}*t)*(1+0.8*sin(2*PI*0.125*t+{2 * place}))" for place, tone in enumerate(channel.chord)
    )
    # No tone passes 400 Hz: computed at 8 kHz the expression costs a sixth of what it does at 48 kHz.
    return _source(f"aevalsrc={tones}:s=8000", head).filter("asetpts", "PTS-STARTPTS").filter("aresample", 48000)


def _rate(kilobits: int) -> dict[str, str]:
    return {"b:v": f"{kilobits}k", "maxrate": f"{kilobits}k", "bufsize": f"{kilobits}k"}


def _live_ts(channel: DemoChannel, streams: list[Any], codecs: dict[str, Any]) -> Any:
    named = {"metadata": f"service_name={channel.name}", "metadata:g": "service_provider=IPTV Tunerr demo"}
    return ffmpeg.output(*streams, "pipe:1", **_LIVE_TS, **named, **codecs)


def _live_hls(streams: list[Any], stream_map: str, options: dict[str, Any]) -> Any:
    settings = {"hls_flags": _HLS_FLAGS, **_H264, **_AAC, **_LIVE_HLS, **options}
    return ffmpeg.output(*streams, "v%v.m3u8", var_stream_map=stream_map, hls_segment_filename="v%v_%d.ts", **settings)


def _two_variants(picture: Any, sound: Any) -> Any:
    sizes, sounds = picture.filter_multi_output("split"), sound.filter_multi_output("asplit")
    small = sizes[1].filter("scale", 320, 180)
    rates = {
        f"{option}:v:{place}": f"{kilobits}k"
        for place, kilobits in enumerate((900, 300))
        for option in ("b", "maxrate", "bufsize")
    }
    return _live_hls([sizes[0], sounds[0], small, sounds[1]], "v:0,a:0 v:1,a:1", rates)
