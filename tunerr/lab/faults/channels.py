"""What the provider offers."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.lab.faults.hls import LiveHls
from tunerr.lab.media import Broadcast


@dataclass(frozen=True, slots=True)
class TsOffer:
    """A channel as one endless transport stream.

    `format`: of FORMATS. `account`: whose login its URL in the playlist holds, if any. `backlog`: seconds that come at
    once at the start. `burst`: seconds that come at a time, 0 for an even flow. `token`: its URL redirects to one that
    dies. `chunked`: with chunked transfer encoding; else the stream ends with its connection.
    """

    name: str
    programme: str
    format: str
    account: str
    broadcast: Broadcast
    backlog: float
    burst: float
    token: bool
    chunked: bool


@dataclass(frozen=True, slots=True)
class HlsOffer:
    """A channel as HLS; with several variants its URL is a master playlist.

    `token`: playlists and segments carry one that dies.
    """

    name: str
    programme: str
    live: LiveHls
    token: bool


Offer = TsOffer | HlsOffer
