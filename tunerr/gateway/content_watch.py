"""Looks at what a source carries, once."""

from __future__ import annotations

from collections.abc import Callable

from tunerr.gateway.inspection import Inspection
from tunerr.gateway.pictures import unit_head
from tunerr.gateway.psi import Kind, Layout
from tunerr.gateway.video_format import picture_size
from tunerr.model.carried import Carried

# Access points that are looked at before a size that none of them tells is given up.
_MOST_LOOKS = 20


class ContentWatch:
    """Calls `tell` at the first access point of each layout that says how large its pictures are.

    Where none of the first 20 does, or there are no pictures, it tells of the codecs alone.
    """

    def __init__(self, tell: Callable[[Carried], None]) -> None:
        self._tell = tell
        self._layout: Layout | None = None
        self._looks = 0  # that are left

    def take(self, inspection: Inspection) -> None:
        """Look at what a source brought; after the first looks that is a comparison."""
        layout = inspection.layout
        if layout is not self._layout:
            self._layout, self._looks = layout, _MOST_LOOKS
        if not self._looks or layout is None or not inspection.points:
            return
        self._looks -= 1
        video, audio = layout.codecs
        size = None
        if layout.first(Kind.VIDEO) is not None:
            size = picture_size(video, unit_head(inspection.headers, inspection.points[0].index))
            if size is None and self._looks:
                return
        self._looks = 0
        self._tell(Carried(video, audio, *(size or (0, 0))))
