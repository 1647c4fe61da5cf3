import asyncio
import random
import time

import pytest

from tests.tools.clock import ManualClock
from tunerr.errors import UpstreamError
from tunerr.gateway.accounts import Accounts, account_of
from tunerr.model.channel import SourceId, Stream
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.clock import SystemClock


def stream(path, *, source="m3u", host="tv.test"):
    return Stream(url=SecretUrl(f"http://{host}{path}"), source=SourceId(source), zone=Zone.LOOPBACK)


ONE, TWO, THREE = (stream(f"/live/anna/secret/{number}.ts") for number in (1, 2, 3))
KEY = account_of(ONE)


def refusal(status):
    return UpstreamError("No.", reason="status", status=status)


class Rig:
    """Accounts on a clock that stands; `play` holds a lease that plays until `stop`."""

    def __init__(self, **options):
        self.clock = ManualClock()
        self.accounts = Accounts(clock=self.clock, patience=0.05, hurry=0.02, **options)
        self.held = []

    async def play(self, what, *, answers=True):
        context = self.accounts.lease(what)
        lease = await context.__aenter__()
        if answers:
            lease.opened()
        self.held.append(context)
        return lease

    async def stop(self):
        await self.held.pop().__aexit__(None, None, None)

    async def refuse(self, what, status):
        async with self.accounts.lease(what):
            pass
        self.accounts.refused(what, refusal(status))

    async def full(self, what=THREE):
        with pytest.raises(UpstreamError) as refused:
            async with self.accounts.lease(what):
                pass
        return refused.value.reason == "account_full"

    @property
    def facts(self):
        (facts,) = self.accounts.facts
        return facts


# Keys.


def test_the_same_credentials_are_one_account_wherever_the_url_has_them():
    same = [
        "/live/anna/secret/1.ts",
        "/anna/secret/77",
        "/anna/secret/77.m3u8",
        "/movie/anna/secret/5.mkv",
        "/get.php?username=anna&password=secret&id=4",
        "/live/anna/secret/2.ts?token=x",
    ]
    assert len({account_of(stream(path)) for path in same}) == 1
    assert account_of(stream("/1.ts", host="anna:secret@tv.test")) == KEY


def test_other_credentials_hosts_and_sources_are_other_accounts():
    others = [
        ONE,
        stream("/live/anna/other/1.ts"),
        stream("/live/bert/secret/1.ts"),
        stream("/live/anna/secret/1.ts", host="tv2.test"),
        stream("/live/anna/secret/1.ts", source="m3u-2"),
        stream("/news/1.ts"),
    ]
    assert len({account_of(each) for each in others}) == len(others)
    assert account_of(stream("/news/1.ts")) == account_of(stream("/sports/2.ts"))


def test_a_key_tells_nothing_and_unreadable_urls_have_one():
    assert len(KEY) == 16
    assert int(KEY, 16)
    broken = Stream(url=SecretUrl("http://[broken"), source=SourceId("m3u"), zone=Zone.LOOPBACK)
    assert len(account_of(broken)) == 16


# Leases.


async def test_without_a_known_limit_every_lease_is_given_and_counted():
    rig = Rig()
    for _ in range(20):
        await rig.play(ONE)
    assert (rig.facts.open, rig.facts.limit) == (20, None)
    while rig.held:
        await rig.stop()
    assert rig.accounts.facts == ()


async def test_a_given_limit_is_kept():
    rig = Rig(limits={KEY: 1}.get)
    await rig.play(ONE)
    assert not rig.accounts.spare(TWO)
    assert await rig.full()
    assert (rig.facts.open, rig.facts.limit, rig.facts.why) == (1, 1, "given")
    rig.clock.advance(4000)
    assert await rig.full(), "what is given is not tried"
    async with rig.accounts.lease(stream("/live/bert/secret/1.ts")):
        pass
    await rig.stop()
    assert rig.accounts.spare(TWO)


async def test_a_closing_lease_is_waited_for():
    accounts = Accounts(clock=SystemClock(), limits=lambda _: 1, patience=5.0, hurry=0.01)
    leave = asyncio.Event()

    async def hold():
        async with accounts.lease(ONE) as lease:
            lease.opened()
            lease.closing()
            await leave.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(hold())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.1, leave.set)
        began = time.monotonic()
        async with accounts.lease(TWO):
            assert 0.05 < time.monotonic() - began < 3


