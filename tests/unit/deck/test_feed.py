"""What follows a view: shared, sent on change only, ended with the last reader."""

import asyncio

import pytest

from tests.tools.until import until
from tunerr.deck import feed
from tunerr.deck.feed import Feeds, TooManyReaders
from tunerr.errors import NotReady
from tunerr.support.tasks import Supervisor


@pytest.fixture
async def tasks(monkeypatch):
    monkeypatch.setattr(feed, "_EVERY_S", 0.01)
    supervisor = Supervisor()
    yield supervisor
    await supervisor.aclose()


class View:
    """A value that changes when the test says so, and how often it was looked at and rendered."""

    def __init__(self):
        self.value, self.looks, self.renders, self.failing = "first", 0, 0, False

    async def look(self):
        self.looks += 1
        if self.failing:
            raise NotReady("not now")
        return self.value

    async def render(self, view):
        self.renders += 1
        return f"<p>{view}</p>"


async def test_readers_of_the_same_share_one_look_and_hear_of_changes_only(tasks):
    feeds, view = Feeds(tasks), View()
    async with feeds.followed("home", view.look, view.render) as one:
        assert await one.after(0) == 1
        async with feeds.followed("home", view.look, view.render) as other:
            assert other is one
            await until(lambda: view.looks > 5, what="looks")
            assert (one.version, view.renders, one.text) == (1, 1, "<p>first</p>")
            view.value = "second"
            assert await other.after(1) == 2
            assert one.text == "<p>second</p>"
        view.value = "third"
        assert await one.after(2) == 3
    await until(lambda: not tasks.names, what="the end of the look")


async def test_while_a_view_cannot_be_had_the_last_one_stays(tasks):
    feeds, view = Feeds(tasks), View()
    async with feeds.followed("home", view.look, view.render) as one:
        await one.after(0)
        view.failing = True
        seen = view.looks
        await until(lambda: view.looks > seen + 3, what="looks that fail")
        assert one.text == "<p>first</p>"
        view.failing, view.value = False, "again"
        assert await one.after(1) == 2


async def test_different_pages_have_feeds_of_their_own_and_there_are_only_so_many_readers(tasks, monkeypatch):
    monkeypatch.setattr(feed, "_MOST_READERS", 2)
    feeds, view = Feeds(tasks), View()
    async with (
        feeds.followed("home", view.look, view.render) as one,
        feeds.followed("live", view.look, view.render) as other,
    ):
        assert one is not other
        with pytest.raises(TooManyReaders):
            async with feeds.followed("live", view.look, view.render):
                pass
    async with feeds.followed("home", view.look, view.render) as again:
        assert again is not one
        await asyncio.wait_for(again.after(0), 5)
