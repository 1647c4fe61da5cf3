"""Acts on choices come one at a time: what one has read must still be so when it writes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from tunerr.storage.choices import Choices

_Given = ParamSpec("_Given")


class _Acting(Protocol):
    _choices: Choices


_Actor = TypeVar("_Actor", bound=_Acting)
_Act = Callable[Concatenate[_Actor, _Given], Coroutine[Any, Any, str]]


def in_turn(act: _Act[_Actor, _Given]) -> _Act[_Actor, _Given]:
    """Have a method wait until the acts before it are over, their reload included."""

    @wraps(act)
    async def waiting(actor: _Actor, /, *args: _Given.args, **kwargs: _Given.kwargs) -> str:
        async with actor._choices.turn:  # noqa: SLF001 - a decorator of its methods
            return await act(actor, *args, **kwargs)

    return waiting
