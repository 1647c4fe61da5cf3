"""A published immutable value: readers take one reference and never see half an update."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Published(Generic[T]):
    """Holds the current value; `publish` replaces it whole."""

    def __init__(self, value: T) -> None:
        self._value = value

    @property
    def current(self) -> T:
        """The value published last."""
        return self._value

    def publish(self, value: T) -> None:
        """Replace the value."""
        self._value = value
