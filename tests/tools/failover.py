"""Cells of the failover matrix: one fault on one channel, watched by one viewer, judged by others."""

import enum
import re
from dataclasses import dataclass, field
from datetime import datetime

from tests.tools.recording import PLAYER, Recording
from tests.tools.stream_facts import StreamFacts
from tunerr.lab.faults import Fault

STEP = 5  # functional deadlines are so many times the bounds that are proved on an injected clock
SWITCH = 1.0  # seconds from a fault seen to the next picture: our 0.2, a request, the wait for an access point
TUNE = 20.0  # seconds to a refusal; clients don't wait longer (hdhr.md, 1.5)
SERVER_SLATE = 60.0  # seconds of a card for media servers (architecture.md, 4)
DRAIN = 5.0  # and for the rest of the stream


class Expected(enum.StrEnum):
    """What a viewer is to see."""

    SURVIVE = "survive"
    SLATE = "slate"  # a card, which still stands when the viewer leaves
    ENDS = "clean end"
    REFUSED = "503"


@dataclass(frozen=True)
class Source:
    """How a channel's source is offered: `kind` is ts or hls, `options` are those of the fault provider's channel.

    `account`: connections that it allows, 0 for no bound, and seconds until one that has ended counts no more.
    """

    kind: str = "ts"
    options: tuple[tuple[str, object], ...] = ()
    account: tuple[int, float] = (0, 0.0)


@dataclass(frozen=True)
class Cell:
    """One case, fixed before the run.

    `faults` are armed on the first source before the viewer comes; the first of them counts as the fault. `seen`: the
    bound in seconds from it to its detection. `silence`: the longest time without a byte that goes with it, when it is
    not all the time to the next picture. `switches`: least and most. `unjudged`: judges that can't read what the cell
    makes, by the name of their rule.
    """

    name: str
    faults: tuple[Fault, ...]
    expected: Expected
    first: Source = Source()
    second: Source | None = None
    second_faults: tuple[Fault, ...] = ()
    same_account: bool = False
    seen: float = 0.0
    silence: float | None = None
    switches: tuple[int, int] = (1, 3)
    codes: tuple[int, ...] = ()
    agent: str = PLAYER
    after: float = 8.0  # seconds of watching after the last thing that must happen
    steady: float = 4.0  # the longest silence of its sources when nothing is wrong
    fires: bool = True
    vlc: bool = False
    unjudged: tuple[str, ...] = ()

    @property
    def id(self):
        """The name as tests carry it."""
        return re.sub(r"\W+", "-", self.name)

    @property
    def deadline(self):
        """Seconds from the fault in which the next picture must be there."""
        return STEP * (self.seen + SWITCH)

    @property
    def longest_silence(self):
        return self.deadline if self.silence is None else STEP * self.silence


@dataclass
class Seen:
    """What came of a cell."""

    cell: Cell
    recording: Recording
    fired: tuple[datetime, ...] = ()  # times at which its faults fired
    attempt: dict = field(default_factory=dict)  # a row of stream-attempts.json
    left_open: int = 0  # upstream requests of the channel when its tuner counted as free; -1: that was never
    facts: StreamFacts | None = None

    @property
    def switches(self):
        return self.attempt.get("switches", 0)

    def events(self, kind):
        """Times of the timeline's events of that kind."""
        return [datetime.fromisoformat(row["at"]) for row in self.attempt.get("timeline", ()) if row["kind"] == kind]

    @property
    def took(self):
        """Seconds from the fault to the next source's picture; None when there was no switch."""
        switched = [at for at in self.events("switch") if self.fired and at >= self.fired[0]]
        return (switched[0] - self.fired[0]).total_seconds() if switched else None

    def row(self):
        """Its line in the page: cell, expected, seen, silence, next picture, switches, continuity and decode errors."""
        facts, seen = self.facts, self.recording
        came = f"{seen.status} {seen.error}" if seen.status != 200 else "clean end" if seen.end == "closed" else "plays"
        took = "-" if self.took is None else f"{self.took:.1f}"
        broken = (len(facts.walk.continuity), len(facts.decode)) if facts else ("-", "-")
        cells = (
            self.cell.name, self.cell.expected.value, came + (", card" if self.events("slate") else ""),
            f"{seen.longest_gap:.1f}", took, self.switches, *broken,
        )  # fmt: skip
        return f"| {' | '.join(map(str, cells))} |"

    def misses(self):
        """Everything that is not as the cell expects, in words; empty is what a test wants."""
        found = [] if self.fired or not self.cell.fires else ["the fault did not fire"]
        if self.left_open:
            found.append(
                "the tuner was not freed" if self.left_open < 0 else f"{self.left_open} upstreams open on a free tuner"
            )
        if self.cell.expected is Expected.REFUSED:
            return found + self._refusal()
        return found + self._picture() + self._end() + self._breaches()

    def _refusal(self):
        answered = self.recording.answered
        found = [f"answered after {answered:.1f} s"] if answered > TUNE else []
        if self.recording.status != 503 or self.recording.error not in self.cell.codes:
            found.append(f"answered {self.recording.status} {self.recording.error}")
        if self.recording.headers.get("content-length") != "0":
            found.append("the refusal has a body")
        return found

    def _picture(self):
        seen, cell = self.recording, self.cell
        if seen.status != 200:
            return [f"answered {seen.status} {seen.error} after {seen.answered:.1f} s"]
        found = []
        if seen.first_byte is None or seen.first_byte > TUNE:
            found.append(f"first byte after {seen.first_byte} s")
        if seen.longest_gap > cell.longest_silence:
            found.append(f"silent for {seen.longest_gap:.1f} s, at most {cell.longest_silence:.1f} s")
        quiet = seen.ended - seen.arrivals[-1][0] if seen.arrivals else seen.ended
        if seen.end == "left" and quiet > cell.steady:
            found.append(f"nothing more for the last {quiet:.1f} s")
        least, most = cell.switches
        if not least <= self.switches <= most:
            found.append(f"{self.switches} switches instead of {least} to {most}")
        if least and (self.took is None or self.took > cell.deadline):
            found.append(f"the next picture took {self.took} s, at most {cell.deadline:.1f} s")
        return found

    def _end(self):
        seen, expected = self.recording, self.cell.expected
        found = []
        if seen.end != ("closed" if expected is Expected.ENDS else "left"):
            found.append(f"{seen.end} after {seen.ended:.1f} s")
        shown = [row["kind"] for row in self.attempt.get("timeline", ()) if row["kind"] in ("live", "switch", "slate")]
        if expected is not Expected.ENDS and (shown[-1:] == ["slate"]) is not (expected is Expected.SLATE):
            found.append(f"at the end: {shown[-1] if shown else 'nothing'}")
        return found

    def _breaches(self):
        facts = self.facts.breaches() if self.facts else ("nothing recorded",)
        return [text for text in facts if not text.startswith(self.cell.unjudged or ("\0",))]
