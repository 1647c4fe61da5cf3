"""One native tuner: its lock, what it was told to play, and when it is let go."""

from __future__ import annotations

import contextlib
import re
from typing import Final

from tunerr.errors import ActionRefused, TunerInUse
from tunerr.model.channel import Lineup, LineupChannel
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import TunerStatus
from tunerr.outputs.hdhr.documents import guide_name
from tunerr.outputs.hdhr.native.formats import Reception
from tunerr.outputs.hdhr.native.locks import NONE, Caller, Lock, locked_by, read_key
from tunerr.outputs.hdhr.native.playback import PROGRAM, Means, Playback
from tunerr.outputs.hdhr.native.target import Target
from tunerr.outputs.text import one_line
from tunerr.support.snapshot import Published

GRACE: Final = 20.0
"""Seconds that a client may be gone before its tuner is let go: the vendor's tools connect anew for each command."""
IDLE_LOCK: Final = 60.0
"""Seconds without a request after which a lock is dropped, where nothing is streamed."""
CHANNEL_MAPS: Final = ("us-bcast", "us-cable", "us-hrc", "us-irc")
"""The maps of the model that we say we are; a scan asks for one of these."""

_ALL_PIDS = "0x0000-0x1fff"
_NO_PROGRAM = "0"
_FREQUENCY = re.compile(r"(?:[a-z0-9-]{1,16}:)?[0-9]{1,10}", re.ASCII)
_PID = "0x[0-9A-Fa-f]{1,4}"
_PIDS = re.compile(rf"{_PID}(?:-{_PID})?(?: {_PID}(?:-{_PID})?)*", re.ASCII)
_PROGRAM_NUMBER = re.compile(r"[0-9]{1,5}", re.ASCII)


