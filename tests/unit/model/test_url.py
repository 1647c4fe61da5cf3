import pytest

from tunerr.model.url import SecretUrl


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("http://h", "http://h"),
        ("http://h/", "http://h/"),
        ("http://alice:hunter2@H:8080/get.php?username=alice&password=hunter2", "http://h:8080/get.php?…"),
        ("http://h/live/alice/hunter2/1.ts", "http://h/…/1.ts"),
        ("http://h/alice/hunter2/1", "http://h/…"),
        ("https://h/api/list/alice/hunter2", "https://h/…"),
        ("https://h/hunter2", "https://h/…"),
        ("rtmp://h:1935/alice/hunter2", "rtmp://h:1935/…"),
        ("http://[::1]:80/x.ts#hunter2", "http://[::1]:80/x.ts"),
        ("file:///srv/alice/list.m3u", "file:///…/list.m3u"),
        ("http://[alice:hunter2", "(unreadable URL)"),
    ],
)
def test_what_is_shown_of_a_url(raw, shown):
    url = SecretUrl(raw)
    assert str(url) == shown
    assert repr(url) == f"SecretUrl({shown})"
    assert url.reveal() == raw
