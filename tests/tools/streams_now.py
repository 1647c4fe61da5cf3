"""Sessions as the gateway tells of them while they run."""

from dataclasses import replace
from datetime import timedelta

from tests.tools.attempts import AT, URL, VLC, attempt
from tunerr.gateway.detectors import Condition
from tunerr.gateway.now import CandidateNow, Standing, StreamNow, SupplyNow, ViewerNow
from tunerr.model.channel import SourceId

NOW = AT + timedelta(minutes=5)
HEALTHY = Condition(lead=1.8, pace=1.0, silent=0.04, bursty=False, breaks=0)


def candidate(standing=Standing.PLAYING, **more):
    return CandidateNow(
        source=SourceId("m3u"), host="provider.test", label=str(URL), reasons=("catalog order",), standing=standing,
        **more,
    )  # fmt: skip


def viewer(number=1, *, client=VLC, came=60.0, **more):
    """One that came `came` seconds ago and keeps up, unless `more` says otherwise."""
    told = {"cushion": 0.0, "backlog": 0.0, "sent": 4_200_000, "lapped": 0, "lapped_ago": None, "dropped": False}
    return ViewerNow(
        request=f"r{number:06}", client=client, user="", since=NOW - timedelta(seconds=came), **(told | more)
    )


WATCHING = viewer()
PLAYING = candidate()


def stream(
    number=1,
    *,
    state="live",
    source=HEALTHY,
    viewers=(WATCHING,),
    events=(),
    candidates=(PLAYING,),
    played=60.0,
    no_other="",
):
    """A session of channel `number`; without a `source` none plays."""
    began = replace(attempt(number, events=events), state=state, started_at=AT)
    supply = SupplyNow(
        candidates=tuple(candidates), source=source, continuity_errors=0, played=played, quality=100,
        no_other=no_other,
    )  # fmt: skip
    return StreamNow(attempt=began, bits_per_second=7_900_000, supply=supply, viewers=tuple(viewers))