async def test_one_that_begins_to_close_while_it_is_waited_for():
    accounts = Accounts(clock=SystemClock(), limits=lambda _: 1, patience=5.0, hurry=0.2)

    async def hold():
        async with accounts.lease(ONE) as lease:
            await asyncio.sleep(0.05)
            lease.closing()
            await asyncio.sleep(0.3)

    async with asyncio.TaskGroup() as group:
        group.create_task(hold())
        await asyncio.sleep(0)
        async with accounts.lease(TWO):
            pass


@pytest.mark.parametrize("seed", range(3))
async def test_never_more_than_the_limit_whoever_is_cancelled_when(seed):
    chance = random.Random(seed)
    accounts = Accounts(clock=SystemClock(), limits=lambda _: 3, patience=0.05, hurry=0.02)
    held = 0

    async def use():
        nonlocal held
        try:
            async with accounts.lease(ONE) as lease:
                held += 1
                try:
                    assert held <= 3
                    lease.opened()
                    await asyncio.sleep(chance.random() * 0.01)
                    lease.closing()
                    await asyncio.sleep(chance.random() * 0.01)
                finally:
                    held -= 1
        except UpstreamError:
            pass

    tasks = []
    for _ in range(200):
        tasks.append(asyncio.get_running_loop().create_task(use()))
        if chance.random() < 0.4:
            await asyncio.sleep(chance.random() * 0.003)
        if chance.random() < 0.5:
            chance.choice(tasks).cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert not [result for result in results if isinstance(result, Exception)]
    assert (held, accounts.facts) == (0, ())


# Learned limits.


@pytest.mark.parametrize("status", [458, 509])
async def test_two_refusals_while_ours_play_are_a_limit(status):
    rig = Rig()
    await rig.play(ONE)
    await rig.play(TWO)
    await rig.refuse(THREE, status)
    assert rig.facts.limit is None
    rig.clock.advance(599)
    await rig.refuse(THREE, status)
    assert rig.facts.limit == 2
    assert str(status) in rig.facts.why
    assert await rig.full()
    await rig.stop()
    assert rig.accounts.spare(THREE)


async def test_refusals_too_far_apart_or_with_nothing_of_ours_open_are_none():
    rig = Rig()
    for _ in range(3):
        await rig.refuse(ONE, 458)
        rig.clock.advance(1)
    await rig.play(ONE)
    await rig.refuse(TWO, 458)
    rig.clock.advance(601)
    await rig.refuse(TWO, 458)
    assert rig.facts.limit is None


@pytest.mark.parametrize("status", [429, 404, 503, 401])
async def test_other_statuses_never_mean_a_limit(status):
    rig = Rig()
    await rig.play(ONE)
    for what in (TWO, THREE, TWO, THREE):
        await rig.refuse(what, status)
    rig.accounts.refused(TWO, UpstreamError("Ended.", reason="ended"))
    assert rig.facts.limit is None


@pytest.mark.parametrize("status", [403, 423])
async def test_a_channel_that_is_forbidden_is_no_limit_but_two_are(status):
    rig = Rig()
    await rig.play(ONE)
    for _ in range(4):
        await rig.refuse(TWO, status)
    assert rig.facts.limit is None
    await rig.refuse(THREE, status)
    assert rig.facts.limit == 1


async def test_those_that_are_only_being_opened_do_not_count_as_playing():
    rig = Rig()
    await rig.play(ONE, answers=False)
    await rig.refuse(TWO, 458)
    await rig.refuse(THREE, 458)
    assert rig.facts.limit is None


async def test_one_refusal_that_the_provider_confirms():
    rig = Rig()
    await rig.play(ONE)
    rig.accounts.confirm(KEY, active=1, maximum=1)
    assert rig.facts.limit is None, "nobody was refused"
    await rig.refuse(TWO, 458)
    rig.accounts.confirm(KEY, active=1, maximum=3)
    await rig.refuse(TWO, 458)
    assert rig.facts.limit is None, "the first refusal was explained away"
    rig.accounts.confirm(KEY, active=3, maximum=3)
    assert rig.facts.limit == 1, "others use the account too"


async def test_one_trial_upwards_an_hour_after_ten_minutes():
    rig = Rig()
    await rig.play(ONE)
    await rig.refuse(TWO, 458)
    await rig.refuse(TWO, 458)
    rig.clock.advance(599)
    assert await rig.full()
    rig.clock.advance(1)
    assert not rig.accounts.spare(TWO), "a trial is nothing that is known"
    await rig.refuse(TWO, 458)
    assert rig.facts.limit == 1
    rig.clock.advance(3599)
    assert await rig.full()
    rig.clock.advance(1)
    await rig.play(TWO)
    assert (rig.facts.limit, rig.facts.why) == (2, "2 play at once")
    assert await rig.full()


