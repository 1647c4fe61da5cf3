"""What a cell of the failover matrix lets pass, and what it doesn't."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.failover import Cell, Expected, Seen
from tests.tools.failover_table import BURSTY, HLS, TS
from tests.tools.media import make_ts
from tests.tools.packet_walk import packets_of, pid_of, walk
from tests.tools.recording import Recording
from tests.tools.stream_facts import Probe, StreamFacts, TsTools
from tunerr.lab.faults import vocabulary as v

FAULT_AT = datetime(2026, 1, 1, tzinfo=UTC)
SURVIVED = Cell("reset", (v.Reset(),), Expected.SURVIVE, seen=0.2)


def event(kind, seconds):
    return {"at": (FAULT_AT + timedelta(seconds=seconds)).isoformat(), "kind": kind, "text": ""}


def recording(**changes):
    seen = Recording(
        Path("r.ts"),
        status=200,
        answered=0.1,
        arrivals=[(0.2, 188), (5.0, 188), (7.0, 188), (13.0, 188)],
        ended=13.5,
        end="left",
    )
    for name, value in changes.items():
        setattr(seen, name, value)
    return seen


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    """Those of a sound stream."""
    path = make_ts(tmp_path_factory.mktemp("media") / "m.ts", seconds=1)
    data = b"".join(packet for packet in packets_of(path.read_bytes()) if pid_of(packet) != 17)
    return StreamFacts(walk(data), Probe((), (), 0, 0, ()), (), TsTools(0, 0, 0, ()))


@pytest.fixture
def seen(facts):
    """A fault that was survived."""
    return Seen(
        SURVIVED,
        recording(arrivals=[(0.2, 188), *((n / 2, 188) for n in range(1, 27))]),
        (FAULT_AT,),
        {"switches": 1, "timeline": [event("live", -5), event("lost", 0.1), event("switch", 0.4)]},
        0,
        facts,
    )


def test_a_survived_fault(seen):
    assert seen.misses() == []
    assert seen.took == pytest.approx(0.4)
    assert seen.row() == "| reset | survive | plays | 0.5 | 0.4 | 1 | 0 | 0 |"


def test_a_fault_that_did_not_fire_is_a_failure(seen):
    assert "the fault did not fire" in replace(seen, fired=()).misses()
    assert "the fault did not fire" not in replace(seen, fired=(), cell=replace(SURVIVED, fires=False)).misses()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"status": 503, "end": "refused"}, "answered 503"),
        ({"end": "closed"}, "closed after"),
        ({"end": "reset"}, "reset after"),
        ({"arrivals": [(0.2, 188), (12.0, 188), (13.0, 188)]}, "silent for 11.8 s, at most 6.0 s"),
        ({"arrivals": [(n / 2, 188) for n in range(1, 17)]}, "nothing more for the last 5.5 s"),
        ({"arrivals": [(21.0, 188)], "ended": 22.0}, "first byte after 21.0 s"),
    ],
)
def test_what_a_viewer_may_not_see(seen, changes, complaint):
    for name, value in changes.items():
        setattr(seen.recording, name, value)
    assert any(complaint in text for text in seen.misses())


@pytest.mark.parametrize(
    ("attempt", "complaint"),
    [
        ({"switches": 0, "timeline": [event("live", -5)]}, "0 switches instead of 1 to 3"),
        ({"switches": 4, "timeline": [event("switch", 1)]}, "4 switches instead of 1 to 3"),
        ({"switches": 1, "timeline": [event("switch", -1)]}, "the next picture took None"),
        ({"switches": 1, "timeline": [event("switch", 7)]}, "the next picture took 7.0 s, at most 6.0 s"),
        ({"switches": 1, "timeline": [event("switch", 1), event("slate", 2)]}, "at the end: slate"),
    ],
)
def test_what_the_program_may_not_tell(seen, attempt, complaint):
    assert any(complaint in text for text in replace(seen, attempt=attempt).misses())


def test_sockets_and_tuners(seen):
    assert "2 upstreams open on a free tuner" in replace(seen, left_open=2).misses()
    assert "the tuner was not freed" in replace(seen, left_open=-1).misses()


def test_breaches_count_unless_a_judge_cannot_read_the_stream(seen):
    broken = replace(seen, facts=replace(seen.facts, decode=("[error] no frame!",)))
    assert len(broken.misses()) == 1
    assert replace(broken, cell=replace(SURVIVED, unjudged=("ffmpeg",))).misses() == []
    assert replace(seen, facts=None).misses() == ["nothing recorded"]


def test_a_card(seen):
    shown = {"switches": 0, "timeline": [event("live", -5), event("lost", 0.1), event("slate", 2)]}
    card = replace(seen, cell=replace(SURVIVED, expected=Expected.SLATE, switches=(0, 0)), attempt=shown)
    assert card.misses() == []
    assert any("at the end: live" in text for text in replace(card, attempt={"timeline": [event("live", -5)]}).misses())


def test_a_clean_end(seen):
    ends = replace(seen, cell=replace(SURVIVED, expected=Expected.ENDS))
    assert any("left after" in text for text in ends.misses())
    seen.recording.end = "closed"
    assert ends.misses() == []


def test_a_refusal(seen):
    headers = {"x-hdhomerun-error": "806 Tune Failed", "content-length": "0"}
    refusal = recording(status=503, headers=headers, arrivals=[], end="refused")
    refused = Seen(replace(SURVIVED, expected=Expected.REFUSED, codes=(806,)), refusal, (FAULT_AT,))
    assert refused.misses() == []
    headers["content-length"] = "3"
    assert refused.misses() == ["the refusal has a body"]
    headers["content-length"] = "0"
    refusal.answered = 21.0
    assert len(refused.misses()) == 1
    assert len(replace(refused, cell=replace(refused.cell, codes=(807,))).misses()) == 2


def test_the_table_is_complete():
    """Every fault of the provider is in it, and each cell has a name of its own."""
    cells = (*TS, *HLS, *BURSTY)
    assert len({cell.id for cell in cells}) == len(cells)
    kinds = {type(fault) for cell in cells for fault in cell.faults}
    met = {base.name for kind in kinds for base in kind.__mro__ if issubclass(base, v.Fault)}
    assert set(v.FAULTS) - met == set()


def test_with_a_healthy_second_source_of_the_same_codecs_every_fault_is_survived():
    for cell in (*TS, *HLS):
        formats = dict(cell.second.options).get("format", "h264-b") if cell.second else None
        if formats == "h264-b" and not cell.second_faults:
            assert cell.expected is Expected.SURVIVE, cell.name
