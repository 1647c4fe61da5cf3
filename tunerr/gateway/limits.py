"""The gateway's bounds in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the gateway waits for what. Clients give up on a tune after 26 to 35 s (hdhr.md, 4.1)."""

    tune: float = 19.0  # from the request to the first access point, all candidates together; refused by 20 s
    candidate: float = 6.0  # to the first transport stream packet, while other candidates are left
    access_point: float = 15.0  # of a stream that runs; then any picture start serves
    silence: float = 20.0  # of a stream that played; longer than the gap between two HLS segments of 12 s
    outage: float = 10.0  # from the loss of a source to the end of its viewers
    losses: int = 4  # within `outage`, then the channel is given up
    slot: float = 2.0  # for a tuner that is closing
    drain: float = 5.0  # for viewers to get the rest of a stream that has ended
    stalled_viewer: float = 30.0  # without a byte taken
