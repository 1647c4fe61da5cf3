import time
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.errors import ContentError, EmptyPlaylist, NotAPlaylist
from tunerr.providers.entry import Entry, Header, Reason, Skipped
from tunerr.providers.lines import lines
from tunerr.providers.m3u import parse

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
URL = "http://h.example/1.ts"


def rows(text):
    return [row for row in parse(text.splitlines()) if not isinstance(row, Header)]


def one(extinf, url=URL, before=""):
    (entry,) = rows(f"#EXTM3U\n{before}#EXTINF:{extinf}\n{url}\n")
    return entry


@pytest.mark.parametrize(
    ("extinf", "name", "tvg_id", "group"),
    [
        ('-1 tvg-id="a.uk" group-title="News",BBC', "BBC", "a.uk", "News"),
        ('-1 group-title="News" tvg-id="a.uk",BBC', "BBC", "a.uk", "News"),
        ("-1 tvg-id='a.uk' group-title='News, and more',BBC", "BBC", "a.uk", "News, and more"),
        ("-1 tvg-id=a.uk group-title=News,BBC", "BBC", "a.uk", "News"),
        ('-1 TVG-ID="a.uk"   Group-Title = "News" ,BBC', "BBC", "a.uk", "News"),
        ('0,BBC One, Two, and "Three"', 'BBC One, Two, and "Three"', "", ""),
        ('-1 tvg-id="a.uk" tvg-name="x, y" group-title="a,b",One, Two', "One, Two", "a.uk", "a,b"),
        ('-1 tvg-id="a.uk",He said "hi", ok', 'He said "hi", ok', "a.uk", ""),
        ('-1 tvg-id="a.uk",a="b",c', 'a="b",c', "a.uk", ""),
        ("-1 tvg-id=a.uk,L'Equipe, TV", "L'Equipe, TV", "a.uk", ""),
        ('-1 tvg-id="a.uk" tvg-name="Named",', "Named", "a.uk", ""),
        ('-1 tvg-id="a.uk" tvg-name="Named"', "Named", "a.uk", ""),
        ('-1 tvg-id="a.uk" tvg-name="not closed,BBC', "BBC", "a.uk", ""),
        ('-1 tvg-id="" group-title="",BBC', "BBC", "", ""),
        ("-1,", "1.ts", "", ""),
        ("10.5,Film", "Film", "", ""),
        (' -1 tvg-id="a\tb\x00",B\x1bB\u202eC\t  1', "B B C 1", "a b", ""),
    ],
)
def test_extinf_in_every_writing(extinf, name, tvg_id, group):
    entry = one(extinf)
    assert (entry.name, entry.tvg_id, entry.group) == (name, tvg_id, group)


def test_the_other_attributes():
    entry = one('-1 tvg-logo="http://l/1.png" tvg-chno="007" radio="True",R')
    assert (entry.logo, entry.chno, entry.radio) == ("http://l/1.png", "7", True)
    assert one('-1 channel-number="5.1",R').chno == "5.1"
    assert [one(f'-1 tvg-chno="{text}",R').chno for text in ("0", "x", "-1", "5.0", "")] == [""] * 5


@pytest.mark.parametrize(
    ("text", "country"),
    [("GB", "gb"), ("uk", "gb"), ("DE;AT", "de"), (" us, ca", "us"), ("United Kingdom", ""), ("INT", ""), ("", "")],
)
def test_country(text, country):
    assert one(f'-1 tvg-country="{text}",R').country == country


