"""A household that zaps through channels that break, and a count of what the program holds."""

import asyncio
import os
import random
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.tools.packet_walk import walk
from tests.tools.recording import MEDIA_SERVER, PLAYER, Recording, record
from tests.tools.stream_facts import Probe, StreamFacts, TsTools
from tests.tools.until import until
from tunerr.lab.faults import Shape
from tunerr.lab.faults import vocabulary as v

MINUTES = float(os.environ.get("TUNERR_SOAK_MINUTES", "30"))
SEED = int(os.environ.get("TUNERR_SOAK_SEED", "0")) or random.randrange(1, 1_000_000)
FIXED_SEED = int(os.environ.get("TUNERR_SOAK_SEED", "1"))
CHANNELS, VIEWERS, TUNERS = 20, 60, 12
REFUSALS = {805, 806, 807}  # all tuners in use, no content, no picture (hdhr.md, 1.5)
TUNE = 20.0  # seconds to a refusal
SILENCE = 30.0  # seconds: the longest fault unseen and the longest buffer played out before a card
WORTH_JUDGING = 60_000  # bytes; less may hold one PCR only
IDLE = 18.0  # seconds in which the program closes idle connections to providers
_NOBODY = (Probe((), (), 0.0, 0.0, ()), (), TsTools(0, 0, 0, ()))  # judges that aren't asked

POPULAR = [(place + 1) ** -0.75 for place in range(CHANNELS)]

_SEGMENTS = Shape(seconds=2)
# kind and options of the first and of the second source; each fifth channel of TS is on an account with few streams
FORMS = (
    (("ts", {}), ("ts", {"format": "h264-b"})),
    (("hls", {"shape": _SEGMENTS}), ("hls", {"shape": _SEGMENTS, "formats": ("h264-b",)})),
    (("ts", {"backlog": 2.0, "chunked": True}), ("hls", {"shape": _SEGMENTS})),
    (("hls", {"shape": Shape(seconds=2, key_every=2)}), ("ts", {"format": "h264-b"})),
    (("ts", {"burst": 4.0}), ("ts", {"format": "pcr-pid"})),
    (("hls", {"shape": _SEGMENTS, "formats": ("h264", "h264-low")}), ("hls", {"shape": _SEGMENTS, "token": True})),
    (("ts", {"token": True}), ("ts", {"format": "h264-bframes"})),
    (("hls", {"shape": Shape(seconds=2, discontinuity_every=3)}), ("ts", {"format": "mpeg2"})),
    (("ts", {"format": "packets-204"}), ("ts", {"format": "no-rai"})),
    (("hls", {"shape": _SEGMENTS, "token": True}), ("hls", {"shape": Shape(seconds=4, window=4)})),
)


def lasting(dice):
    """Seconds of a fault, or None: until the weather changes."""
    return dice.choice((1.0, 3.0, 8.0, 20.0, None))


def wrong_answer(dice):
    """A wrong answer that every source can give."""
    times = {"times": dice.choice((0, 1, 2)), "skip": dice.choice((0, 0, 1))}
    return dice.choice((
        v.Refuse(status=dice.choice((403, 404, 407, 423, 429, 458, 500, 503, 509)), **times),
        v.Refuse(status=503, retry_after=dice.choice((1, 5)), **times),
        v.Html(**times), v.Empty(**times), v.WrongType(), v.SlowHeaders(seconds=dice.uniform(1, 12)),
    ))  # fmt: skip


def ts_fault(dice):
    """A fault of a transport stream, of all of the vocabulary."""
    when = {"after": dice.uniform(0, 5), "times": dice.choice((0, 1, 1))}
    lasts = {"seconds": lasting(dice), **when}
    return dice.choice((
        wrong_answer(dice), v.Redirect(times=1), v.EndOfFile(**when), v.Reset(**when), v.TokenDies(**when),
        v.Stall(**lasts), v.Starve(percent=dice.choice((20, 50, 90)), **lasts), v.Garbage(**lasts),
        v.VideoLost(**lasts), v.Frozen(**lasts), v.Black(**lasts), v.Scrambled(**lasts),
        v.LostPackets(packets=dice.randint(1, 50), **when),
        v.LostSync(insert=dice.randint(1, 400), **when), v.LostSync(remove=dice.randint(1, 400), **when),
        v.TimestampJump(seconds=dice.choice((-3600, -2, 3, 3600)), **when), v.Wrap(after=dice.uniform(1, 10), times=0),
        v.NewFormat(format=dice.choice(("h264-b", "h264-ac3", "hevc")), **when),
    ))  # fmt: skip


