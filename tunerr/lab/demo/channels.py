"""The six channels of the demo, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How a channel is packed and delivered."""

    TS_H264 = "ts-h264"
    TS_MPEG2 = "ts-mpeg2"
    TS_RADIO = "ts-radio"
    HLS_VARIANTS = "hls-variants"
    HLS_AES = "hls-aes"
    HLS_DEMUXED = "hls-demuxed"

    @property
    def is_hls(self) -> bool:
        """True for a playlist of segments, False for one endless transport stream."""
        return self in {Form.HLS_VARIANTS, Form.HLS_AES, Form.HLS_DEMUXED}


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """One channel.

    `scene` is an ffmpeg lavfi graph of 640x360 at 25 fps (empty for radio), `chord` the tones in Hz,
    `caption` says in the picture how the channel is delivered.
    """

    number: int
    slug: str
    name: str
    group: str
    form: Form
    caption: str
    chord: tuple[float, ...]
    scene: str = ""

    @property
    def tvg_id(self) -> str:
        """Id that the playlist and the guide share."""
        return f"{self.slug}.demo.tunerr"

    @property
    def path(self) -> str:
        """Path of the stream on the demo provider."""
        return f"/hls/{self.slug}/master.m3u8" if self.form.is_hls else f"/ts/{self.slug}.ts"


def _gradient(colors: tuple[str, ...], seed: int) -> str:
    # Drawn small and scaled up: a quarter of the work for the same smooth picture.
    named = ":".join(f"c{place}={color}" for place, color in enumerate(colors))
    return (
        f"gradients=s=160x90:r=25:{named}:nb_colors={len(colors)}:seed={seed}:speed=0.02,scale=640:360:flags=bilinear"
    )


_TEST_CARD = "testsrc2=s=640x360:r=25"
# Rule 30 never settles, so the picture moves for as long as anybody looks.
_AUTOMATON = (
    "cellauto=s=80x45:r=25:rule=30:random_seed=5:start_full=1,scale=640:360:flags=neighbor,"
    "format=yuv420p,lutyuv=y=48+val*0.3:u=150:v=92"
)
_TRIANGLES = "sierpinski=s=640x360:r=25:type=triangle:seed=3:jump=60,format=yuv420p,lutyuv=y=40+val*0.6:u=96:v=150"

CHANNELS: tuple[DemoChannel, ...] = (
    DemoChannel(
        1, "one", "Tunerr One", "General", Form.TS_H264, "H.264 + AAC, transport stream", (220.0, 277.18, 329.63),
        _gradient(("0x0b1d51", "0x2b6cb0", "0x7b2cbf", "0xff6b6b"), seed=7),
    ),
    DemoChannel(
        2, "classic", "Tunerr Classic", "Films", Form.TS_MPEG2, "MPEG-2 + AC-3, transport stream",
        (196.0, 246.94, 293.66), _TEST_CARD,
    ),
    DemoChannel(
        3, "science", "Tunerr Science", "Knowledge", Form.HLS_VARIANTS, "H.264 + AAC, HLS in two sizes",
        (174.61, 220.0, 261.63), _AUTOMATON,
    ),
    DemoChannel(
        4, "vault", "Tunerr Vault", "Crime", Form.HLS_AES, "H.264 + AAC, HLS with AES-128", (164.81, 196.0, 246.94),
        _TRIANGLES,
    ),
    DemoChannel(
        5, "nature", "Tunerr Nature", "Knowledge", Form.HLS_DEMUXED, "H.264, HLS with separate AAC audio",
        (261.63, 329.63, 392.0), _gradient(("0x02100f", "0x0f766e", "0x65a30d", "0xfde68a"), seed=21),
    ),
    DemoChannel(
        6, "radio", "Tunerr Radio", "Radio", Form.TS_RADIO, "AAC, transport stream", (146.83, 220.0, 293.66),
    ),
)  # fmt: skip
