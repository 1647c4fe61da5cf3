"""Every quirk of a panel over real HTTP, through the refresher, the worker and SQLite."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
import pytest_asyncio

from tests.tools.panel_world import panel_source, panel_world
from tests.tools.server import free_port
from tunerr.lab.panel import Live, Quirk, XtreamPanel
from tunerr.model.status import SourceState

NAMES = ["DE: Das Erste HD", "DE: ZDF", "DE: Deutschlandfunk", "UK: BBC One", "UK: BBC Two", "UK: Film4", "UK: Dave"]
LIVE = ["player_api.php", "get_live_categories", "get_live_streams"]


@pytest.fixture
async def world(tmp_path):
    async with panel_world(tmp_path / "data") as found:
        yield found


@pytest.fixture
async def panel():
    async with XtreamPanel(limit=2) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def well(tmp_path_factory):
    """A world and a panel that has been read, with the status then; one for many tests."""
    async with panel_world(tmp_path_factory.mktemp("well") / "data") as world, XtreamPanel() as panel:
        yield world, panel, await world.refresh(panel_source(panel.base_url))


def asked(panel):
    return [question.action for question in panel.questions]


async def test_a_healthy_panel(world, panel):
    status = await world.refresh(panel_source(panel.base_url))
    assert (status.state, status.entries, status.channels) == (SourceState.OK, 8, 7)
    assert status.message == "7 channels: 7 added."
    assert asked(panel) == LIVE
    channels = await world.channels()
    assert [channel.name for channel in channels] == NAMES
    first = channels[0]
    assert (first.tvg_id, first.group, first.wanted_number) == ("daserste.de", "Germany", None)
    assert [stream.url.reveal() for stream in first.streams] == [
        f"{panel.base_url}/live/lab/secret/{number}.ts" for number in (101, 102)
    ]
    assert channels[2].radio


async def test_the_account_is_kept_and_told(world, panel):
    await world.refresh(panel_source(panel.base_url))
    (account,) = await world.accounts.all()
    assert world.heard == [account]
    assert (account.source, account.status, account.max_connections) == ("xtream", "active", 2)
    assert account.expires == datetime(2030, 12, 31, tzinfo=UTC)
    assert account.asked_at == world.clock.now()


SHAPES = [
    Quirk.AUTH_STRING,
    Quirk.EXP_NULL,
    Quirk.EXP_ISO,
    Quirk.MAX_CONNECTIONS_NULL,
    Quirk.MAX_CONNECTIONS_NUMBER,
    Quirk.FORMATS_OBJECT,
    Quirk.FORMATS_NULL,
    Quirk.IDS_AS_STRINGS,
    Quirk.CATEGORY_INT,
    Quirk.CATEGORY_NULL,
    Quirk.CONTROL_CHARACTERS,
    Quirk.EMPTY_LIST_FOR_OBJECT,
    Quirk.OBJECT_FOR_LIST,
    Quirk.BASE64_EPG,
    Quirk.NO_GET_PHP,
    Quirk.TOKEN_REDIRECT,
    Quirk.ETAG,
]


@pytest.mark.parametrize("quirk", SHAPES)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_only_odd_changes_nothing(well, quirk):
    world, panel, _ = well
    before = len(asked(panel))
    panel.quirks.clear()
    panel.quirks.add(quirk)
    status = await world.refresh(panel_source(panel.base_url))
    assert (status.state, status.message, status.channels) == (SourceState.OK, "Nothing changed.", 7)
    assert world.heard[-1].max_connections == (None if quirk is Quirk.MAX_CONNECTIONS_NULL else 1)
    assert asked(panel)[before:] == LIVE


async def test_all_oddities_at_once(world, panel):
    panel.quirks.update(SHAPES)
    status = await world.refresh(panel_source(panel.base_url))
    assert (status.state, status.channels) == (SourceState.OK, 7), status
    channels = await world.channels()
    assert [channel.name for channel in channels] == NAMES
    assert [channel.group for channel in channels[:3]] == ["Germany", "Germany", "Radio"]


async def test_without_guide_ids_the_names_tell_channels_apart(world, panel):
    panel.quirks.add(Quirk.EPG_ID_NULL)
    assert (await world.refresh(panel_source(panel.base_url))).channels == 7
    assert (await world.channels())[0].tvg_id == ""


@pytest.mark.parametrize(
    ("quirk", "words"),
    [
        (Quirk.HTML_200, "web page"),
        (Quirk.EMPTY_BODY, "empty"),
        (Quirk.CUT_JSON, "ends in the middle"),
        (Quirk.SERVER_ERROR_500, "500"),
    ],
)
async def test_a_broken_player_api_is_replaced_by_the_playlist(world, panel, quirk, words):
    panel.quirks.add(quirk)
    status = await world.refresh(panel_source(panel.base_url))
    assert (status.state, status.channels) == (SourceState.OK, 7)
    assert "From get.php, because player_api failed:" in status.message
    assert words in status.message
    assert asked(panel)[-1] == "get.php"
    panel.quirks.clear()
    healed = await world.refresh(panel_source(panel.base_url))
    assert (healed.state, healed.message) == (SourceState.OK, "Nothing changed.")


@pytest.mark.parametrize(
    ("quirks", "words", "questions"),
    [
        ({Quirk.WRONG_CREDENTIALS}, "refuses the user name or the password", LIVE[:1]),
        ({Quirk.TEXT_REFUSAL}, "refuses the user name or the password", LIVE[:1]),
        ({Quirk.EXPIRED}, "expired on 2024-03-15", LIVE[:1]),
        ({Quirk.BANNED}, "has banned this account", LIVE[:1]),
        ({Quirk.DISABLED}, "has disabled this account", LIVE[:1]),
        ({Quirk.RATE_LIMITED_429}, "429", LIVE[:1]),
        ({Quirk.CLOUDFLARE_PAGE}, "Cloudflare", ["player_api.php", "get.php"]),
        ({Quirk.EMPTY_STREAMS}, "lists no live channels", [*LIVE, "get.php"]),
        ({Quirk.HTML_200, Quirk.NO_GET_PHP}, "web page", ["player_api.php", "get.php"]),
        ({Quirk.EMPTY_BODY, Quirk.NO_GET_PHP}, "empty", ["player_api.php", "get.php"]),
        ({Quirk.CUT_JSON, Quirk.NO_GET_PHP}, "ends in the middle", [*LIVE, "get.php"]),
        ({Quirk.SERVER_ERROR_500, Quirk.NO_GET_PHP}, "500", ["player_api.php", "get.php"]),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else None,
)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_is_said_and_the_last_good_catalog_stays(well, quirks, words, questions):
    world, panel, good = well
    before = len(asked(panel))
    panel.quirks.clear()
    panel.quirks.update(quirks)
    status = await world.refresh(panel_source(panel.base_url))
    assert status.state is SourceState.FAILED
    assert words in status.message
    assert status.hint
    assert asked(panel)[before:] == questions
    assert (status.channels, status.succeeded_at) == (7, good.succeeded_at)
    assert [channel.name for channel in await world.channels()] == NAMES


@pytest.mark.asyncio(loop_scope="module")
async def test_after_all_of_that_it_is_well_again(well):
    world, panel, _ = well
    panel.quirks.clear()
    assert (await world.refresh(panel_source(panel.base_url))).state is SourceState.OK


async def test_the_source_s_headers_go_with_every_question(world, panel):
    await world.refresh(panel_source(panel.base_url, headers=[("User-Agent", "VLC/3.0.21")]))
    assert {question.agent for question in panel.questions} == {"VLC/3.0.21"}


async def test_an_expired_account_is_kept_with_its_date(world, panel):
    panel.quirks.add(Quirk.EXPIRED)
    await world.refresh(panel_source(panel.base_url))
    (account,) = await world.accounts.all()
    assert (account.status, account.expires) == ("expired", datetime(2024, 3, 15, tzinfo=UTC))


async def test_a_slow_panel_runs_into_the_time_out_of_its_source(world, panel):
    panel.quirks.add(Quirk.SLOW)
    status = await world.refresh(panel_source(panel.base_url, timeout=0.2))
    assert status.state is SourceState.FAILED
    assert "0.2 s" in status.message


@pytest.mark.parametrize("quirks", [set(), {Quirk.ETAG}])
async def test_an_unchanged_answer_starts_no_job(world, panel, quirks, monkeypatch):
    panel.quirks.update(quirks)
    source = panel_source(panel.base_url)
    await world.refresh(source)
    jobs = []
    run = world.refresher._worker.run

    async def counted(job, *rest):
        jobs.append(job)
        return await run(job, *rest)

    monkeypatch.setattr(world.refresher._worker, "run", counted)
    status = await world.refresh(source)
    assert (status.state, status.message, jobs) == (SourceState.OK, "Nothing changed.", [])
    panel.content.live[0] = Live(101, "DE: Das Erste HD", "Deutschland", "daserste.de")
    status = await world.refresh(source)
    assert "in another group" in status.message
    assert (await world.channels())[0].group == "Deutschland"
    assert len(jobs) == 1


async def test_a_sudden_loss_is_refused(world, panel):
    source = panel_source(panel.base_url)
    await world.refresh(source)
    del panel.content.live[2:]
    status = await world.refresh(source)
    assert (status.state, status.channels) == (SourceState.REFUSED, 7)
    assert len(await world.channels()) == 7
    status = await world.refresh(source, accept_shrink=True)
    assert (status.state, status.channels) == (SourceState.OK, 1)


async def test_each_host_is_tried_until_one_answers(world, panel):
    async with XtreamPanel(quirks={Quirk.HTML_200, Quirk.NO_GET_PHP}) as ill:
        dead = f"http://127.0.0.1:{free_port()}"
        status = await world.refresh(panel_source(dead, ill.base_url, panel.base_url))
        assert (status.state, status.channels) == (SourceState.OK, 7)
        assert (asked(ill), asked(panel)) == (["player_api.php"], LIVE)
        urls = [stream.url.reveal() for stream in (await world.channels())[1].streams]
        assert urls == [f"{host}/live/lab/secret/103.ts" for host in (dead, ill.base_url, panel.base_url)]
        ill.quirks.clear()
        status = await world.refresh(panel_source(dead, ill.base_url, panel.base_url))
        assert (asked(ill)[1:], status.message) == (LIVE, "Nothing changed.")
        ill.quirks.update({Quirk.HTML_200, Quirk.NO_GET_PHP})
        panel.quirks.add(Quirk.SERVER_ERROR_500)
        panel.quirks.add(Quirk.NO_GET_PHP)
        status = await world.refresh(panel_source(dead, ill.base_url, panel.base_url))
        assert status.state is SourceState.FAILED
        assert "None of the 3 hosts gave the list." in status.message
        panel.quirks.add(Quirk.EXPIRED)
        panel.quirks.discard(Quirk.SERVER_ERROR_500)
        status = await world.refresh(panel_source(dead, ill.base_url, panel.base_url))
        assert status.message == "The subscription expired on 2024-03-15."


async def test_questions_are_asked_one_after_another_with_pauses(tmp_path, panel):
    async with panel_world(tmp_path / "slow", pause=0.3) as world:
        await world.refresh(panel_source(panel.base_url))
    times = [question.at for question in panel.questions]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.3


@pytest.mark.parametrize("quirks", [set(), {Quirk.EPG_ID_NULL}, {Quirk.IDS_AS_STRINGS, Quirk.CATEGORY_INT}])
async def test_player_api_after_get_php_moves_no_channel(world, panel, quirks):
    panel.quirks.update(quirks)
    await world.refresh(panel_source(panel.base_url, plain=True))
    before = await world.channels()
    assert asked(panel) == ["get.php"]
    status = await world.refresh(panel_source(panel.base_url))
    assert asked(panel)[1:] == LIVE
    assert status.state is SourceState.OK
    assert "added" not in status.message
    after = await world.channels()
    assert [(one.id, one.name, one.group, one.tvg_id) for one in after] == [
        (one.id, one.name, one.group, one.tvg_id) for one in before
    ]
