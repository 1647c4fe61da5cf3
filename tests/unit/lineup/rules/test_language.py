import pytest

from tests.unit.lineup.rules.channels import row
from tunerr.lineup.rules.candidate import candidates
from tunerr.lineup.rules.language import language_of

CASES = [
    (row("FR: TF1"), "fr"),
    (row("|DE| Das Erste"), "de"),
    (row("[ES] La 1"), "es"),
    (row("IT - Rai 1"), "it"),
    (row("CA: RDI (FR)"), "fr"),
    (row("TV5", group="Canada French"), "fr"),
    (row("CNN en Español"), "es"),
    (row("قناة الجزيرة"), "ar"),
    (row("Σίγμα"), "el"),
    (row("TV 2", tvg="TV2.dk"), "da"),
    (row("TV 2", tvg="TV2.no@HD"), "no"),
    (row("Rete 4", country="it"), "it"),
    (row("CNN", tvg="CNN.us"), "en"),
    (row("Mystery"), "en"),
    (row("AR: MBC 1"), "ar"),
    (row("EN: France 24"), "en"),
    (row("France 24 English"), "en"),
    (row("France 24"), "fr"),
    (row("XX: Nowhere", tvg="n.pl"), "pl"),
    (row("IT Crowd"), "en"),  # no mark: a word of two letters
    (row("US: Univision", group="Latino"), "en"),  # a mark wins over a word
    (row("TV5", group="|FR| Général"), "fr"),
]


@pytest.mark.parametrize(("given", "language"), CASES, ids=[f"{one.name} {one.group} {one.tvg_id}" for one, _ in CASES])
def test_language(given, language):
    (channel,) = candidates([given], {})
    assert language_of(channel)[0] == language
