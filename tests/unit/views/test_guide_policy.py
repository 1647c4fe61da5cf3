from datetime import UTC, datetime

from tunerr.lineup.plan import Change, Decision, Difference, StageSummary, Summary
from tunerr.model.channel import ChannelId
from tunerr.model.guide import ChannelHealth, GuideHealth
from tunerr.views.guide_policy import policy_view

AT = datetime(2026, 1, 1, tzinfo=UTC)
NONE = Change(count=0)


def health(*statuses, tvg="x"):
    rows = (ChannelHealth(ChannelId(f"dna-{n}"), str(n), f"C{n}", tvg, one) for n, one in enumerate(statuses))
    return GuideHealth("e", "v", AT, tuple(rows))


def summary(*stages, kept=2):
    same = Difference(added=NONE, removed=NONE, moved=NONE)
    return Summary(made_at=0, channels=9, raw=9, kept=kept, stages=stages, difference=same)


def dropped(name, reason):
    return Decision(ChannelId(name), name, "", "m3u", False, "guide-policy", f"left out: {reason}", 1, None, None)


def test_kept_and_dropped_by_reason():
    found = policy_view(
        policy="healthy",
        summary=summary(StageSummary(stage="guide-policy", summary="guide policy healthy", left_out=3)),
        dropped=[dropped("a", "its guide is sparse"), dropped("b", "its guide is sparse"), dropped("c", "no")],
        health=health("healthy", "good"),
    )
    assert (found["policy"], found["source_ready"], found["note"]) == ("healthy", True, "")
    assert (found["kept"], found["dropped"]) == (2, 3)
    assert found["kept_by_status"] == {"healthy": 1, "good": 1}
    assert found["dropped_by_reason"] == {"its guide is sparse": 2, "no": 1}
    assert found["dropped_channels"][0] == {"channel_id": "a", "guide_name": "a", "reason": "its guide is sparse"}
    assert found["would"] is None


def test_a_guide_that_is_not_ready():
    waits = StageSummary(stage="guide-policy", summary="Guide policy", left_out=0, note="no guide health yet")
    found = policy_view(policy="strict", summary=summary(waits), dropped=[], health=health("healthy"))
    assert (found["source_ready"], found["note"], found["dropped"]) == (False, "no guide health yet", 0)
    found = policy_view(policy="strict", summary=None, dropped=[], health=None)
    assert (found["source_ready"], found["kept"]) == (False, 0)
    assert "isn't ready" in found["note"]


def test_what_another_policy_would_do():
    known = health("healthy", "sparse", "placeholder_only", "unlinked")
    found = policy_view(policy="off", summary=summary(kept=4), dropped=[], health=known, asked="drop_placeholders")
    assert (found["would"]["kept"], found["would"]["dropped"]) == (3, 1)
    found = policy_view(policy="off", summary=summary(kept=4), dropped=[], health=known, asked="healthy")
    assert found["would"]["dropped_by_reason"] == {
        "its guide says next to nothing": 1,
        "its guide has nothing but placeholders": 1,
        "no guide has it": 1,
    }
    found = policy_view(policy="off", summary=summary(), dropped=[], health=health("healthy", tvg=""), asked="strict")
    assert found["would"]["dropped_by_reason"] == {"it has no tvg-id": 1}
