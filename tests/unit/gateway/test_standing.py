import math

import pytest

from tunerr.gateway.rotation import Turn
from tunerr.gateway.selector import Candidate
from tunerr.gateway.standing import no_other
from tunerr.model.channel import SourceId, Stream
from tunerr.model.url import SecretUrl, Zone


def turn(number, wait=0.0):
    url = SecretUrl(f"http://tv.test/live/anna/secret/{number}.ts")
    candidate = Candidate(Stream(url=url, source=SourceId("m3u"), zone=Zone.LOOPBACK))
    return Turn(candidate, "account", "tv.test", str(url), wait, "", None)


@pytest.mark.parametrize(
    ("waits", "plays", "trying", "why"),
    [
        ((), True, False, "The channel has one source only."),
        ((), False, True, "The channel has one source only."),
        ((0.0,), False, True, "No source plays; they are tried by themselves."),
        ((0.0,), True, True, "Another source is being tried already."),
        ((math.inf,), True, False, "No other source of the channel can be played."),
        ((math.inf, 2.1, 9), True, False, "The other sources failed lately; the first of them may be tried in 3 s."),
    ],
)  # fmt: skip
def test_why_there_is_no_other_source_and_what_to_do(waits, plays, trying, why):
    turns = [turn(0), *(turn(number, wait) for number, wait in enumerate(waits, 1))]
    refused = no_other(turns, turns[0].candidate if plays else None, trying=trying)
    assert refused.message == why
    assert refused.hint