def hls_fault(dice):
    """A fault of live HLS, of all of the vocabulary."""
    lasts = {"seconds": lasting(dice)}
    target = {"target": dice.choice(("segment", "playlist", "key", "master"))}
    return dice.choice((
        wrong_answer(dice), v.Refuse(status=dice.choice((403, 404, 503)), times=dice.choice((0, 1, 2)), **target),
        v.Html(**target), v.PlaylistStops(**lasts), v.PlaylistGoesBack(), v.PlaylistSkips(segments=dice.randint(1, 4)),
        v.PlaylistRepeats(**lasts), v.PlaylistEnds(), v.PlaylistEmpty(**lasts), v.TokenDies(), v.GarbageBody(),
        v.BrokenBody(reset=dice.random() < 0.5), v.SlowBody(seconds=dice.uniform(1, 12)),
    ))  # fmt: skip


FAULTS_OF = {"ts": ts_fault, "hls": hls_fault}


class Weather:
    """Faults that come over the sources of `provider` and go away again."""

    def __init__(self, provider, seed):
        self.provider, self.dice = provider, random.Random(f"weather {seed}")
        self.kinds = {}
        self.fired = Counter()
        self._counted = 0.0

    async def offer(self):
        """Make the channels s0 … with their sources s0-a and s0-b; the path of their playlist."""
        statuses = (403, 458, 403)
        few = [self.provider.account(f"few{n}", "secret", limit=n + 1, release=n, status=statuses[n]) for n in range(3)]
        for number in range(CHANNELS):
            for letter, (kind, options) in zip("ab", FORMS[number % len(FORMS)], strict=True):
                name = f"s{number}-{letter}"
                self.kinds[name] = kind
                if kind == "hls":
                    await self.provider.hls_channel(name, programme=f"s{number}", **options)
                else:
                    account = few[number // 5] if number % 5 == 0 and number // 5 < len(few) else None
                    await self.provider.ts_channel(name, programme=f"s{number}", account=account, **options)
        return self.provider.playlist_url(self.kinds)

    async def change(self, until_time):
        """Arm and disarm until `until_time`; then all is fine again."""
        while time.monotonic() < until_time:
            name = f"s{self.dice.choices(range(CHANNELS), POPULAR)[0]}-{self.dice.choice('aab')}"
            self.provider.disarm(name)
            if self.dice.random() < 0.7:
                await self.provider.arm(name, FAULTS_OF[self.kinds[name]](self.dice))
            self.count()
            await asyncio.sleep(self.dice.uniform(0.1, 0.6))
        for name in self.kinds:
            self.provider.disarm(name)

    def count(self):
        """Note what happened since the last call."""
        news = [fired for fired in self.provider.fired if fired.monotonic > self._counted]
        self.fired.update(fired.fault for fired in news)
        self._counted = max((fired.monotonic for fired in news), default=self._counted)


@dataclass
class Household:
    """Viewers of every kind that zap through `urls`, and what they saw; `wrong` names what must not be."""

    urls: list[str]
    folder: Path
    seed: int
    judges: ProcessPoolExecutor
    tunes: int = 0
    refused: Counter = field(default_factory=Counter)
    received: int = 0
    judged: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self):
        self._dice = [random.Random(f"viewer {number} {self.seed}") for number in range(VIEWERS)]

    async def zap(self, number, until_time):
        """One viewer's evening."""
        dice = self._dice[number]
        await asyncio.sleep(dice.uniform(0, 3))
        while (left := until_time - time.monotonic()) > 0:
            url = dice.choices(self.urls, POPULAR)[0]
            seconds = min(dice.choice((0.3, 2, 5, 10, 20, 40)) * dice.uniform(0.5, 1.5), max(left, 1.0))
            await self._visit(dice, url, seconds, self.folder / f"v{number}.ts")

    async def _visit(self, dice, url, seconds, path):
        agent = dice.choice((PLAYER, PLAYER, MEDIA_SERVER))
        options = {"agent": agent, "reset": dice.random() < 0.5}
        match dice.choices(("plain", "old", "length", "slow", "deaf", "head"), (70, 6, 6, 8, 4, 6))[0]:
            case "head":
                await self._ask(url)
                return
            case "old":
                options["version"] = "1.0"
            case "length":
                url, seconds = f"{url}?duration={seconds:.1f}", seconds + TUNE + SILENCE
            case "slow":
                options["rate"], seconds = 20_000, min(seconds, 20.0)
            case "deaf":
                options["rate"] = 1
        self.tunes += 1
        seen = await record(url, path, seconds=seconds, into=Recording(path), **options)
        self.received += seen.received
        await self._judge(url, seen, options)
        if seen.status == 503:
            await asyncio.sleep(dice.uniform(0.5, 2))

    async def _ask(self, url):
        async with aiohttp.ClientSession() as session, session.head(url) as answer:
            if answer.status != 200:
                self._complain(url, f"HEAD answered {answer.status}")

    async def _judge(self, url, seen, options):
        if seen.status == 503:
            self.refused[seen.error] += 1
            if seen.error not in REFUSALS:
                self._complain(url, f"refused with {seen.error}")
            return
        if seen.status not in {0, 200}:
            self._complain(url, f"answered {seen.status}")
        if "rate" in options:  # it may be dropped, and has gaps of its own making
            if options["rate"] == 1:
                return
        elif seen.end == "reset":
            self._complain(url, f"reset after {seen.ended:.1f} s")
        elif seen.longest_gap > SILENCE:
            self._complain(url, f"silent for {seen.longest_gap:.1f} s")
        if seen.end == "closed" and options["agent"] == PLAYER and "duration" not in url:
            self._complain(url, f"closed after {seen.ended:.1f} s")
        if max(seen.answered, seen.ended if not seen.status else 0.0) > TUNE + 5:
            self._complain(url, f"answered after {seen.answered:.1f} s")
        if seen.received > WORTH_JUDGING:
            loop = asyncio.get_running_loop()
            self.judged += 1
            for breach in await loop.run_in_executor(self.judges, breaches, seen.path):
                kept = seen.path.rename(self.folder / f"wrong-{len(self.wrong)}.ts") if seen.path.exists() else ""
                self._complain(url, f"{breach} ({options}, {kept})")

    def _complain(self, url, text):
        self.wrong.append(f"seed {self.seed}, {url} at {time.strftime('%H:%M:%S')}: {text}")


