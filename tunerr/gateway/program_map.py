"""Which stream of a source becomes which stream of the output."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
import numpy.typing as npt

from tunerr.gateway.psi import ElementaryStream, Kind, Layout
from tunerr.gateway.ts import NULL_PID, PAT_PID, PID_COUNT

DROPPED = PAT_PID  # in `ProgramMap.table`: no source's PAT is passed on


class ProgramMap:
    """Streams are matched by kind, codec, language and order; where languages differ, without them.

    Streams of the source without a counterpart are dropped. `table` gives each PID of the source the PID it leaves
    with, or DROPPED; `streams` the output's stream for each of those PIDs.
    """

    def __init__(self, source: Layout, output: Layout) -> None:
        self.source = source
        self.output = output
        self.table: npt.NDArray[np.uint16] = np.full(PID_COUNT, DROPPED, np.uint16)
        self.streams: dict[int, ElementaryStream] = {}
        left, right = list(source.streams), list(output.streams)
        self._match(left, right, lambda stream: (stream.kind, stream.codec or stream.stream_type, stream.language))
        self._match(left, right, lambda stream: (stream.kind, stream.codec or stream.stream_type))
        # A PID for the PCR alone is passed on where the output has one too.
        if not self._carries_stream(source, source.pcr_pid) and not self._carries_stream(output, output.pcr_pid):
            self.table[source.pcr_pid] = output.pcr_pid
        self.table[[PAT_PID, source.pmt_pid, NULL_PID]] = DROPPED
        used = self.table.nonzero()[0]
        self.moves = bool((self.table[used] != used).any())  # whether any PID is another one in the output
        # Whether PCRs of the source may stay in the packets they came in.
        self.keeps_pcr = int(self.table[source.pcr_pid]) == output.pcr_pid

    @property
    def changes_codecs(self) -> bool:
        """Whether picture or sound of the source can't be passed on as what the output announces."""
        for kind in (Kind.VIDEO, Kind.AUDIO):
            ours, theirs = self.output.first(kind), self.source.first(kind)
            if ours is None or theirs is None:
                # Sound that is missing is silence; a picture that comes or goes makes another program.
                if (ours is not theirs) and (kind is Kind.VIDEO or ours is None):
                    return True
            elif ours.pid not in self.streams:
                return True
        return False

    def continues(self, earlier: ProgramMap) -> bool:
        """Whether pictures, sound and PCR come on the same PIDs and leave on the same ones as in `earlier`."""
        return (
            self.output is earlier.output
            and self.source.pcr_pid == earlier.source.pcr_pid
            and self._main_pids() == earlier._main_pids()
        )

    def _main_pids(self) -> list[tuple[int, int]]:
        pids = ((stream.pid, int(self.table[stream.pid])) for stream in self.source.streams)
        return sorted((pid, out) for pid, out in pids if out and self.streams[out].kind is not Kind.OTHER)

    def _match(
        self,
        source: list[ElementaryStream],
        output: list[ElementaryStream],
        key: Callable[[ElementaryStream], Hashable],
    ) -> None:
        """Pair equal keys in order; what was paired leaves the lists."""
        for theirs in tuple(source):
            ours = next((stream for stream in output if key(stream) == key(theirs)), None)
            if ours is not None:
                source.remove(theirs)
                output.remove(ours)
                self.table[theirs.pid] = ours.pid
                self.streams[ours.pid] = ours

    @staticmethod
    def _carries_stream(layout: Layout, pid: int) -> bool:
        return any(stream.pid == pid for stream in layout.streams)
