"""The id of a lineup channel in guide.xml and in playlists."""

from __future__ import annotations

from tunerr.model.channel import ChannelId, LineupChannel

_DIGITS = 8


def guide_channel_id(row: LineupChannel) -> str:
    """Id of a lineup channel, for example `C5-1.0a1b2c3d.tunerr`; Kodi joins playlist and guide by it.

    It changes only with the number or the channel's identity and is no bare number (Plex merges the guides of 1 and
    10). It has the form that xmltv's own validator asks for: letters, digits and hyphens between dots.
    """
    return xmltv_id(str(row.number), row.channel.id)


def xmltv_id(number: str, channel: ChannelId) -> str:
    """Make the same id from its two parts."""
    return f"C{number.replace('.', '-')}.{channel.removeprefix('dna-')[:_DIGITS]}.tunerr"
