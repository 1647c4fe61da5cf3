"""The failover matrix: what must come of each fault, written before the gateway was.

With a healthy second source of the same codecs every fault is survived. `seen` are the bounds of the detectors for a
source that is 2 s ahead of real time (architecture.md, section 4; each is proved on an injected clock).
"""

from dataclasses import replace

from tests.tools.failover import DRAIN, SERVER_SLATE, STEP, SWITCH, Cell, Expected, Source
from tests.tools.recording import MEDIA_SERVER
from tunerr.lab.faults import Shape
from tunerr.lab.faults import vocabulary as v

SURVIVE, SLATE, ENDS, REFUSED = Expected.SURVIVE, Expected.SLATE, Expected.ENDS, Expected.REFUSED
MID = 5.0  # seconds of a healthy stream before a fault in its middle
FIRST = Source(options=(("backlog", 2.0),))
SECOND = Source(options=(("backlog", 2.0), ("format", "h264-b")))
OTHER_CODECS = Source(options=(("backlog", 2.0), ("format", "mpeg2")))
STALLED, STARVED_50, STARVED_20 = 1.6, 12.9, 9.6
NO_VIDEO, FROZEN, BLACK, SCRAMBLED, LOSSY = 2.1, 8.1, 9.1, 3.1, 10.1
CANDIDATE = 6.0  # seconds that a candidate has while others are left
NO_PICTURE = (806, 807)
LIMITS, FULL = (458, 509), (805,)  # one stream more than the account bears
STATUSES = (403, 404, 407, 423, 429, 458, 500, 503, 509)


def both(name, *faults, seen=0.2, alone=(1, 3), **facts):
    """A fault that fires once, with a second source and without: then the first is opened again."""
    cell = Cell(f"{name}, second", faults, SURVIVE, FIRST, SECOND, seen=seen, **facts)
    return cell, replace(cell, name=f"{name}, alone", second=None, switches=alone, after=seen + cell.after)


def borne(name, *faults, **facts):
    """What is no reason to leave a source."""
    return both(name, *faults, switches=(0, 0), alone=(0, 0), silence=1.5, **facts)


def at_start(name, fault, *, seen=0.2, codes=NO_PICTURE):
    """A source that brings no picture: the second one plays, and without it the viewer is refused."""
    lasting = replace(fault, times=0)
    played = Cell(f"{name} at the start, second", (lasting,), SURVIVE, FIRST, SECOND, seen=seen, switches=(0, 0))
    return played, Cell(f"{name} at the start, alone", (lasting,), REFUSED, FIRST, codes=codes, switches=(0, 0))


def on_return(name, *faults, **facts):
    """The stream ends, and its source is then useless for ever; the second one plays."""
    lasting = tuple(replace(fault, skip=1, times=0) for fault in faults)
    return Cell(f"end of file then {name}, second", (v.EndOfFile(after=MID), *lasting), SURVIVE, FIRST, SECOND, **facts)


CARD = SERVER_SLATE + DRAIN + STEP  # the fivefold would tell nothing
GONE = (v.EndOfFile(after=MID), v.Refuse(skip=1, times=0, status=404))
LIMITED = Source(options=FIRST.options, account=(1, 3.0))

