import pytest

from tests.unit.lineup.rules.channels import kept, made, reasons, row
from tunerr.lineup.rules.free import closed, without_supplements
from tunerr.model.channel import SourceId, Stream
from tunerr.model.url import SecretUrl, Zone

PUBLIC = {"free": ["free"], "free_guide_id": False}


def public(name, key=None, **more):
    return row(name, key, source="free", **more)


def into(rows, **more):
    return {one.channel.id: one.into for one in made(rows, **more).decisions if one.into}


def test_without_free_sources_nothing_is_asked():
    rows = [row("CNN", group="XXX"), row("[closed] Old")]
    assert made(rows).stages == ()
    assert kept(rows) == ["CNN", "[closed] Old"]


@pytest.mark.parametrize(("mode", "ids"), [("supplement", ["p", "new"]), ("merge", ["p", "new"]), ("full", None)])
def test_the_modes(mode, ids):
    rows = [row("CNN HD", "p"), public("CNN", "f"), public("New", "new")]
    assert kept(rows, free_mode=mode, **PUBLIC) == (ids or ["p", "f", "new"])
    assert into(rows, free_mode=mode, **PUBLIC) == ({"f": "p"} if mode == "merge" else {})
    if ids:
        why = reasons(rows, free_mode=mode, **PUBLIC)["f"]
        assert why == "left out: free source, the paid list has this channel: 'CNN HD' (p)"


@pytest.mark.parametrize(
    ("paid", "free", "same"),
    [
        (("CNN", "cnn.us"), ("Cable News", "CNN.us"), True),
        (("CNN", "cnn.us"), ("CNN", "cnn.uk"), False),
        (("CNN", ""), ("CNN", "cnn.uk"), True),
        (("", ""), ("", ""), False),
    ],
)
def test_what_is_the_same(paid, free, same):
    rows = [row(paid[0], "p", tvg=paid[1]), public(free[0], "f", tvg=free[1])]
    assert kept(rows, **PUBLIC) == (["p"] if same else ["p", "f"])


def test_filters_look_at_free_channels_alone():
    rows = [
        row("Paid XXX", "p"),
        public("Blue", "word", group="Adult", tvg="a"),
        public("Adult Swim", "swim", tvg="b"),
        public("Old (Closed)", "closed", tvg="c"),
        public("No guide", "none"),
        public("Good", "good", tvg="d"),
    ]
    assert kept(rows, free=["free"]) == ["p", "swim", "good"]
    assert {key: why for key, why in reasons(rows, free=["free"]).items() if why.startswith("left out")} == {
        "word": "left out: free source, for adults: 'adult' is in its name or group",
        "closed": "left out: free source, its name says that it is closed: (Closed)",
        "none": "left out: free source, it has no tvg-id",
    }
    everything = {"free_guide_id": False, "free_drop_adult": False, "free_drop_closed": False}
    assert len(kept(rows, free=["free"], **everything)) == len(rows)


def test_what_you_put_in_passes():
    rows = [row("CNN", "p"), public("CNN", "f")]
    assert kept(rows, overrides={"f": {"enabled": True}}, **PUBLIC) == ["p", "f"]


def test_free_channels_alone_are_never_all_left_out():
    found = made([public("A"), public("B")], free=["free"])
    assert found.kept == 2
    assert "it would leave nothing" in found.stages[0].note


@pytest.mark.parametrize(("name", "mark"), [("A [OFFLINE]", "[OFFLINE]"), ("A (off-air)", "(off-air)"), ("Closed", "")])
def test_marks_of_closed_channels(name, mark):
    assert closed(name) == mark


def test_streams_of_free_sources_stay_only_where_there_are_no_others():
    paid, free = (Stream(SecretUrl(f"http://{name}/1"), SourceId(name), Zone.INTERNET) for name in ("paid", "free"))
    assert without_supplements((free, paid), ["free"]) == (paid,)
    assert without_supplements((free,), ["free"]) == (free,)
    assert without_supplements((free, paid), []) == (free, paid)
