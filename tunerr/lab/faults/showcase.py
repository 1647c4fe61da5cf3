"""Channels of every kind, for trying things out by hand."""

from __future__ import annotations

from tunerr.lab.faults.hls import Shape
from tunerr.lab.faults.usecases import FaultProvider
from tunerr.lab.media import FORMATS

LOGIN = ("lab", "secret")


async def furnish(provider: FaultProvider) -> None:
    """Offer a channel of each format, each form of HLS, and the pairs that show what a second source is good for.

    `pair-a` and `pair-b` are one channel from two places, `one-a` and `one-b` one channel from an account that allows
    one connection and counts it for five seconds after it was closed.
    """
    for name in FORMATS:
        await provider.ts_channel(name, format=name)
    await provider.ts_channel("bursts", burst=10.0)
    await provider.ts_channel("token", token=True)
    await provider.ts_channel("pair-a", programme="pair")
    await provider.ts_channel("pair-b", programme="pair", format="h264-b")
    account = provider.account(*LOGIN, limit=1, release=5.0)
    await provider.ts_channel("one-a", programme="one", account=account)
    await provider.ts_channel("one-b", programme="one", format="h264-b", account=account)
    await provider.hls_channel("hls")
    await provider.hls_channel("hls-variants", formats=("h264", "h264-low"))
    await provider.hls_channel("hls-encrypted", shape=Shape(key_every=2))
    await provider.hls_channel("hls-discontinuities", shape=Shape(discontinuity_every=5))
    await provider.hls_channel("hls-token", token=True)
    await provider.hls_channel("hls-long", shape=Shape(seconds=10, window=4))
