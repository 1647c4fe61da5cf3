import pytest

from tunerr.views.device import at_port, authority, base_url, client_urls

LOCAL = ("192.0.2.1", 5004)


@pytest.mark.parametrize(
    "host",
    ["tv", "tv.example:80", "my_box.local:5004", "192.0.2.9:5004", "[2001:db8::1]:5004", "[::1]", "localhost:5004"],
)
def test_a_sane_host_is_taken_as_asked(host):
    assert base_url(configured="", host=host, local=LOCAL) == f"http://{host}"


@pytest.mark.parametrize(
    "host",
    ["", "a/b", "a b", "a@b", "a:0", "a:65536", "a:", ":1", "[::]:1", "0.0.0.0", "[g::1]", "[1.2.3.4", "::1",
     "-a", "a..b", "a" * 64 + "." + "b" * 300, "a\nb", "ä", "a?x", "[::1]]", '"',
     "a" * 250 + "!", "a." * 125 + "!"],  # anybody sends these: the answer must not take for ever
)  # fmt: skip
def test_anything_else_gives_the_local_address(host):
    assert base_url(configured="", host=host, local=LOCAL) == "http://192.0.2.1:5004"


def test_the_configured_base_wins():
    assert base_url(configured="https://tv.example/x/", host="a", local=LOCAL) == "https://tv.example/x"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1:1"),
        ("::1", "[::1]:1"),
        ("fe80::1%eth0", "[fe80::1]:1"),
        ("::ffff:192.0.2.1", "192.0.2.1:1"),
    ],
)
def test_authority(address, expected):
    assert authority(address, 1) == expected


def test_other_ports_of_the_same_host():
    assert at_port("http://tv.example:5004", 48879) == "http://tv.example:48879"
    assert at_port("https://tv.example/sub", 48879) == "http://tv.example:48879"
    assert at_port("http://[::1]:5004", 1) == "http://[::1]:1"


def test_client_urls():
    urls = client_urls("http://a:1")
    assert (urls.tuner, urls.guide) == ("http://a:1", "http://a:1/guide.xml")
    assert (urls.guide_gz, urls.playlist) == ("http://a:1/guide.xml.gz", "http://a:1/live.m3u")
