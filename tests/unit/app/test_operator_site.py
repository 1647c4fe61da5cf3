from types import SimpleNamespace

import pytest

from tunerr.app import operator_site
from tunerr.app.operator_site import deck_url, tuner_url
from tunerr.config.sections import DeckSettings, ServerSettings, Settings
from tunerr.config.values import ListenAddress


def core(host, *, allow_lan=True, **more):
    server = ServerSettings(addr=ListenAddress(host, 5004), **more)
    return SimpleNamespace(settings=Settings(server=server, deck=DeckSettings(allow_lan=allow_lan)))


@pytest.fixture(autouse=True)
def in_a_lan(monkeypatch):
    monkeypatch.setattr(operator_site, "lan_address", lambda: "192.168.1.10")


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::"])
def test_a_server_that_listens_everywhere_is_named_by_its_lan_address(host):
    assert tuner_url(core(host)) == "http://192.168.1.10:5004"
    assert deck_url(core(host)) == "http://192.168.1.10:48879/"


def test_a_host_that_was_chosen_is_kept():
    assert tuner_url(core("fd00::5")) == "http://[fd00::5]:5004"
    assert tuner_url(core("tv.example")) == "http://tv.example:5004"
    assert tuner_url(core("", base_url="https://tv.example")) == "https://tv.example"


def test_a_deck_for_this_machine_alone_is_named_by_loopback():
    assert deck_url(core("", allow_lan=False)) == "http://127.0.0.1:48879/"
