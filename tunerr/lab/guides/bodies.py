"""What is sent for a guide: the document in its form, an odd one, or what no guide is. Pure, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from tunerr.lab.guides import hostile
from tunerr.lab.guides.document import Window, document
from tunerr.lab.guides.faults import GuideFault
from tunerr.lab.guides.forms import Form, packed
from tunerr.lab.guides.shape import Flaw, Shape

_MONTH = 30 * 86400
_DRIP = 100

# Guides that are well-formed and odd.
_ODD: dict[GuideFault, Callable[[Shape], Shape]] = {
    GuideFault.ZONES: lambda shape: replace(shape, flaws=frozenset({Flaw.ZONES}), every=2),
    GuideFault.OVERLAPS: lambda shape: replace(shape, flaws=frozenset({Flaw.OVERLAP}), every=2),
    GuideFault.BACKWARDS: lambda shape: replace(shape, order="backwards"),
    GuideFault.PAST: lambda shape: replace(shape, first=shape.first - _MONTH),
}
# What is sent as it is, whatever the form.
_OTHERS: dict[GuideFault, Callable[[Shape], Iterable[bytes]]] = {
    GuideFault.EMPTY_BODY: lambda _shape: (),
    GuideFault.LOGIN_PAGE: lambda _shape: (hostile.LOGIN_PAGE,),
    GuideFault.BOMB_OF_SPACES: lambda _shape: hostile.bomb_of_spaces(),
    GuideFault.BOMB_OF_ROWS: hostile.bomb_of_rows,
}
# Documents that are packed as the guide would be.
_WRONG: dict[GuideFault, Callable[[Shape], Iterable[bytes]]] = {
    GuideFault.EMPTY_GUIDE: lambda _shape: (hostile.EMPTY_GUIDE,),
    GuideFault.HUGE_ELEMENT: hostile.huge_element,
    GuideFault.ENTITY_BOMB: lambda _shape: (hostile.entity_bomb(),),
    GuideFault.LATIN_1: hostile.latin_1,
    GuideFault.UTF_16_CLAIMED: hostile.utf_16_claimed,
}
_HALVED = frozenset({GuideFault.CUT, GuideFault.CUT_SHORT, GuideFault.RESET})


def body(shape: Shape, form: Form, fault: GuideFault | None, window: Window | None) -> Iterator[bytes]:
    """The body that a guide with this fault is answered with; of faults that cut it, what comes before the cut."""
    if fault in _HALVED:
        return _first(body(shape, form, None, window), size(shape, form, window) // 2)
    if fault is GuideFault.SLOW:
        return _drops(body(shape, form, None, window))
    if fault in _OTHERS:
        return iter(_OTHERS[fault](shape))
    if fault in _WRONG:
        return packed(_WRONG[fault](shape), form)
    return packed(document(_ODD[fault](shape) if fault in _ODD else shape, window), form)


def size(shape: Shape, form: Form, window: Window | None) -> int:
    """Bytes of the healthy body; it is made for that."""
    return sum(map(len, body(shape, form, None, window)))


def _first(pieces: Iterable[bytes], length: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[:length]
        length -= len(piece)
        if length <= 0:
            return


def _drops(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), _DRIP):
            yield piece[at : at + _DRIP]
