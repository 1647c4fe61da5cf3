import re

from tunerr.lab.demo.channels import CHANNELS
from tunerr.lab.demo.playlist import render_playlist


def test_each_channel_has_an_id_a_number_a_group_and_a_url():
    text = render_playlist("http://127.0.0.1:1234")
    assert text.startswith('#EXTM3U url-tvg="http://127.0.0.1:1234/guide.xml"')
    entries = re.findall(r'tvg-id="([^"]+)" tvg-chno="(\d+)".* group-title="[^"]+".*,(.+)\n(http\S+)', text)
    assert [(number, name) for _, number, name, _ in entries] == [
        ("1", "Tunerr One"),
        ("2", "Tunerr Classic"),
        ("3", "Tunerr Science"),
        ("4", "Tunerr Vault"),
        ("5", "Tunerr Nature"),
        ("6", "Tunerr Radio"),
    ]
    assert [url for *_, url in entries] == [f"http://127.0.0.1:1234{channel.path}" for channel in CHANNELS]
    assert len({tvg_id for tvg_id, *_ in entries}) == 6


def test_only_the_radio_is_radio():
    text = render_playlist("http://127.0.0.1:1234")
    assert [line.rpartition(",")[2] for line in text.splitlines() if 'radio="true"' in line] == ["Tunerr Radio"]
