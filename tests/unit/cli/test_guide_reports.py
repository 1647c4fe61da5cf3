import asyncio
import json

import pytest

from tests.unit.cli.test_control import folder, server  # noqa: F401 - a fixture, and a control socket
from tunerr.cli.main import dispatch

HEALTH = {
    "summary": {
        "total": 2,
        "statuses": {"healthy": 1, "unlinked": 1},
        "top_actions": [{"action": "Link it.", "channels": 1}],
    },
    "channels": [
        {"guide_number": "2", "guide_name": "Two", "status": "unlinked", "actions": ["Link it."], "epg_linked": False},
        {"guide_number": "1", "guide_name": "One", "status": "healthy", "actions": [], "epg_linked": True},
    ],
}
DOCTOR = {
    "verdict": "1 of 2 channels have a good guide.",
    "problems": [
        {
            "severity": "warning",
            "what": "2 Two\x1b[31m is in no guide.",
            "why": "It shows nothing.",
            "next_step": "Accept an id.",
            "commands": ["iptv-tunerr guide accept '2' 'two.uk'"],
        }
    ],
    "name_to_xmltv_id": {"Two": "two.uk"},
}


async def said(place, answer, *arguments):
    """What a command asks the server for."""
    async with server(place / "tunerr.sock", 200, {"data": answer}) as seen:
        code = await asyncio.to_thread(dispatch, [*arguments, "-data-dir", str(place)])
    assert code == 0
    (question,) = seen
    return question


async def test_the_guides_in_force_are_judged(folder, capsys):  # noqa: F811 - the fixture
    assert await said(folder, HEALTH, "guide-health", "-catalog", "c.json", "-guide", "g.xml") == ("guide-health", {})
    out = capsys.readouterr().out
    assert "1 channels: Link it." in out
    assert "healthy 1, unlinked 1" in out
    assert out.index("Two") < out.index("One")


async def test_a_document_and_aliases_are_named_to_the_server(folder, tmp_path):  # noqa: F811
    (tmp_path / "a.json").write_text('{"name_to_xmltv_id": {"BBC One HD": "bbc1.uk"}}')
    asked = await said(folder, HEALTH, "guide-health", "-xmltv", "g.xml", "-aliases", "a.json")
    # The test runs in tmp_path; the server has another working directory.
    assert asked == ("guide-health", {"xmltv": str(tmp_path / "g.xml"), "aliases": {"bbcone": "bbc1.uk"}})
    asked = await said(folder, HEALTH, "guide-health", "-xmltv", "https://guide.example/g.xml")
    assert asked == ("guide-health", {"xmltv": "https://guide.example/g.xml"})
    asked = await said(folder, HEALTH, "guide-health", "-xmltv", "file:/srv/g.xml")
    assert asked == ("guide-health", {"xmltv": "file:/srv/g.xml"})


async def test_reports_are_written(folder, tmp_path, capsys):  # noqa: F811
    files = ("-out", "all.json", "-unmatched-out", "lost.json")
    assert await said(folder, HEALTH, "epg-link-report", *files) == ("guide-links", {})
    assert json.loads((tmp_path / "all.json").read_text()) == HEALTH
    assert [row["guide_name"] for row in json.loads((tmp_path / "lost.json").read_text())] == ["Two"]
    capsys.readouterr()
    await said(folder, HEALTH, "epg-link-report", "--json")
    assert json.loads(capsys.readouterr().out) == HEALTH


async def test_the_doctor_says_what_why_and_what_next(folder, tmp_path, capsys):  # noqa: F811
    (tmp_path / "aliases.json").write_text('{"name_to_xmltv_id": {"Mine": "mine.uk"}}')
    assert await said(folder, DOCTOR, "epg-doctor", "-write-aliases", "aliases.json") == ("guide-doctor", {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == DOCTOR["verdict"]
    assert "1. 2 Two [31m is in no guide." in lines
    assert "   Why it matters: It shows nothing." in lines
    assert "     iptv-tunerr guide accept '2' 'two.uk'" in lines
    known = json.loads((tmp_path / "aliases.json").read_text())["name_to_xmltv_id"]
    assert set(known.values()) == {"mine.uk", "two.uk"}


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["guide", "accept", "5.1", "bbc1.uk"], ("guide-accept", {"channel": "5.1", "guide_id": "bbc1.uk"})),
        (["guide", "refuse", "BBC One", "x"], ("guide-refuse", {"channel": "BBC One", "guide_id": "x"})),
        (["guide", "unlink", "5.1"], ("guide-unlink", {"channel": "5.1"})),
        (["guide", "search", "bbc", "-limit", "3"], ("guide-search", {"text": "bbc", "limit": 3})),
    ],
)
async def test_acts(folder, arguments, asked):  # noqa: F811
    assert await said(folder, "Done.", *arguments) == asked


async def test_leaderboard_and_reports(folder, capsys):  # noqa: F811
    row = {"guide_number": "1", "guide_name": "One", "score": 90, "tier": "excellent", "risks": ["no backup stream"]}
    row |= {"guide_confidence": 50, "stream_resilience": 40}
    lists = {name: [row] for name in ("hall_of_fame", "hall_of_shame", "guide_risks", "stream_risks")}
    assert await said(folder, lists, "channel-leaderboard", "-limit", "1") == ("channel-leaderboard", {"limit": 1})
    assert capsys.readouterr().out.count("no backup stream") == 4
    told = {"summary": {"total_channels": 1}, "channels": [row]}
    assert (await said(folder, told, "channel-report"))[0] == "channel-report"
    assert (await said(folder, told, "channel-dna-report"))[0] == "channel-dna"


def test_what_can_not_be_read_or_written(folder, tmp_path, capsys):  # noqa: F811
    place = ["-data-dir", str(folder)]
    assert dispatch(["guide-health", "-aliases", "none.json", *place]) == 1
    assert "none.json can't be read" in capsys.readouterr().err
    (tmp_path / "bad.json").write_text("[]")
    assert dispatch(["epg-doctor", "-aliases", "bad.json", *place]) == 1
    assert dispatch(["channel-report", *place]) == 1
    assert "No server is running" in capsys.readouterr().err
    assert dispatch(["guide-health", "-limit", "3", *place]) == 2
