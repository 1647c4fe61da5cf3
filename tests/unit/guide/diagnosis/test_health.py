from datetime import UTC, datetime

import pytest

from tunerr.guide.diagnosis import health_file
from tunerr.guide.diagnosis.health import acceptance, actions_of, health_report, status_of, summary, worst_first
from tunerr.model.channel import ChannelId, SourceId
from tunerr.model.guide import ChannelHealth, GuideHealth, GuideLink

LINK = GuideLink(SourceId("xmltv"), "One.uk", "id", "the same id")


def row(number, status, *links, **more):
    return ChannelHealth(ChannelId(f"dna-{number}"), number, f"Channel {number}", "", status, links, **more)


@pytest.mark.parametrize(
    ("matched", "rows", "real", "least", "status"),
    [
        (True, 9, 2, 2, "healthy"),
        (False, 9, 2, 2, "good"),
        (True, 9, 1, 2, "sparse"),
        (False, 1, 1, 2, "sparse"),
        (True, 9, 0, 2, "placeholder_only"),
        (False, 9, 0, 2, "placeholder_only"),
        (True, 0, 0, 2, "matched_no_programmes"),
        (False, 0, 0, 2, "unlinked"),
        (True, 9, 1, 1, "healthy"),
        (True, 9, 0, 0, "placeholder_only"),
        (True, 9, 1, 0, "healthy"),
    ],
)
def test_classes(matched, rows, real, least, status):
    assert status_of(matched=matched, rows=rows, real=real, least=least) == status


def test_the_worst_come_first_then_by_number():
    rows = [row("10", "healthy"), row("9.2", "sparse"), row("9.10", "sparse"), row("9", "sparse"), row("2", "unlinked")]
    assert [one.number for one in worst_first(rows)] == ["2", "9", "9.2", "9.10", "10"]


def test_figures():
    rows = [
        row("1", "healthy", LINK, programmes=9, real=8),
        row("2", "placeholder_only", LINK, programmes=3),
        row("3", "matched_no_programmes", LINK),
        row("4", "unlinked", placeholders=42),
        row("5", "unlinked"),
    ]
    found = summary(rows)
    assert found.pop("top_actions")[0]["channels"] == 2
    assert found == {
        "total": 5,
        "matched": 3,
        "unmatched": 2,
        "with_programmes": 2,
        "with_real": 1,
        "placeholder_only": 1,
        "no_programme": 3,
        "statuses": {"healthy": 1, "placeholder_only": 1, "matched_no_programmes": 1, "unlinked": 2},
        "match_methods": {"id": 3},
    }


def test_fields_of_a_row():
    made = GuideHealth(
        "e1",
        "v1",
        datetime(2026, 1, 1, tzinfo=UTC),
        (row("1", "healthy", LINK, programmes=9, real=8, first=3600, last=7200), row("2", "placeholder_only", LINK)),
    )
    found = health_report(made)
    assert (found["generated_at"], found["source_ready"]) == ("2026-01-01T00:00:00+00:00", True)
    worst, best = found["channels"]
    assert worst["placeholder_only"]
    assert worst["actions"][-1] == "`iptv-tunerr guide refuse '2' 'One.uk'`"
    assert best == {
        "channel_id": "dna-1",
        "guide_number": "1",
        "guide_name": "Channel 1",
        "tvg_id": "",
        "epg_linked": True,
        "guide_id": "One.uk",
        "guide_source": "xmltv",
        "match_method": "id",
        "match_reason": "the same id",
        "programme_count": 9,
        "real_programme_count": 8,
        "placeholder_only": False,
        "has_programmes": True,
        "has_real_programmes": True,
        "first_start": "1970-01-01T01:00:00+00:00",
        "last_stop": "1970-01-01T02:00:00+00:00",
        "status": "healthy",
        "actions": [],
    }


def test_every_ill_channel_has_an_action():
    assert all(actions_of(row("1", status)) for status in ("unlinked", "matched_no_programmes", "sparse"))
    assert actions_of(row("1", "healthy")) == actions_of(row("1", "good")) == ()


def test_commands_are_quoted_for_the_shell():
    assert acceptance("7", "O'Neil $(id)") == "iptv-tunerr guide accept '7' 'O'\"'\"'Neil $(id)'"


class TestFile:
    MADE = GuideHealth(
        "e1",
        "v1",
        datetime(2026, 1, 1, tzinfo=UTC),
        (row("5.1", "healthy", LINK, programmes=3, real=2, placeholders=1, first=5, last=6), row("7", "unlinked")),
    )

    def test_what_is_written_is_read(self, tmp_path):
        folder = tmp_path / "guide"
        assert health_file.read(folder) is None
        health_file.write(folder, self.MADE)
        health_file.write(folder, self.MADE)
        found = health_file.read(folder)
        assert found == self.MADE
        assert found.by_id["dna-5.1"].links == (LINK,)
        assert [path.name for path in folder.iterdir()] == ["health.json"]
        assert (folder / "health.json").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1}'])
    def test_what_another_version_wrote_is_nothing(self, tmp_path, text):
        (tmp_path / "health.json").write_text(text)
        assert health_file.read(tmp_path) is None

    def test_another_format_is_nothing(self, tmp_path):
        health_file.write(tmp_path, self.MADE)
        file = tmp_path / "health.json"
        file.write_text(file.read_text().replace('"format":1', '"format":2'))
        assert health_file.read(tmp_path) is None
