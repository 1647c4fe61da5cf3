from datetime import UTC, datetime

from tunerr.model.channel import Channel, ChannelId, Lineup, LineupChannel, SourceId, Stream
from tunerr.model.guide import ChannelHealth, GuideHealth, GuideLink
from tunerr.model.numbers import GuideNumber
from tunerr.model.url import SecretUrl, Zone
from tunerr.views.channel_report import channel_dna, channel_leaderboard, channel_report

AT = datetime(2026, 1, 1, tzinfo=UTC)


def row(number, name, *streams, tvg="", wanted=True):
    found = tuple(
        Stream(SecretUrl(f"http://{source}/live/user/pa55/1.ts"), SourceId(source), Zone.INTERNET, name=label)
        for source, label in streams
    )
    chosen = GuideNumber(number)
    channel = Channel(ChannelId(f"dna-{number}"), name, tvg, wanted_number=chosen if wanted else None, streams=found)
    return LineupChannel(chosen, channel)


LINEUP = Lineup(
    "v1",
    AT,
    (
        row(1, "Best", ("a", "Best HD"), ("b", "Best"), tvg="best.uk"),
        row(2, "Fair", ("a", "Fair")),
        row(3, "Worst", wanted=False),
    ),
)
LINK = GuideLink(SourceId("xmltv"), "best.uk", "id", "the same id")
HEALTH = GuideHealth(
    "e1",
    "v1",
    AT,
    (
        ChannelHealth(ChannelId("dna-1"), "1", "Best", "best.uk", "healthy", (LINK,), 9, 9),
        ChannelHealth(ChannelId("dna-2"), "2", "Fair", "", "unlinked"),
    ),
)


def test_scores_and_tiers():
    rows = channel_report(LINEUP, HEALTH)["channels"]
    assert [
        (one["guide_name"], one["guide_confidence"], one["stream_resilience"], one["score"], one["tier"])
        for one in rows
    ] == [("Best", 50, 50, 100, "excellent"), ("Fair", 10, 30, 40, "poor"), ("Worst", 0, 10, 10, "poor")]


def test_fields_of_a_row():
    best, fair, _ = channel_report(LINEUP, HEALTH)["channels"]
    assert (best["channel_id"], best["dna_id"], best["guide_number"], best["tvg_id"]) == (
        "dna-1", "dna-1", "1", "best.uk",
    )  # fmt: skip
    assert (best["stream_url_count"], best["backup_stream_count"]) == (2, 1)
    assert (best["epg_linked"], best["epg_match_method"], best["epg_match_reason"]) == (True, "id", "the same id")
    assert (best["risks"], best["next_actions"]) == ([], [])
    assert fair["risks"] == ["not linked to a guide", "no tvg-id", "no backup stream", "no real programmes"]
    assert any("epg-doctor" in action for action in fair["next_actions"])
    assert "linked to a guide" in best["strengths"]
    assert fair["backup_stream_count"] == 0


def test_no_secret_is_shown():
    assert "pa55" not in str(channel_report(LINEUP, HEALTH))
    assert "pa55" not in str(channel_dna(LINEUP))


def test_figures():
    found = channel_report(LINEUP, HEALTH)["summary"]
    assert found["top_opportunities"][0]["channels"] == 2
    assert {name: found[name] for name in found if name != "top_opportunities"} == {
        "total_channels": 3,
        "epg_linked_channels": 1,
        "missing_tvg_id": 2,
        "no_backup_streams": 2,
        "average_score": 50,
        "tier_counts": {"excellent": 1, "poor": 2},
        "epg_match_summary": {"methods": {"id": 1}, "unmatched": 2},
    }


def test_without_a_guide_nothing_is_linked():
    assert channel_report(LINEUP, None)["summary"]["epg_linked_channels"] == 0
    assert channel_report(Lineup("", AT, ()), None)["summary"]["average_score"] == 0


def test_leaderboard():
    found = channel_leaderboard(LINEUP, HEALTH, limit=2)
    names = {name: [one["guide_name"] for one in rows] for name, rows in found.items() if name != "total_channels"}
    assert names == {
        "hall_of_fame": ["Best", "Fair"],
        "hall_of_shame": ["Worst", "Fair"],
        "guide_risks": ["Worst", "Fair"],
        "stream_risks": ["Worst", "Fair"],
    }


def test_identities_with_what_was_recognised_as_them():
    found = channel_dna(LINEUP)
    assert found["summary"] == {
        "total_channels": 3,
        "with_several_streams": 1,
        "with_several_sources": 1,
        "with_several_names": 1,
    }
    assert found["channels"][0] == {
        "dna_id": "dna-1",
        "guide_number": "1",
        "guide_name": "Best",
        "tvg_id": "best.uk",
        "names": ["Best", "Best HD"],
        "sources": ["a", "b"],
        "stream_count": 2,
    }