@pytest.mark.parametrize(
    ("attributes", "days", "archive"),
    [
        ('catchup="append" catchup-days="7" catchup-source="?utc={utc}"', 7, "append ?utc={utc}"),
        ('catchup="Shift"', 0, "shift"),
        ('catchup-source="http://h/{utc}.m3u8"', 0, "default http://h/{utc}.m3u8"),
        ('tvg-rec="3"', 3, "shift"),
        ('timeshift="5" catchup="flussonic"', 5, "flussonic"),
        ('catchup="xc" catchup-days="9999"', 366, "xc"),
        ('catchup="xc" catchup-days="-1"', 0, "xc"),
        ('catchup="0" catchup-days="3"', 0, ""),
        ('tvg-rec="0"', 0, ""),
        ('tvg-id="a"', 0, ""),
    ],
)
def test_catch_up(attributes, days, archive):
    entry = one(f"-1 {attributes},R")
    assert (entry.archive_days, entry.archive) == (days, archive)


def test_lines_between_extinf_and_address():
    entry = one(
        "-1,A", f"#EXTGRP:Sports\n#EXTVLCOPT:http-user-agent=VLC\n\n# a comment\n{URL}|Referer=http%3A%2F%2Fr%2F"
    )
    assert entry.group == "Sports"
    assert entry.url == URL
    assert entry.headers == (("User-Agent", "VLC"), ("Referer", "http://r/"))


def test_options_before_extinf_belong_to_it_and_to_nobody_else():
    first, second = rows(f"#EXTM3U\n#EXTVLCOPT:http-user-agent=A\n#EXTINF:-1,A\n{URL}\n#EXTINF:-1,B\n{URL}\n")
    assert first.headers == (("User-Agent", "A"),)
    assert second.headers == ()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("[NO PUBLIC STREAM]", Reason.NOT_AN_ADDRESS),
        ("http://", Reason.NOT_AN_ADDRESS),
        ("http://[bad/1", Reason.NOT_AN_ADDRESS),
        ("udp://@:1234", Reason.NOT_AN_ADDRESS),
        ("ftp://h/1.ts", Reason.UNSUPPORTED),
        ("plugin://plugin.video.x/1", Reason.UNSUPPORTED),
        ("file:///etc/passwd", Reason.LOCAL_FILE),
        ("file:/etc/passwd", Reason.LOCAL_FILE),
        ("/etc/passwd", Reason.LOCAL_FILE),
        ("../a.ts", Reason.LOCAL_FILE),
        ("channel/a.ts", Reason.LOCAL_FILE),
        ("C:\\video\\a.ts", Reason.LOCAL_FILE),
        ("x" * 70_000, Reason.TOO_LONG),
    ],
)
def test_what_is_no_usable_address_is_skipped_with_its_reason(address, reason):
    assert one("-1,Ä", address) == Skipped(reason, "Ä")


@pytest.mark.parametrize(
    "address",
    [
        "https://u:p@h.example:8080/a?b=c d",
        "rtsp://1.2.3.4:554/x",
        "rtmp://h/live/1",
        "rtmps://h/live/1",
        "udp://@239.0.0.1:1234",
        "rtp://239.0.0.1:5004",
        "srt://h:9000?mode=caller",
        "http://[2001:db8::1]:80/a.ts",
    ],
)
def test_every_scheme_that_we_read(address):
    assert one("-1,A", address).url == address
    assert one("-1,A", address.replace(address.split(":")[0], address.split(":")[0].upper(), 1)).url == address


def test_rows_that_miss_a_half():
    found = rows(f"#EXTM3U\n{URL}\n#EXTINF:-1,A\n#EXTINF:-1,B\n{URL}\n#EXTINF:-1,C\n")
    assert found[0] == Skipped(Reason.NO_EXTINF, "")
    assert found[1] == Skipped(Reason.NO_ADDRESS, "A")
    assert found[2].name == "B"
    assert found[3] == Skipped(Reason.NO_ADDRESS, "C")


def test_a_list_without_its_first_line_is_read():
    assert rows(f"\n\n#EXTINF:-1,A\n{URL}\n")[0].name == "A"


def test_guides_of_the_header():
    text = (
        '#EXTM3U x-tvg-url="http://a/1.xml, https://b/2.xml.gz" url-tvg="http://a/1.xml" cache=500\n#EXTINF:0,A\n' + URL
    )
    assert next(iter(parse(text.splitlines()))) == Header(("http://a/1.xml", "https://b/2.xml.gz"))


