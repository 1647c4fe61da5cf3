"""Every variable that clients read and set by TCP, in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tunerr.errors import ActionRefused
from tunerr.hdhomerun.getset import Answer, GetSet, Refusal
from tunerr.model.channel import Lineup
from tunerr.outputs.hdhr.native import formats
from tunerr.outputs.hdhr.native.locks import NONE, Caller
from tunerr.outputs.hdhr.native.tuner import CHANNEL_MAPS, NativeTuner
from tunerr.support.snapshot import Published
from tunerr.views.device import DeviceIdentity

_COPYRIGHT = "IPTV Tunerr, free software under the MIT license. HDHomeRun is a trademark of Silicondust."
_FEATURES = (
    f"channelmap: {' '.join(CHANNEL_MAPS)}\nmodulation: 8vsb qam256 qam64\nauto-modulation: auto auto6t auto6c qam\n"
)
_OF_TUNER = re.compile(r"/tuner([0-9]{1,3})(/.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _OfDevice:
    """A variable of the whole device. `takes`: how help shows its value; `ignores`: it may be set, without effect."""

    name: str
    get: Callable[[], str]
    takes: str = ""
    ignores: bool = False


@dataclass(frozen=True, slots=True)
class _Ask:
    """What somebody wants to set."""

    value: str
    key: int
    caller: Caller


@dataclass(frozen=True, slots=True)
class _OfTuner:
    """A variable of each tuner. `takes`: how help shows its value; `set` None for one that is only read.

    `guarded`: who sets it must be allowed to; the lock itself decides by its own rules.
    """

    name: str
    get: Callable[[NativeTuner], str]
    set: Callable[[NativeTuner, _Ask], None] | None = None
    takes: str = ""
    guarded: bool = True


_TUNER = {
    one.name: one
    for one in (
        _OfTuner(
            "/channel",
            lambda tuner: tuner.channel,
            lambda tuner, ask: tuner.set_channel(ask.value),
            takes="<modulation>:<freq|ch>",
        ),
        _OfTuner(
            "/channelmap",
            lambda tuner: tuner.channel_map,
            lambda tuner, ask: tuner.set_channel_map(ask.value),
            takes="<channelmap>",
        ),
        _OfTuner("/debug", lambda tuner: formats.debug(tuner.reception())),
        _OfTuner(
            "/filter",
            lambda tuner: tuner.filter,
            lambda tuner, ask: tuner.set_filter(ask.value),
            takes='"0x<nnnn>-0x<nnnn> [...]"',
        ),
        _OfTuner(
            "/lockkey",
            lambda tuner: tuner.owner,
            lambda tuner, ask: tuner.set_lock(ask.value, ask.key, ask.caller),
            guarded=False,
        ),
        _OfTuner(
            "/program",
            lambda tuner: tuner.program,
            lambda tuner, ask: tuner.set_program(ask.value),
            takes="<program number>",
        ),
        _OfTuner("/status", lambda tuner: formats.status(tuner.reception())),
        _OfTuner("/streaminfo", lambda tuner: formats.streaminfo(tuner.reception())),
        _OfTuner(
            "/target",
            lambda tuner: tuner.target,
            lambda tuner, ask: tuner.set_target(ask.value, ask.caller),
            takes="<ip>:<port>",
        ),
        _OfTuner(
            "/vchannel",
            lambda tuner: tuner.virtual_channel,
            lambda tuner, ask: tuner.set_virtual_channel(ask.value, ask.caller),
            takes="<vchannel>",
        ),
        _OfTuner("/vstatus", lambda tuner: formats.vstatus(tuner.reception())),
    )
}


class Variables:
    """Answers requests for the main device and its tuners."""

    def __init__(
        self, *, device: DeviceIdentity, tuners: Sequence[NativeTuner], lineup: Published[Lineup | None]
    ) -> None:
        self._tuners = tuners
        self._lineup = lineup
        self._answered = 0
        self._device = {one.name: one for one in self._of_device(device)}

    def answer(self, request: GetSet, caller: Caller) -> Answer | Refusal:
        """Carry out one request. A set answers the value as it is afterwards."""
        self._answered += 1
        try:
            return Answer(request.name, self._value(request, caller))
        except ActionRefused as error:
            return Refusal(f"ERROR: {error.message}")

    def _value(self, request: GetSet, caller: Caller) -> str:
        match = _OF_TUNER.fullmatch(request.name)
        if match is None:
            return self._value_of_device(request)
        index = int(match[1])
        if index >= len(self._tuners):
            raise ActionRefused("invalid tuner number")
        return self._value_of_tuner(self._tuners[index], match[2], request, caller)

    def _value_of_device(self, request: GetSet) -> str:
        variable = self._device.get(request.name)
        if variable is None:
            raise _unknown()
        if request.value is not None and not variable.ignores:
            raise _read_only()
        return variable.get()

    def _value_of_tuner(self, tuner: NativeTuner, name: str, request: GetSet, caller: Caller) -> str:
        variable = _TUNER.get(name)
        if variable is None:
            raise _unknown()
        if request.value is not None:
            if variable.set is None:
                raise _read_only()
            if variable.guarded:
                tuner.check(request.lock_key, caller)
            variable.set(tuner, _Ask(request.value, request.lock_key, caller))
        tuner.touch(caller, sets=request.value is not None)
        return variable.get(tuner)

    def _of_device(self, device: DeviceIdentity) -> Iterator[_OfDevice]:
        yield _OfDevice("help", self._help)
        yield _OfDevice("/ir/target", lambda: NONE, takes="<protocol>://<ip>:<port>", ignores=True)
        yield _OfDevice("/lineup/scan", self._scan, ignores=True)
        yield _OfDevice("/sys/copyright", lambda: _COPYRIGHT)
        yield _OfDevice("/sys/debug", self._debug)
        yield _OfDevice("/sys/features", lambda: _FEATURES)
        yield _OfDevice("/sys/hwmodel", lambda: device.model_number)
        yield _OfDevice("/sys/model", lambda: device.firmware_name)
        yield _OfDevice("/sys/restart", lambda: NONE, takes="<resource>", ignores=True)
        yield _OfDevice("/sys/version", lambda: device.firmware_version)

    def _help(self) -> str:
        listed = [
            *(f"{one.name} {one.takes}" for one in self._device.values() if one.name.startswith("/")),
            *(f"/tuner<n>{one.name} {one.takes}" for one in _TUNER.values()),
        ]
        lines = ("Supported configuration options:", *sorted(line.rstrip() for line in listed))
        return "".join(f"{line}\n" for line in lines)

    def _scan(self) -> str:
        lineup = self._lineup.current
        return f"state=complete progress=100% found={len(lineup.channels) if lineup is not None else 0}"

    def _debug(self) -> str:
        # Not a line for each tuner: those of 255 fill two packets.
        return f"loop: pkt={self._answered}\nnet: st={sum(tuner.streams for tuner in self._tuners)}\n"


def _unknown() -> ActionRefused:
    return ActionRefused("unknown getset variable")


def _read_only() -> ActionRefused:
    return ActionRefused("getset variable is read only")
