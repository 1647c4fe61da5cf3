"""The guide's policy, diagnosis and repair in the real program."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.tools.operator import asked, attempt, command, lineup
from tests.tools.until import until

NAMES = ("Alpha", "Hollow", "Lonely")


def rows(channel, count, title=None):
    """Hourly programmes from an hour ago."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    times = [(first + timedelta(hours=n), first + timedelta(hours=n + 1)) for n in range(count)]
    return "".join(
        f'<programme channel="{channel}" start="{start:%Y%m%d%H%M%S} +0000" stop="{stop:%Y%m%d%H%M%S} +0000">'
        f"<title>{title or f'Film {n}'}</title></programme>"
        for n, (start, stop) in enumerate(times)
    )


def xmltv(*programmes, channels=("alpha.test", "hollow.test")):
    listed = "".join(
        f'<channel id="{one}"><display-name>{one.split(".")[0].title()}</display-name></channel>' for one in channels
    )
    return f"<tv>{listed}{''.join(programmes)}</tv>"


@pytest.fixture
def home(provider):
    """A playlist of three channels and a guide: one is in it, one has nothing but its name, one is missing."""
    url = provider.playlist(*NAMES)
    provider.publish("/guide.xml", xmltv(rows("alpha.test", 60), rows("hollow.test", 60, "Hollow")))
    return {"IPTV_TUNERR_M3U_URL": url, "IPTV_TUNERR_XMLTV_URL": provider.base + "/guide.xml"}


async def test_the_policy_holds_across_refreshes_and_restarts(boot, provider, home):
    env = {**home, "IPTV_TUNERR_GUIDE_POLICY": "drop_placeholders"}
    server = await boot(env=env)
    for _ in range(2):
        await asked(server, "refresh")
        assert [*await lineup(server)] == ["Alpha", "Lonely"]
    why = await asked(server, "channel-why", channel="Hollow")
    assert why["reason"] == "left out: its guide has nothing but placeholders"
    assert server.stop() == 0

    again = await boot(env=env)
    assert [*await lineup(again)] == ["Alpha", "Lonely"]
    # A guide that has something to say brings the channel back.
    provider.publish("/guide.xml", xmltv(rows("alpha.test", 60), rows("hollow.test", 60)))
    await asked(again, "refresh")
    assert [*await lineup(again)] == ["Alpha", "Hollow", "Lonely"]


async def test_nothing_is_dropped_while_the_guide_is_not_ready(boot, provider, home):
    provider.publish("/guide.xml", b"gone", status=500)
    server = await boot(env={**home, "IPTV_TUNERR_GUIDE_POLICY": "healthy"})
    assert [*await lineup(server)] == [*NAMES]


async def test_doctor_and_repair(boot, home, tmp_path):
    server = await boot(env=home)
    await asked(server, "refresh")
    assert await statuses(server) == {"Alpha": "healthy", "Hollow": "placeholder_only", "Lonely": "unlinked"}
    assert "nothing but the channel's name" in await command(server, "epg-doctor")

    said = await command(server, "guide", "accept", "Lonely", "alpha.test")
    assert said.strip() == "Lonely is linked to alpha.test."
    await until_is(server, "Lonely", "healthy")
    await asked(server, "guide-unlink", channel="Lonely")
    await until_is(server, "Lonely", "unlinked")
    await asked(server, "undo")
    await until_is(server, "Lonely", "healthy")
    assert [row["guide_id"] for row in await asked(server, "guide-search", text="alph")] == ["alpha.test"]

    other = tmp_path / "other.xml"
    other.write_text(xmltv(rows("hollow.test", 5), channels=("hollow.test",)))
    found = await statuses(server, xmltv=str(other))
    assert found == {"Alpha": "unlinked", "Hollow": "healthy", "Lonely": "unlinked"}
    assert (await statuses(server))["Hollow"] == "placeholder_only", "nothing is stored"
    assert not list((server.folder / "spool").iterdir())
    code, said = await attempt(server, "guide-health", "-xmltv", str(tmp_path / "missing.xml"))
    assert code == 1
    assert "missing.xml" in said


async def statuses(server, **given):
    return {row["guide_name"]: row["status"] for row in (await asked(server, "guide-health", **given))["channels"]}


async def until_is(server, name, wanted):
    async def reached():
        return (await statuses(server))[name] == wanted

    await until(reached, what=f"{name} is {wanted}")
