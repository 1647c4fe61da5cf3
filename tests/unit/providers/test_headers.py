import pytest

from tunerr.providers.headers import clean, from_kodi, from_suffix, from_vlc


def test_the_three_ways_to_say_it():
    assert list(from_vlc("http-user-agent=VLC/3")) == [("User-Agent", "VLC/3")]
    assert list(from_vlc('http-referrer="http://a/"')) == [("Referer", "http://a/")]
    assert list(from_vlc("network-caching=1000")) == []
    assert list(from_kodi("inputstream.adaptive.stream_headers=User-Agent=A%20B&Referer=http%3A%2F%2Fa%2F")) == [
        ("User-Agent", "A B"),
        ("Referer", "http://a/"),
    ]
    assert list(from_kodi("inputstream=inputstream.adaptive")) == []


def test_only_headers_of_a_list_are_kept_under_their_canonical_names():
    said = from_suffix("user-agent=A&referrer=r&X-Token=t&verifypeer=false&Host=evil&Content-Length=5&connection=close")
    assert clean(said) == (("User-Agent", "A"), ("Referer", "r"), ("x-token", "t"))
    assert clean([("User-Agent", "first"), ("user-agent", "last")]) == (("User-Agent", "last"),)


@pytest.mark.parametrize("value", ["a%0d%0aX-Evil:%201", "a%0aX: 1", "a%00", "%0d", ""])
def test_no_value_can_bring_a_second_header(value):
    assert clean(from_suffix(f"User-Agent={value}")) == ()


def test_no_name_can_either():
    assert clean(from_suffix("X-A%0d%0aHost=1&X-B:%20=2")) == ()