@pytest.mark.parametrize("name", ["url-tvg", "x-tvg-url", "tvg-url"])
def test_a_guide_of_the_header_under_any_name(name):
    text = f'#EXTM3U {name}="http://a/1.xml,"\n#EXTINF:0,A\n{URL}'
    assert next(iter(parse(text.splitlines()))) == Header(("http://a/1.xml",))


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", EmptyPlaylist, "is empty"),
        ("\n \r\n", EmptyPlaylist, "is empty"),
        ("#EXTM3U\n", EmptyPlaylist, "no channel"),
        ("<!DOCTYPE html><html>", NotAPlaylist, "web page"),
        ("\n<html><body>expired</body>", NotAPlaylist, "web page"),
        ('<?xml version="1.0"?><tv>', NotAPlaylist, "XML"),
        ('{"user_info": {"auth": 0}}', NotAPlaylist, "JSON"),
        ("Invalid credentials", NotAPlaylist, "neither #EXTM3U nor #EXTINF"),
        ("\x00\x01\x02binary", NotAPlaylist, "neither #EXTM3U nor #EXTINF"),
        ("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n1.ts\n", NotAPlaylist, "one stream"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n1.m3u8\n", NotAPlaylist, "one stream"),
    ],
)
def test_what_is_no_channel_list_is_told_apart(text, error, words):
    with pytest.raises(error, match=words):
        rows(text)


@given(st.lists(st.text("#EXTINFM3U:-1,=\"' atvg-id|\\/.\x00é漢", max_size=60), max_size=12))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_no_text_breaks_it_and_no_entry_carries_a_control(texts):
    try:
        found = list(parse(["#EXTM3U", *texts, "#EXTINF:-1,Last", URL]))
    except ContentError:
        return
    for row in found:
        if isinstance(row, Entry):
            assert not set(row.name + row.tvg_id + row.group + row.url) & {chr(code) for code in range(32)}


def test_a_hostile_line_costs_linear_time():
    hostile = ["-1 " + "a=" * 30_000, '-1 a="' * 10_000, "-1 " + "a='" * 20_000, "-1" + " " * 60_000 + "x"]
    hostile += ["-1 " + "a" * 60_000, "-1 a" + " " * 60_000]
    start = time.perf_counter()
    for text in hostile:
        one(text)
    assert time.perf_counter() - start < 5


def generated(count):
    for number in range(count):
        yield (
            f'#EXTINF:-1 tvg-id="ch{number}.uk" tvg-name="UK: Channel {number} FHD" tvg-logo="http://l.example/{number}.png"'
            f' group-title="Group {number % 300}",UK: Channel {number} FHD\n'
            f"http://provider.example:8080/live/user/pass/{number}.ts\n"
        ).encode()


def test_200_000_entries_in_flat_memory(record_property):
    start = time.perf_counter()
    count = sum(isinstance(row, Entry) for row in parse(lines(generated(200_000))))
    record_property("seconds", time.perf_counter() - start)
    assert count == 200_000
    tracemalloc.start()
    for _ in parse(lines(generated(20_000))):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.skipif(not DATA.is_dir(), reason="shared data is not here")
@pytest.mark.parametrize(
    ("name", "entries", "skipped", "with_number"),
    [("free-tv.m3u8", 2050, {Reason.NOT_AN_ADDRESS: 9}, 1440), ("plutotv-gb.m3u", 195, {}, 195)],
)
def test_real_lists(name, entries, skipped, with_number):
    with (DATA / name).open("rb") as file:
        found = list(parse(lines([file.read()])))
    usable = [row for row in found if isinstance(row, Entry)]
    assert len(usable) == entries
    assert Counter(row.reason for row in found if isinstance(row, Skipped)) == skipped
    assert sum(bool(row.chno) for row in usable) == with_number
