import pytest

from tunerr.errors import ActionRefused
from tunerr.lineup.override_document import define_override
from tunerr.model.override import ChannelOverride


def test_a_wish_for_the_guide_is_read_and_kept():
    document = {"guide_id": " bbc1.uk ", "guide_refused": ["BBC1.Scotland.uk"], "guide_shift": " Europe/Berlin "}
    defined = define_override("dna-a", document)
    assert defined.override() == ChannelOverride(
        guide_id="bbc1.uk", guide_refused=("bbc1.scotland.uk",), guide_shift="Europe/Berlin"
    )
    assert define_override("dna-a", defined.document()) == defined


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"guide_shift": "Berlin"}, "guide_shift: 'Berlin' is neither hours such as +1 or -2.5"),
        ({"guide_shift": "25"}, "guide_shift: '25' is neither hours"),
        ({"guide_refused": [""]}, "guide_refused: it is empty"),
        ({"guide_refused": "x"}, "guide_refused: "),
        ({"guide_shfit": "+1"}, "guide_shfit: there is no such field; the nearest is guide_shift."),
    ],
)
def test_nonsense_is_refused_with_an_example(document, said):
    with pytest.raises(ActionRefused) as caught:
        define_override("dna-a", document)
    assert said in str(caught.value)