class NativeTuner:
    """Tuner `index` as native clients see and set it.

    What can't be set raises ActionRefused with the protocol's words. `check` comes before each set.
    """

    def __init__(self, index: int, means: Means, lineup: Published[Lineup | None]) -> None:
        self.index = index
        self.channel_map = CHANNEL_MAPS[0]
        self.filter = _ALL_PIDS
        self.program = _NO_PROGRAM
        self._means = means
        self._lineup = lineup
        self._lock = Lock()
        self._wanted: LineupChannel | str | None = None  # a channel, or a frequency that never locks
        self._playback = Playback(index, means, self._ended)
        self._users: set[Caller] = set()
        self._aimed_by: Caller | None = None
        self._aimed_at = 0.0
        self._touched_at = 0.0
        self._reserved_for = ""

    @property
    def streams(self) -> bool:
        """Whether it sends to a target."""
        return self._playback.sending

    def serves(self, caller: Caller) -> bool:
        """Whether it streams for that connection, which may be silent for as long as that goes on."""
        return self.streams and caller is self._aimed_by

    def check(self, key: int, caller: Caller) -> None:
        """Raise ActionRefused unless `caller` may set something: another has the lock or the tuner."""
        self._lock.check(key, caller)
        viewer = self._viewer()
        if viewer and self._playback.row is None:
            raise locked_by(viewer)

    def touch(self, caller: Caller, *, sets: bool) -> None:
        """Note a request that was carried out. Who only reads keeps nothing alive."""
        if sets:
            self._users.add(caller)
        if caller in self._users:
            self._touched_at = self._means.clock.monotonic()

    @property
    def owner(self) -> str:
        """Address of who has the tuner, by a lock or as a viewer; `none`."""
        return self._lock.holder.address if self._lock.holder is not None else self._viewer() or NONE

    def set_lock(self, value: str, key: int, caller: Caller) -> None:
        """Take the lock by a key of the caller's, release it by `none`, or break it by `force`.

        Breaking ends what the tuner plays for a native client; an HTTP viewer stays.
        """
        match value:
            case "force":
                self._lock.free()
                self._playback.stop()
            case "none":
                self._lock.check(key, caller)
                self._lock.free()
            case _:
                wanted = read_key(value)
                self.check(key, caller)
                self._lock.take(wanted, caller)
        self._reserve()

    @property
    def channel(self) -> str:
        """`auto:` and the number of the channel, the frequency that was set, or `none`."""
        return self.reception().channel

    @property
    def virtual_channel(self) -> str:
        """The guide number, or `none`."""
        return self.reception().number or NONE

    def set_channel(self, value: str) -> None:
        """Tune a frequency, on which there is nothing, or `none`. No source is asked."""
        if value != NONE and _FREQUENCY.fullmatch(value) is None:
            raise ActionRefused("invalid channel")
        self._clear(None if value == NONE else value)

    def set_virtual_channel(self, value: str, caller: Caller) -> None:
        """Play a channel of the lineup by its number at once, or `none`.

        Words after the number are options of hardware that can transcode; they are ignored, as over HTTP.
        """
        if value == NONE:
            self._clear(None)
            return
        row = self._row(value.partition(" ")[0])
        playing = self._playback.row
        if playing is not None and playing.channel.id == row.channel.id:
            return
        viewer = self._viewer()
        if viewer:
            raise locked_by(viewer)
        self._wanted, self.filter, self.program = row, _ALL_PIDS, _NO_PROGRAM
        self._play(row, caller)

    def set_channel_map(self, value: str) -> None:
        """Choose one of CHANNEL_MAPS; without effect."""
        if value not in CHANNEL_MAPS:
            raise ActionRefused("invalid channelmap")
        self.channel_map = value

    def set_filter(self, value: str) -> None:
        """Keep a list of packet ids for whoever asks for it; what is sent has one program only, and is whole."""
        if _PIDS.fullmatch(value) is None:
            raise ActionRefused("invalid filter")
        self.filter = value

    def set_program(self, value: str) -> None:
        """Keep a program number, as `set_filter`."""
        if value != NONE and _PROGRAM_NUMBER.fullmatch(value) is None:
            raise ActionRefused("invalid program number")
        self.program = _NO_PROGRAM if value == NONE else value

    @property
    def target(self) -> str:
        """Where it sends to, or `none`."""
        return str(self._playback.target or NONE)

    def set_target(self, value: str, caller: Caller) -> None:
        """Send what plays to a port of the caller's own address, or nowhere; a channel let go is tuned again."""
        if value == NONE:
            self._playback.aim(None)
            return
        try:
            target = Target.parse(value)
        except ValueError as error:
            raise ActionRefused(str(error)) from error
        if target.address != caller.address:  # anything else would have us flood strangers
            raise ActionRefused("the target must be the address of who sets it")
        wanted = self._wanted
        if self._playback.row is None and isinstance(wanted, LineupChannel):
            self._wanted = wanted = self._still_offered(wanted)
        self._aimed_by, self._aimed_at = caller, self._means.clock.monotonic()
        self._playback.aim(target)
        if self._playback.row is None and isinstance(wanted, LineupChannel):
            self._play(wanted, caller)

    def reception(self) -> Reception:
        """Say what it does: what plays on it for whomever, else what was wanted and doesn't play."""
        playing, status = self._playback.row, self._means.gateway.status()
        row = status[self.index if playing is None else self._playback.tuner]
        viewer = self._viewer(status)
        # Without another's viewer it is a session of ours that is closing; with another channel one that we wait for.
        shows = bool(viewer) if playing is None else row.channel_id == playing.channel.id
        if shows:
            return _reception(row, sends=self.streams or bool(viewer))
        wanted = playing or self._wanted
        if isinstance(wanted, LineupChannel):
            number = str(wanted.number)
            return Reception(f"auto:{number}", number, guide_name(wanted), plays=playing is not None)
        return Reception(wanted or NONE)

    def tidy(self) -> None:
        """Let go of what nobody wants any more; to be called about once a second."""
        now = self._means.clock.monotonic()
        if self._is_abandoned(now):
            self._playback.aim(None)
        if self.streams:
            return
        holder = self._lock.holder
        if holder is not None and (holder.gone(now) >= GRACE or now - self._touched_at >= IDLE_LOCK):
            self._lock.free()
        self._users = {caller for caller in self._users if caller.gone(now) < GRACE}
        if not self._users:
            self._playback.stop()
        self._reserve()

    def close(self) -> None:
        """Free everything."""
        self._lock.free()
        self._playback.stop()
        self._reserve()

    def _play(self, row: LineupChannel, caller: Caller) -> None:
        self._playback.tune(row, caller.address)
        self._reserve()

    def _clear(self, wanted: str | None) -> None:
        """Play nothing, as for another channel."""
        self._playback.stop()
        self._wanted, self.filter, self.program = wanted, _ALL_PIDS, _NO_PROGRAM
        self._reserve()

    def _ended(self) -> None:
        """What it played has ended by itself; who had it has a minute to go on."""
        self._touched_at = self._means.clock.monotonic()
        self._reserve()

    def _is_abandoned(self, now: float) -> bool:
        """Whether nobody is left who could say that the target is still wanted."""
        target, by = self._playback.target, self._aimed_by
        if target is None or by is None or by.gone(now) < GRACE:
            return False
        heard = self._means.keepalives.heard(target.address, target.port)
        return not self.streams or heard is None or heard < self._aimed_at

    def _reserve(self) -> None:
        """Keep HTTP viewers from the tuner exactly while it is locked or plays."""
        holder, client = self._lock.holder, self._playback.client
        playing = client.address if client is not None and self._playback.row is not None else ""
        wanted = holder.address if holder is not None else playing
        if wanted == self._reserved_for:
            return
        if self._reserved_for:
            self._means.gateway.release(self.index)
        self._reserved_for = ""
        # An HTTP viewer who joined what plays keeps the tuner busy: reserved once he has left, when all is tidied.
        with contextlib.suppress(TunerInUse):
            if wanted:
                self._means.gateway.reserve(self.index, wanted)
                self._reserved_for = wanted

    def _viewer(self, status: tuple[TunerStatus, ...] | None = None) -> str:
        """Address of somebody else who watches on this tuner; empty for nobody.

        That is an HTTP client, or another tuner's that shared its channel and stayed.
        """
        clients = (status or self._means.gateway.status())[self.index].clients
        ours = self._playback.watches
        return next((client.address for client in clients if not (ours and client.program == PROGRAM)), "")

    def _row(self, number: str) -> LineupChannel:
        lineup = self._lineup.current
        if lineup is None:
            raise ActionRefused("the lineup is not ready yet")
        try:
            return lineup.by_number[str(GuideNumber.parse(number))]
        except (KeyError, ValueError):
            raise ActionRefused("unknown virtual channel") from None

    def _still_offered(self, row: LineupChannel) -> LineupChannel:
        """Return the channel as it is in the lineup now."""
        lineup = self._lineup.current
        found = lineup.by_id.get(row.channel.id) if lineup is not None else None
        if found is None:
            raise ActionRefused("unknown virtual channel")
        return found


def _reception(row: TunerStatus, *, sends: bool) -> Reception:
    """What a session does."""
    number = str(row.number)
    return Reception(
        channel=f"auto:{number}",
        number=number,
        name=one_line(row.name) or number,
        plays=True,
        locked=row.has_signal,
        quality=row.symbol_quality,
        rate=row.bits_per_second,
        sends=sends,
        program=row.program,
        transport_stream=row.transport_stream,
    )
