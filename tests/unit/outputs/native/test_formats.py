import pytest

from tunerr.outputs.hdhr.native import formats
from tunerr.outputs.hdhr.native.formats import Reception

IDLE = Reception()
PLAYS = Reception("auto:5.1", "5.1", "Das Erste", plays=True, locked=True, quality=98, rate=8_422_400, sends=True,
                  program=3, transport_stream=0x1F)  # fmt: skip
OPENING = Reception("auto:5.1", "5.1", "Das Erste", plays=True)
SCANS = Reception("auto:177000000")


@pytest.mark.parametrize(("seen", "text"), [
    (IDLE, "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0"),
    (PLAYS, "ch=auto:5.1 lock=8vsb ss=100 snq=100 seq=98 bps=8422400 pps=800"),
    (OPENING, "ch=auto:5.1 lock=none ss=0 snq=0 seq=0 bps=0 pps=0"),
    (SCANS, "ch=auto:177000000 lock=none ss=0 snq=0 seq=0 bps=0 pps=0"),
])  # fmt: skip
def test_C02_status(seen, text):
    assert formats.status(seen) == text


@pytest.mark.parametrize(("seen", "text"), [
    (IDLE, "vch=none name=none auth=none cci=none cgms=none"),
    (PLAYS, "vch=5.1 name=Das Erste auth=unspecified cci=none cgms=none"),
    (SCANS, "vch=none name=none auth=none cci=none cgms=none"),
])  # fmt: skip
def test_C02_vstatus(seen, text):
    assert formats.vstatus(seen) == text


@pytest.mark.parametrize(("seen", "text"), [
    (IDLE, "none"),
    (PLAYS, "3: 5.1 Das Erste\ntsid=0x001F\n"),
    (OPENING, "0: 5.1 Das Erste (no data)\ntsid=0x0000\n"),
    (SCANS, "none"),
])  # fmt: skip
def test_C02_streaminfo(seen, text):
    assert formats.streaminfo(seen) == text


def test_C02_debug():
    assert formats.debug(PLAYS).splitlines() == [
        "tun: ch=auto:5.1 lock=8vsb ss=100 snq=100 seq=98 dbg=0",
        "dev: resync=0 overflow=0",
        "ts:  bps=8422400 ut=100 te=0 miss=0 crc=0",
        "flt: bps=8422400",
        "net: pps=800 err=0 stop=0",
    ]


def test_packets_go_out_only_where_somebody_receives():
    held = Reception("auto:1", "1", "One", plays=True, locked=True, quality=100, rate=8_422_400)
    assert formats.status(held).endswith("bps=8422400 pps=0")


def test_a_name_of_any_length_fits_a_frame():
    seen = Reception("auto:1", "1", "\N{SNOWMAN}" * 5000, plays=True)
    assert len(formats.vstatus(seen).encode()) < 400
    assert len(formats.streaminfo(seen).encode()) < 400
