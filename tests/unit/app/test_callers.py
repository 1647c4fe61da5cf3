"""Who asked for the lineup lately."""

from tests.tools.clock import ManualClock
from tunerr.app.callers import Callers
from tunerr.model.status import Client

PLEX, KODI = Client("192.0.2.8", "PlexMediaServer/1.40"), Client("192.0.2.9", "Kodi/21.0")


def test_the_last_one_who_asked_for_a_lineup_is_told():
    clock = ManualClock()
    callers = Callers(clock=clock)
    assert callers.latest is None
    callers.note(KODI, "guide")
    assert callers.latest is not None
    assert (callers.latest.program, callers.latest.what) == ("Kodi/21.0", "guide"), "nobody asked for a lineup yet"
    for client in (PLEX, KODI, PLEX):
        clock.advance(60)
        callers.note(client, "lineup")
    callers.note(KODI, "guide")
    assert (callers.latest.program, callers.latest.address, callers.latest.at) == (*_about(PLEX), clock.now())


def test_a_flood_of_names_fills_no_memory():
    callers = Callers(clock=ManualClock())
    for number in range(10_000):
        callers.note(Client("192.0.2.7", f"Flood/{number}"), "lineup")
    assert callers.latest is not None
    assert callers.latest.program == "Flood/9999"
    assert len(callers._last) == 32


def _about(client):
    return client.program, client.address
