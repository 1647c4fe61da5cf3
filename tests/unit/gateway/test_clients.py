import pytest

from tunerr.gateway.clients import is_media_server
from tunerr.model.status import Client


@pytest.mark.parametrize(
    "program",
    [
        "Lavf/60.16.100",
        "PlexMediaServer/1.40.2.8395",
        "Plex Media Server",
        "Jellyfin-Server/10.9.1",
        "emby/4.8",
        "LAVF",
    ],
)
def test_a_media_server_is_told_by_the_beginning_of_its_name(program):
    assert is_media_server(Client("192.0.2.7", program))


@pytest.mark.parametrize(
    "program",
    ["", "VLC/3.0.20 LibVLC/3.0.20", "Kodi/20.1 (X11; Linux x86_64)", "libmpv", "curl/7.88.1", "Mozilla Plex"],
)
def test_players_are_none(program):
    assert not is_media_server(Client("192.0.2.7", program))
