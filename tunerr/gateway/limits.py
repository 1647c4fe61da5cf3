"""The gateway's bounds, in seconds where nothing else is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the gateway waits for what. Clients give up on a tune after 26 to 35 s (hdhr.md, 4.1)."""

    tune: float = 19.0  # from the request to the first access point, all candidates together; refused by 20 s
    candidate: float = 6.0  # to the first transport stream packet, while other candidates are left
    retries: int = 2  # of a tune, for candidates with passing troubles
    retry_pause: float = 1.0  # before the first retry, doubled each time
    replacement: float = 4.0  # the same while viewers wait in mid-stream
    access_point: float = 15.0  # of a stream that runs; then any picture start serves
    slate_after: float = 1.5  # from the loss of a source to the card
    slate_server: float = 60.0  # a card for media servers, which record it
    slate: float = 600.0  # a card for everybody else
    better: float = 30.0  # between two looks for a better source to go back to
    slot: float = 3.0  # for a tuner that is closing; longer than `drain` and `rest`
    rest: float = 2.5  # in which a tuner is tuned five times at most; people change channels about once a second
    drain: float = 2.5  # for viewers to get the rest of a stream that has ended
    stalled_viewer: float = 30.0  # without a byte taken; twice that for media servers
    cushion_server: float = 4.0  # held back from media servers