TS = (
    # The connection.
    *both("end of file", v.EndOfFile(after=MID), vlc=True),
    *both("reset", v.Reset(after=MID), vlc=True),
    *both("stall", v.Stall(after=MID), seen=STALLED, vlc=True),
    *borne("pause of 1 s", v.Stall(after=MID, seconds=1.0)),
    *both("starvation to 50 %", v.Starve(after=MID, percent=50), seen=STARVED_50, silence=SWITCH),
    *both("starvation to 20 %", v.Starve(after=MID, percent=20), seen=STARVED_20, silence=SWITCH),
    # Its packets.
    *both("garbage", v.Garbage(after=MID), seen=STALLED, vlc=True),
    *borne("five lost packets", v.LostPackets(after=MID)),
    *both(
        "lost packets for ten seconds", *(v.LostPackets(after=MID + 0.3 * n, packets=3) for n in range(40)),
        seen=LOSSY, alone=(0, 3),
    ),
    *borne("77 bytes inserted", v.LostSync(after=MID, insert=77)),
    *borne("50 bytes missing", v.LostSync(after=MID, remove=50)),
    # Its clock.
    *borne("timestamps jump an hour", v.TimestampJump(after=MID, seconds=3600)),
    *borne("timestamps jump back an hour", v.TimestampJump(after=MID, seconds=-3600)),
    *borne("timestamps wrap", v.Wrap(after=MID), vlc=True),
    # Its content; without another source it is played on.
    *both("video gone", v.VideoLost(after=MID), seen=NO_VIDEO, silence=1.5, alone=(0, 3)),
    *both("frozen picture", v.Frozen(after=MID), seen=FROZEN, silence=1.5, alone=(0, 3)),
    *both("black picture", v.Black(after=MID), seen=BLACK, silence=1.5, alone=(0, 3)),
    *both("scrambled", v.Scrambled(after=MID), seen=SCRAMBLED, silence=1.5, alone=(0, 3)),
    *borne("other PIDs in the middle", v.NewFormat(after=MID, format="h264-b")),
    # Answers.
    *borne("wrong content type", v.WrongType()),
    *borne("headers after 3 s", v.SlowHeaders(seconds=3)),
    *(
        cell
        for status in STATUSES
        for codes in (FULL if status in LIMITS else NO_PICTURE,)
        for cell in at_start(f"status {status}", v.Refuse(status=status), codes=codes)
    ),
    *at_start("no answer", v.SlowHeaders(seconds=60), seen=CANDIDATE),
    *at_start("silence", v.Stall(), seen=CANDIDATE),
    *at_start("garbage", v.Garbage(), seen=CANDIDATE, codes=(807,)),
    *at_start("web page", v.Html(), codes=(807,)),
    *at_start("empty answer", v.Empty(), codes=(807,)),
    *both("redirect to a clip at the start", v.Redirect(), seen=FROZEN, silence=1.5, alone=(0, 3)),
    # What a source is like when it is opened again.
    *both("end of file then other PIDs", v.EndOfFile(after=MID), v.NewFormat(format="h264-b", skip=1)),
    *both("end of file then refused once", v.EndOfFile(after=MID), v.Refuse(status=503, skip=1), seen=1.2),
    *(on_return(f"status {status}", v.Refuse(status=status)) for status in STATUSES),
    on_return("web page", v.Html()),
    on_return("no answer", v.SlowHeaders(seconds=60)),
    on_return("redirect to a clip", v.Redirect()),
    Cell("every connection ends after 5 s, alone", (v.EndOfFile(after=MID, times=0),), SURVIVE, FIRST, seen=2.0),
    Cell(
        "refused for 6 s, alone", (v.EndOfFile(after=MID), *(v.Refuse(status=503, skip=1) for _ in range(3))),
        SURVIVE, FIRST, seen=4.5, switches=(1, 1),
    ),
    # Accounts of one connection whose end counts after three seconds.
    Cell("account still busy, alone", (v.EndOfFile(after=MID),), SURVIVE, LIMITED, seen=4.0),
    Cell(
        "account still busy, second on it", (v.Stall(after=MID),),
        SURVIVE, LIMITED, SECOND, same_account=True, seen=STALLED + 4.0,
    ),
    Cell("account still busy, second on another", (v.Stall(after=MID),), SURVIVE, LIMITED, SECOND, seen=STALLED),
    # No source any more.
    Cell("gone, alone, player", GONE, SLATE, FIRST, switches=(0, 0), after=12.0, vlc=True),
    Cell(
        "stalled for ever, alone, player", (v.Stall(after=MID), v.Stall(skip=1, times=0)),
        SLATE, FIRST, switches=(0, 0), seen=STALLED, after=15.0,
    ),
    Cell("gone, alone, media server", GONE, ENDS, FIRST, switches=(0, 0), agent=MEDIA_SERVER, after=CARD),
    Cell(
        "gone, both, media server", GONE,
        ENDS, FIRST, SECOND, second_faults=(v.Refuse(times=0),), switches=(0, 0), agent=MEDIA_SERVER, after=CARD,
    ),
    # Media servers, and other codecs.
    *both("media server, end of file", v.EndOfFile(after=MID), agent=MEDIA_SERVER),
    *both("media server, stall", v.Stall(after=MID), seen=STALLED, agent=MEDIA_SERVER),
    Cell(
        "other codecs, media server", (v.EndOfFile(after=MID),),
        ENDS, FIRST, OTHER_CODECS, switches=(0, 1), agent=MEDIA_SERVER, after=STEP * DRAIN,
    ),
    Cell(
        "other codecs, player", (v.EndOfFile(after=MID),),
        SURVIVE, FIRST, OTHER_CODECS, unjudged=("ffmpeg", "ffprobe"),
    ),
)  # fmt: skip

