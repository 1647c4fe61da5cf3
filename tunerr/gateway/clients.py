"""Which clients are media servers: they record, re-stream and never look at a picture themselves."""

from __future__ import annotations

from tunerr.model.status import Client

# Plex tunes with ffmpeg's own name, `Lavf/60.16.100` (hdhr.md, 4.1); so does every server that hands the URL to ffmpeg.
_MEDIA_SERVERS = ("lavf", "plex", "jellyfin", "emby")


def is_media_server(client: Client) -> bool:
    """Whether the client's User-Agent begins with the name of a media server, in whatever case."""
    return client.program.lower().startswith(_MEDIA_SERVERS)
