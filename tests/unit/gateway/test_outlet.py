import numpy as np
import pytest

from tests.tools.clock import ManualClock
from tests.tools.packet_walk import PACKET, packets_of, pcr_of, pid_of
from tests.unit.gateway.splice_rig import media
from tunerr.gateway.held import Held
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.outlet import Outlet
from tunerr.gateway.output_tables import output_layout
from tunerr.gateway.psi import Kind
from tunerr.gateway.timestamps import PCR_SECOND

STEP = PCR_SECOND * 120 // 1000  # longer than two PCRs may be apart


def layout_of(name):
    inspector = TsInspector(clock=ManualClock())
    inspector.feed(media(name)[: 2000 * PACKET])
    return inspector.layout


def picture(held, pid):
    """Puts a packet of `pid` there; its position."""
    row = np.frombuffer(bytes([0x47, 0x40 | pid >> 8, pid & 0xFF, 0x10]).ljust(PACKET, b"\1"), np.uint8)
    held.append(row.reshape(1, PACKET), np.array([0]), np.array([pid], np.uint16))
    return held.end - 1


@pytest.mark.parametrize(
    ("first", "second"), [("mpeg2", "other pids"), ("other pids", "radio"), ("radio", "other pids")]
)
def test_the_clock_that_leads_up_to_other_codecs_is_on_the_pid_of_the_tables_in_force(first, second):
    held = Held()
    outlet = Outlet(held=held)
    before = output_layout(layout_of(first), None)
    after = output_layout(layout_of(second), before)
    published = []
    for turn, layout in enumerate((before, after)):
        outlet.announce(layout, anew=turn > 0)
        shown = layout.first(Kind.VIDEO) or layout.first(Kind.AUDIO)
        position = picture(held, shown.pid)
        outlet.clock(position, (turn + 1) * STEP, carried=False)
        outlet.enter(position)
        published += outlet.publish(held.end, last=True)
        outlet.forget()
    assert [piece.codecs_changed for piece in published] == [False, False, True]
    _, lead, fresh = published
    assert [(pid_of(packet), pcr_of(packet)) for packet in packets_of(lead.data)] == [
        (before.pcr_pid, STEP * 3 // 2),
        (before.pcr_pid, STEP * 2),
    ]
    assert fresh.entries == (0,)
    assert [pid_of(packet) for packet in packets_of(fresh.data)] == [0, after.pmt_pid, after.pcr_pid]