# Live HLS. A source is three segments and 10 s ahead when it starts; it counts as dry when these have run out.
SEGMENT = 2
AFTER = 8.0
DRY = 10.0
HLS_FORMS = {
    "plain": {"shape": Shape(seconds=SEGMENT)},
    "no dates": {"shape": Shape(seconds=SEGMENT, program_time=False)},
    "variants": {"shape": Shape(seconds=SEGMENT), "formats": ("h264", "h264-low")},
    "encrypted": {"shape": Shape(seconds=SEGMENT, key_every=2)},
    "discontinuities": {"shape": Shape(seconds=SEGMENT, discontinuity_every=3)},
    "token": {"shape": Shape(seconds=SEGMENT), "token": True},
}
HLS_SECOND = Source("hls", (("formats", ("h264-b",)), ("shape", Shape(seconds=SEGMENT))))
# name: faults, bound to detection, switches with a second source, switches alone (None: the source is of no use again)
HLS_FAULTS = {
    "playlist stops": ((v.PlaylistStops(after=MID, seconds=15.0),), DRY, (1, 3), (0, 3)),
    "playlist goes back": ((v.PlaylistGoesBack(after=MID),), DRY, (0, 0), (0, 0)),
    "playlist skips": ((v.PlaylistSkips(after=MID),), DRY, (0, 1), (0, 1)),
    "playlist repeats": ((v.PlaylistRepeats(after=MID, seconds=15.0),), DRY, (0, 3), (0, 3)),
    "playlist ends": ((v.PlaylistEnds(after=MID),), DRY, (1, 3), None),
    "playlist empty": ((v.PlaylistEmpty(after=MID, seconds=15.0),), DRY, (1, 3), (0, 3)),
    "playlist 404 for ever": ((v.Refuse(after=MID, times=0, status=404),), DRY, (1, 3), None),
    "playlist 500 twice": ((v.Refuse(after=MID, times=2, status=500),), DRY, (0, 1), (0, 1)),
    "playlist a web page once": ((v.Html(after=MID),), DRY, (0, 1), (0, 1)),
    "playlist slow": ((v.SlowHeaders(after=MID, seconds=3.0),), DRY, (0, 1), (0, 1)),
    "segment 404": ((v.Refuse(after=MID, target="segment", status=404),), DRY, (0, 1), (0, 1)),
    "segments 403 for ever": ((v.Refuse(after=MID, target="segment", times=0),), DRY, (1, 3), None),
    "segment broken by FIN": ((v.BrokenBody(after=MID),), DRY, (0, 1), (0, 1)),
    "segment broken by RST": ((v.BrokenBody(after=MID, reset=True),), DRY, (0, 1), (0, 1)),
    "segment slow": ((v.SlowBody(after=MID, seconds=5.0),), DRY, (0, 1), (0, 1)),
    "segment of garbage": ((v.GarbageBody(after=MID),), DRY, (0, 1), (0, 1)),
}
HLS_ONLY = {
    "encrypted": {
        "key 404 once": ((v.Refuse(after=MID, target="key", status=404),), DRY, (0, 1), (0, 1)),
        "keys 403 for ever": ((v.Refuse(after=MID, target="key", times=0),), DRY, (1, 3), None),
    },
    "token": {"token dies": ((v.TokenDies(after=MID),), DRY, (0, 1), (0, 2))},
}


def lasting(fault):
    """Seconds in which a fault on live HLS keeps new segments away."""
    if isinstance(fault, v.PlaylistSkips):
        return (fault.segments + 1.0) * SEGMENT
    return getattr(fault, "seconds", None) or 0.0


def hls_cell(form, fault, row, *, second):
    """One pair of fault and form."""
    faults, seen, switched, alone = row
    first = Source("hls", tuple(HLS_FORMS[form].items()))
    silence = 1.5 * SEGMENT + (seen if (switched if second else alone or (1, 1))[1] else 0)
    lasts = max(map(lasting, faults), default=0.0)
    facts = {"first": first, "seen": seen, "silence": silence, "after": AFTER + lasts}
    if second:
        return Cell(f"{fault}, {form}, second", faults, SURVIVE, second=HLS_SECOND, switches=switched, **facts)
    if alone is None:
        facts["after"] = AFTER + DRY
        return Cell(f"{fault}, {form}, alone", faults, SLATE, switches=(0, 2), **facts)
    return Cell(f"{fault}, {form}, alone", faults, SURVIVE, switches=alone, **facts)


# Each fault meets each form once, by turns with and without a second source; what only one form has meets both.
HLS = (
    *(
        hls_cell(form, fault, row, second=(place + turn) % 2 == 0)
        for turn, (fault, row) in enumerate(HLS_FAULTS.items())
        for place, form in enumerate(HLS_FORMS)
    ),
    *(
        hls_cell(form, fault, row, second=second)
        for form, rows in HLS_ONLY.items()
        for fault, row in rows.items()
        for second in (True, False)
    ),
)

# Healthy sources that send ten seconds at a time, for five minutes.
BURSTY = tuple(
    Cell(name, (), SURVIVE, first, SECOND, fires=False, switches=(0, 0), silence=2.4, steady=12.0, after=300.0)
    for name, first in (
        ("bursts of 10 s", Source(options=(("burst", 10.0),))),
        ("segments of 10 s", Source("hls", (("shape", Shape(seconds=10)),))),
    )
)
