import gzip
import io
import itertools
import lzma
import random
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.guide.documents import guide, programme
from tunerr.errors import NotAGuide, Truncated
from tunerr.guide.reading import document
from tunerr.guide.reading.document import GuideDocument
from tunerr.guide.rows.plain import Plain


def tree(element):
    return element.node() if isinstance(element, Plain) else element


@pytest.fixture
def read(tmp_path):
    def titles(content):
        path = tmp_path / "guide.xml"
        path.write_bytes(content)
        opened = GuideDocument(path)
        found = [tree(element).findtext("title") for element in opened.elements() if element.tag == "programme"]
        return found, opened

    return titles


ROWS = [programme("one.test", hour, hour + 1, title=f"T{hour}") for hour in range(300)]
TITLES = [f"T{hour}" for hour in range(300)]
WHOLE = guide(*ROWS)


def zipped(method=zipfile.ZIP_DEFLATED, **files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def misplaced_zip():
    """Its table of contents lies before the file."""
    whole = bytearray(zipped(**{"a.xml": WHOLE}))
    end = whole.rfind(b"PK\x05\x06")
    whole[end + 16 : end + 20] = b"\xff\xff\xff\x7f"
    return bytes(whole)


def endless_zip():
    """It says that its table of contents has 512 MiB."""
    whole = bytearray(zipped(**{"a.xml": WHOLE}))
    end = whole.rfind(b"PK\x05\x06")
    whole[end + 12 : end + 16] = (512 << 20).to_bytes(4, "little")
    return bytes(whole)


def greedy_xz():
    """It asks for a dictionary of 1 GiB."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}]
    packed = bytearray(lzma.compress(WHOLE, filters=filters))
    assert packed[12:16] == b"\x02\x00\x21\x01"  # block header: its size, one filter, LZMA2, one byte of properties
    packed[16] = 36
    packed[20:24] = zlib.crc32(packed[12:20]).to_bytes(4, "little")
    return bytes(packed)


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        b"\xef\xbb\xbf" + WHOLE,
        b"\n " + WHOLE,
        WHOLE + b"\nadded by a web server",
        guide(*ROWS, head=""),
        guide(*ROWS, head="<!DOCTYPE tv [<!ELEMENT tv ANY>]>"),
        WHOLE.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        gzip.compress(WHOLE, mtime=0),
        gzip.compress(WHOLE[:5000], mtime=0) + gzip.compress(WHOLE[5000:], mtime=0),
        gzip.compress(WHOLE, mtime=0) + b"\0garbage",
        lzma.compress(WHOLE),
        lzma.compress(WHOLE[:5000]) + b"\0" * 8 + lzma.compress(WHOLE[5000:]),
        zipped(**{"guide.xml": WHOLE, "readme.txt": b"hello", "folder/": b""}),
        zipped(method=zipfile.ZIP_STORED, guide=WHOLE),
    ],
    ids=[
        "plain",
        "bom",
        "blank first",
        "trailing",
        "no doctype",
        "elements declared",
        "utf16",
        "gzip",
        "members",
        "tail",
        "xz",
        "xz streams",
        "zip",
        "zip stored",
    ],
)
def test_a_guide_is_read_whole(read, content):
    found, opened = read(content)
    assert found == TITLES
    assert opened.whole


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_cut_guide_is_read_up_to_the_cut(read, share):
    cut = WHOLE[: int(len(WHOLE) * share)]
    found, opened = read(cut)
    assert found == TITLES[: cut.count(b"</programme>")]
    assert len(found) > 50
    assert not opened.whole


def test_a_cut_or_damaged_gzip_is_read_up_to_there(read):
    packed = gzip.compress(WHOLE, 1)
    found, opened = read(packed[: len(packed) // 2])
    assert found == TITLES[: len(found)]
    assert len(found) > 50
    assert not opened.whole
    found, opened = read(packed[: len(packed) // 2] + b"\xff" * 200)
    assert found[:50] == TITLES[:50]
    assert not opened.whole


def test_small_mistakes_in_the_xml_cost_only_themselves(read):
    bad = programme("one.test", 0, 1, title="Salt & Pepper &nbsp; \x0b x") + programme(
        "one.test", 1, 2, title="caf\xe9"
    )
    found, opened = read(guide(*ROWS[:3]).replace(b"</tv>", bad.encode("latin-1") + ROWS[3].encode() + b"</tv>"))
    assert found[:3] + found[-1:] == TITLES[:4]
    assert len(found) == 6
    assert opened.whole
    assert opened.damage > 0


def nested_entities():
    names = "abcdefghij"
    rows = [f'<!ENTITY {name} "{("&" + before + ";") * 10}">' for before, name in itertools.pairwise(names)]
    return "".join(['<!DOCTYPE tv [<!ENTITY a "ha">', *rows, "]>"])


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (nested_entities(), "&j;"),
        ('<!DOCTYPE tv [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        (f'<!DOCTYPE tv [<!ENTITY x "{"x" * 50_000}">]>', "&x;" * 1000),
        ('<!DOCTYPE tv [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>', "t"),
    ],
    ids=["billion laughs", "external", "quadratic", "parameter"],
)
def test_entities_are_refused(read, head, title):
    with pytest.raises(NotAGuide, match="entities"):
        read(guide(programme("one.test", 0, 1, title=title), head=head))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"#EXTM3U\n#EXTINF:-1,x\nhttp://x/1.ts\n", "M3U playlist"),
        (b"<!DOCTYPE html><html><body>login</body></html>", "web page"),
        (b"  <html><tv></tv></html>", "web page"),
        (b'{"error": "expired"}', "JSON"),
        (b"[]", "JSON"),
        (b"PK\x03\x04....", "zip archive is broken"),
        (zipped(a=b"x", b=b"y"), "holds 2 files"),
        (zipped(**{"a.xml": b"<html/>"}), "web page"),
        (zipped(**{"a.xml": WHOLE})[:-30], "zip archive is broken"),
        (endless_zip(), "zip archive is broken"),
        (zipped(method=zipfile.ZIP_BZIP2, guide=WHOLE), "zip archive is broken"),
        (zipped(method=zipfile.ZIP_LZMA, guide=WHOLE), "zip archive is broken"),
        (misplaced_zip(), "zip archive is broken"),
        (b"\xfd7zXZ\x00", "empty"),
        (lzma.compress(b'{"a": 1}'), "JSON"),
        (greedy_xz(), "more memory"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "another kind"),
        (b"\x00\x01\x02", "something else"),
        (b"#EXTM3U\n" * 1_000_000, "M3U playlist"),
        (gzip.compress(b"\0" * 50_000_000, mtime=0), "something else"),
        (gzip.compress(b"<html>no</html>", mtime=0), "web page"),
        (b"\x1f\x8bbroken", "empty"),
    ],
)
def test_what_is_no_guide_is_named(read, content, words):
    with pytest.raises(NotAGuide, match=words) as raised:
        read(content)
    assert raised.value.hint
    assert len(raised.value.message) < 100


@pytest.mark.parametrize("pack", [lzma.compress, lambda whole: zipped(guide=whole)], ids=["xz", "zip"])
def test_a_damaged_archive_is_read_up_to_there(read, pack):
    noise = random.Random(1)
    titles = [f"T{hour} {noise.randbytes(500).hex()}" for hour in range(600)]
    packed = bytearray(pack(guide(*(programme("one.test", hour, hour + 1, title=t) for hour, t in enumerate(titles)))))
    middle = len(packed) // 2
    packed[middle : middle + 2000] = b"\xff" * 2000
    found, opened = read(bytes(packed))
    assert found[:200] == titles[:200]
    assert len(found) < 400
    assert not opened.whole


def test_a_cut_xz_is_read_up_to_the_cut(read):
    packed = lzma.compress(WHOLE)
    found, opened = read(packed[: len(packed) * 3 // 4])
    assert found == TITLES[: len(found)]
    assert len(found) > 50
    assert not opened.whole


@pytest.mark.parametrize(
    "filler",
    [b"<category>x</category>", b" ", b"<!-- x -->", b"<x/>"],
    ids=["children", "blanks", "comments", "nested"],
)
def test_an_endless_element_is_refused_in_bounded_memory(tmp_path, filler):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"<tv><programme>" + filler * (60_000_000 // len(filler)), 1))
    tracemalloc.start()
    with pytest.raises(NotAGuide, match="larger than 4 MiB"):
        list(GuideDocument(path).elements())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
@pytest.mark.parametrize("filler", [b"\0", b" "], ids=["zeros", "blanks"])
def test_ten_gigabytes_are_refused_at_once(read, pack, filler):
    with pytest.raises(NotAGuide):
        read(pack(b"<tv>") + pack(filler * (32 << 20)) * 320)


def test_a_bomb_in_a_zip_is_refused_at_once(read):
    with pytest.raises(NotAGuide, match="larger than 4 MiB"):
        read(zipped(guide=b"<tv>" + b" " * (200 << 20)))


def test_a_document_beyond_the_limit_is_refused(read, monkeypatch):
    monkeypatch.setattr(document, "_LARGEST_DOCUMENT", 200_000)
    with pytest.raises(Truncated, match="larger than"):
        read(gzip.compress(guide(*ROWS * 20)))


@pytest.mark.parametrize(
    "end", ["</tv>", "", "<programme><title>cut & her", "<programme><title>cut & here</title></progr"]
)
def test_bare_ampersands_hold_nothing_back(read, end):
    rows = [programme("one.test", 0, 1, title="Tom & Jerry")] * 3
    found, opened = read(guide(*rows, end=end))
    assert [" ".join(title.split()) for title in found] == ["Tom Jerry"] * 3
    assert opened.whole == (end == "</tv>")


def test_damage_without_end_is_read_through_in_bounded_memory(read):
    document = guide(*(programme("one.test", 0, 1, title="&" * 500 + "; x") for _ in range(5000)))
    tracemalloc.start()
    found, opened = read(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 5000
    assert opened.whole
    assert opened.damage >= 100
    assert peak < 3_000_000


def test_what_follows_a_stray_end_tag_is_lost_and_said_to_be(read):
    found, opened = read(guide(*ROWS[:10], "</programme>", *ROWS[10:]))
    assert found == TITLES[:10]
    assert not opened.whole


ENCODINGS = st.sampled_from([b"UTF-8", b"UTF-16", b"UCS-4", b"ISO-8859-1", b"windows-1252", b"EBCDIC-CP-US", b"x", b""])


@given(st.data(), ENCODINGS)
@settings(
    derandomize=True, max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_makes_the_reader_fail_in_its_own_way(read, data, encoding):
    content = bytearray(guide(*ROWS[:5]).replace(b"UTF-8", encoding))
    for _ in range(data.draw(st.integers(0, 4))):
        first = data.draw(st.integers(0, len(content)))
        content[first : first + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
    packed = data.draw(st.booleans())
    try:
        found, _ = read(gzip.compress(bytes(content), mtime=0) if packed else bytes(content))
    except (NotAGuide, Truncated):
        return
    assert len(found) <= 6


def test_what_stands_in_foreign_elements_is_freed(tmp_path):
    path = tmp_path / "nested.xml"
    path.write_bytes(guide(*(f'<b><channel id="{place}"/></b>' for place in range(20_000))))
    most = 0
    for element in GuideDocument(path).elements():
        parent = element.getparent().getparent() if element.getparent().tag == "b" else element.getparent()
        most = max(most, len(parent))
    assert most < 5_000  # as many as one block of the document holds
