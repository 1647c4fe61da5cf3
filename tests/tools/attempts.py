"""Streams as the gateway reports them, and a gateway that only reports."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tunerr.errors import ActionRefused
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.gateway.timeline import Event, StreamAttempt
from tunerr.model.channel import ChannelId, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import Client, TunerStatus
from tunerr.model.url import SecretUrl, Zone

AT = datetime(2026, 11, 22, 14, 2, 11, 250_000, UTC)
SECRETS = ("hidden-user", "hidden-pass", "hidden-token")
URL = SecretUrl(f"http://provider.test/live/{SECRETS[0]}/{SECRETS[1]}/7.ts?token={SECRETS[2]}")
VLC = Client("192.0.2.7", "VLC/3.0.20")
PLEX = Client("192.0.2.8", "Plex/1.40")


def outcome(reason="stalled", status=None):
    return PlaybackOutcome(
        channel=ChannelId("dna-1"), stream=Stream(URL, SourceId("m3u"), Zone.INTERNET), began_at=AT, reason=reason,
        status=status, picture_after=0.8, played=12.5, bytes=1880, continuity_errors=2,
    )  # fmt: skip


def attempt(number=1, *, status="", events=(), viewers=(VLC,), outcomes=None):
    """A stream of channel `number` by request `r00000<number>`; it plays when it has no status."""
    return StreamAttempt(
        id=f"r{number:06}", channel=ChannelId(f"dna-{number}"), number=str(number), name=f"Channel {number}",
        started_at=AT + timedelta(minutes=number), duration=61.2345, status=status,
        state="closed" if status else "live", tuner=None if status else number, source=str(URL),
        viewers=() if status else viewers, bytes=3760, switches=1,
        outcomes=(outcome(),) if outcomes is None else outcomes, events=events,
    )  # fmt: skip


def event(seconds, kind, text):
    return Event(AT + timedelta(seconds=seconds), kind, text)


STORY = (
    event(0, "viewer", "192.0.2.7 VLC/3.0.20 came, 1 watches"),
    event(1, "live", f"source 1 of 2 ({URL}) shows a picture after 0.8 s"),
    event(2, "lost", f"source 1 of 2 ({URL}) lost after 12 s: no new media came for 1.6 s"),
    event(3, "switch", f"no new media came for 1.6 s → source 2 of 2 ({URL}) in 0.4 s"),
)


@dataclass
class SmallGateway:
    """Plays channels 1 and 2 on three tuners and remembers channel 3; `stopped` is what it was asked to end."""

    rows: list = field(
        default_factory=lambda: [
            attempt(1, events=STORY, viewers=(VLC, PLEX)),
            attempt(2),
            attempt(3, status="all_upstreams_failed", outcomes=(outcome("status", 403),)),
        ]
    )
    stopped: list = field(default_factory=list)

    def attempts(self):
        return tuple(self.rows)

    def status(self):
        busy = {row.tuner: row for row in self.rows if not row.status}
        return tuple(
            TunerStatus(
                index, number=GuideNumber.parse(busy[index].number), name=busy[index].name,
                channel_id=busy[index].channel, source=busy[index].source, state="live", clients=busy[index].viewers,
            )
            if index in busy
            else TunerStatus(index)
            for index in range(3)
        )  # fmt: skip

    def stop_streams(self, *, request="", channel=None):
        found = [row for row in self.rows if not row.status and (row.id == request or row.channel == channel)]
        if not found:
            raise ActionRefused("There is no such stream.", hint="Look at the active streams.")
        self.stopped.append((request, channel))
        return len(found)

    def forget_attempts(self):
        self.rows = [row for row in self.rows if not row.status]
