from dataclasses import replace

from structlog.testing import capture_logs

from tests.tools.clock import ManualClock
from tunerr.lineup.override_document import define_override
from tunerr.lineup.overrides import ChannelOverrides, overridden
from tunerr.model.channel import Channel, ChannelId, GuideWish
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server

A = Channel(ChannelId("dna-a"), "A", tvg_id="a.uk", group="G", logo="http://logo/a", wanted_number=GuideNumber(3))


def test_only_what_was_said_is_changed():
    assert overridden(A, ChannelOverride(enabled=True, number=GuideNumber(9), name="")) == A
    changed = overridden(A, ChannelOverride(name="Ä", logo="http://l/b", group="H"))
    assert changed == Channel(A.id, "Ä", "a.uk", "H", "http://l/b", GuideNumber(3))


def test_a_wish_for_the_guide_leaves_the_providers_id():
    wish = ChannelOverride(guide_id="b.uk", guide_refused=("c.uk",), guide_shift="+1")
    assert overridden(A, wish) == replace(A, guide=GuideWish("b.uk", ("c.uk",), "+1"))
    assert overridden(A, wish).tvg_id == "a.uk"


async def test_unreadable_documents_are_passed_over_with_a_warning(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    choices = Choices(state=state, clock=ManualClock())
    good = define_override("dna-a", {"number": "5.1", "streams": ["0f3a5b7c9d1e"]}).json_text()
    rows = {"dna-a": good, "dna-b": '{"number": "none"}', "dna-c": "[", "dna-d": '{"later": 1}', "dna-e": "{}"}
    await choices.put(
        [("channel", key, text) for key, text in rows.items()] + [("source", "m3u", "x")], who="t", act="t", subject=""
    )
    with capture_logs() as logs:
        found = await ChannelOverrides(choices).all()
    assert found == {
        "dna-a": ChannelOverride(number=GuideNumber(5, 1), streams=("0f3a5b7c9d1e",)),
        "dna-e": ChannelOverride(),
    }
    warned = [(row["channel"], row["fields"]) for row in logs if row["log_level"] == "warning"]
    assert warned == [("dna-b", ["number"]), ("dna-c", []), ("dna-d", ["later"])]
    await state.close()
