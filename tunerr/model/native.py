"""What the native HDHomeRun protocol reports about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NativeFacts:
    """Totals since start, but for `connections` and `targets`, which are now; all 0 while it isn't spoken.

    Of discovery: datagrams `answered`, `ignored` (strangers, no request, not for us) and `limited`. Of control:
    `connections`, those `refused` at once, and `targets` to which video is sent.
    """

    answered: int = 0
    ignored: int = 0
    limited: int = 0
    connections: int = 0
    refused: int = 0
    targets: int = 0