async def test_a_limit_is_not_lowered_by_one_refusal():
    rig = Rig()
    for what in (ONE, TWO):
        await rig.play(what)
    for _ in range(2):
        await rig.refuse(THREE, 458)
    await rig.stop()
    await rig.refuse(THREE, 458)
    assert rig.facts.limit == 2
    await rig.refuse(THREE, 458)
    assert rig.facts.limit == 1


async def test_what_was_learned_can_be_forgotten_while_streams_go_on():
    rig = Rig()
    for one in (ONE, TWO):
        await rig.play(one)
    for one in (THREE, stream("/live/anna/secret/9.ts")):
        await rig.refuse(one, 458)
    assert rig.facts.limit == 2
    assert await rig.full()
    waiting = asyncio.ensure_future(rig.play(THREE))
    await asyncio.sleep(0)
    assert rig.accounts.forget(KEY) is True
    await waiting
    assert (rig.facts.limit, rig.facts.why, rig.facts.open) == (None, "", 3)
    assert rig.accounts.forget(KEY) is False, "there is nothing left to forget"
    assert rig.accounts.forget("unknown") is False


async def test_a_given_limit_is_not_forgotten():
    rig = Rig(limits=lambda _: 2)
    for one in (ONE, TWO):
        await rig.play(one)
    assert rig.accounts.forget(KEY) is False
    assert await rig.full()


async def test_spare_is_what_is_known():
    rig = Rig()
    assert rig.accounts.spare(ONE), "one stream every account bears"
    await rig.play(ONE)
    assert not rig.accounts.spare(TWO)
    await rig.play(TWO)
    await rig.stop()
    assert rig.accounts.spare(TWO), "two have played at once"


# Release.


async def test_a_provider_that_frees_slots_slowly_is_waited_for():
    rig = Rig()
    await rig.play(ONE)
    await rig.stop()
    rig.clock.advance(1.0)
    await rig.refuse(TWO, 458)
    assert rig.accounts._accounts[KEY].limit.lingers == pytest.approx(0.5)
    rig.clock.advance(0.5)
    await rig.play(TWO)
    assert rig.facts.release_seconds == pytest.approx(1.5)
    await rig.stop()
    assert not rig.accounts.spare(ONE)
    waiting = asyncio.get_running_loop().create_task(rig.play(ONE))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    rig.clock.advance(1.5)
    await asyncio.wait_for(waiting, 3)


async def test_the_last_slot_of_a_slow_provider_is_waited_for_too():
    rig = Rig(limits={KEY: 2}.get)
    await rig.play(ONE)
    await rig.stop()
    rig.clock.advance(0.4)
    await rig.refuse(TWO, 458)
    rig.clock.advance(0.4)
    await rig.play(TWO)
    await rig.play(ONE)
    await rig.stop()
    waiting = asyncio.get_running_loop().create_task(rig.play(ONE))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    rig.clock.advance(1)
    await asyncio.wait_for(waiting, 3)


async def test_a_channel_that_never_opens_teaches_no_release():
    rig = Rig()
    await rig.play(ONE)
    await rig.stop()
    rig.clock.advance(1.0)
    await rig.refuse(TWO, 403)
    rig.clock.advance(1.0)
    await rig.play(ONE)
    assert rig.facts.release_seconds == 0


async def test_a_release_is_never_waited_for_longer_than_ten_seconds():
    rig = Rig()
    await rig.play(ONE)
    await rig.stop()
    rig.clock.advance(9.5)
    await rig.refuse(ONE, 509)
    rig.clock.advance(1.0)
    await rig.refuse(ONE, 509)
    await rig.play(ONE)
    assert rig.facts.release_seconds == 10


async def test_memory_is_bounded():
    rig = Rig()
    await rig.play(ONE)
    for number in range(1500):
        async with rig.accounts.lease(stream("/1.ts", host=f"host{number}.test")):
            pass
    assert len(rig.accounts._accounts) == 1000
    assert rig.facts.open == 1


async def test_an_account_is_full_when_it_plays_all_that_it_is_known_to_bear():
    rig = Rig(limits=lambda _: 2)
    assert not rig.accounts.full(KEY)
    await rig.play(ONE)
    assert not rig.accounts.full(KEY)
    await rig.play(TWO)
    assert rig.accounts.full(KEY)
    await rig.stop()
    assert not rig.accounts.full(KEY)
    unknown = Rig()
    await unknown.play(ONE)
    assert not unknown.accounts.full(KEY), "nobody knows what it bears"
