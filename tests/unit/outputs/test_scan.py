from tests.tools.clock import ManualClock
from tunerr.outputs.hdhr.scan import Scan


def test_a_scan_goes_on_and_ends_by_itself():
    clock = ManualClock()
    scan = Scan(clock=clock)
    assert scan.progress(100) is None
    scan.start()
    seen = []
    while (progress := scan.progress(100)) is not None:
        seen.append((progress.percent, progress.found))
        clock.advance(0.5)
        scan.start()  # asking again doesn't start over
        assert clock.monotonic() <= 10
        if len(seen) > 5:
            break
    assert seen == sorted(seen)
    assert seen[0] == (0, 0)
    assert seen[-1][0] < 100


def test_abort():
    scan = Scan(clock=ManualClock())
    scan.start()
    scan.abort()
    assert scan.progress(1) is None