def breaches(path):
    """The rules of a strict stream that a recording breaks, by a packet walk alone."""
    return StreamFacts(walk(path.read_bytes()), *_NOBODY).breaches()


def judges():
    """A process beside this one that walks over packets."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=os.nice, initargs=(5,))


@dataclass(frozen=True)
class Holdings:
    """What a program holds; `megabytes` of resident memory."""

    tuners: int
    sessions: int
    slots: int
    viewers: int
    children: int
    upstreams: int
    tasks: int
    descriptors: int
    megabytes: int

    @property
    def busy(self):
        """What must be nothing when nobody watches."""
        return self.tuners, self.sessions, self.slots, self.viewers, self.children, self.upstreams


async def holdings(server, provider):
    """A look at the program from outside; `provider` counts the connections that it has open there."""
    proc = Path(f"/proc/{server.process.pid}")
    descriptors = len(list((proc / "fd").iterdir()))  # before our own requests, whose sockets stay for a moment
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    figures = {
        sample.name: sample.value
        for family in text_string_to_metric_families((await server.get("/metrics")).data.decode())
        for sample in family.samples
    }
    return Holdings(
        tuners=await server.tuners_in_use(),
        sessions=len((await server.json("/debug/active-streams.json"))["streams"]),
        slots=int(figures["iptv_tunerr_provider_slots_in_use"]),
        viewers=int(figures["iptv_tunerr_viewers"]),
        children=sum(len(path.read_text().split()) for path in proc.glob("task/*/children")),
        upstreams=provider.open_connections(),
        tasks=int(figures["iptv_tunerr_tasks"]),
        descriptors=descriptors,
        megabytes=int(status["VmRSS"].split()[0]) // 1024,
    )


async def quiet(server, provider, like=None):
    """What the program holds once nobody watches and idle connections are closed; fails when it keeps more than that.

    `like`: what it held before; it may have no more tasks and descriptors than that.
    """
    seen = await holdings(server, provider)
    steady_since = time.monotonic()

    async def at_rest():
        nonlocal seen, steady_since
        before, seen = seen, await holdings(server, provider)
        if any(seen.busy) or (before.tasks, before.descriptors) != (seen.tasks, seen.descriptors):
            steady_since = time.monotonic()
            print(seen)
        if like is not None:
            # One fewer is a connection of our own that was being closed when the first count was taken.
            return not any(seen.busy) and seen.tasks <= like.tasks and seen.descriptors <= like.descriptors
        return time.monotonic() - steady_since > IDLE

    try:
        await until(at_rest, deadline=4 * IDLE, every=0.5)
    except AssertionError:
        raise AssertionError(f"not at rest: {seen}, before: {like}") from None
    return seen


async def evening(home, weather, minutes):
    """Everybody zaps while faults come and go."""
    end = time.monotonic() + minutes * 60
    await asyncio.gather(weather.change(end), *(home.zap(number, end) for number in range(VIEWERS)))
