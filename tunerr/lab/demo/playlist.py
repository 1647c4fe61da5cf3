"""The demo's M3U."""

from __future__ import annotations

from tunerr.lab.demo.channels import CHANNELS, DemoChannel, Form


def render_playlist(base_url: str) -> str:
    """The six channels as an extended M3U whose URLs start with `base_url`.

    It names no logos: media servers fetch those themselves and can't reach our loopback address.
    """
    guide = f"{base_url}/guide.xml"
    entries = [f"{_extinf(channel)}\n{base_url}{channel.path}" for channel in CHANNELS]
    return "\n".join([f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"', *entries, ""])


def _extinf(channel: DemoChannel) -> str:
    radio = ' radio="true"' if channel.form is Form.TS_RADIO else ""
    return (
        f'#EXTINF:-1 tvg-id="{channel.tvg_id}" tvg-chno="{channel.number}" tvg-name="{channel.name}"'
        f' group-title="{channel.group}"{radio},{channel.name}'
    )
