from types import SimpleNamespace

import pytest

from tunerr.app import addresses
from tunerr.app.addresses import client_addresses, deck_url, tuner_url
from tunerr.config.sections import DeckSettings, ServerSettings, Settings
from tunerr.config.values import ListenAddress


def core(host, *, allow_lan=True, **more):
    server = ServerSettings(addr=ListenAddress(host, 5004), **more)
    return SimpleNamespace(settings=Settings(server=server, deck=DeckSettings(allow_lan=allow_lan)))


@pytest.fixture(autouse=True)
def in_a_lan(monkeypatch):
    monkeypatch.setattr(addresses, "lan_address", lambda: "192.168.1.10")


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


def asked(host):
    return SimpleNamespace(host=host)


@pytest.mark.parametrize(
    ("host", "tuner"),
    [
        ("192.168.1.7:48879", "http://192.168.1.7:5004"),
        ("tv.example", "http://tv.example:5004"),
        ("[fd00::5]:48879", "http://[fd00::5]:5004"),
        ("127.0.0.1:48879", "http://192.168.1.10:5004"),
        ("localhost:48879", "http://192.168.1.10:5004"),
        ("[::1]:48879", "http://192.168.1.10:5004"),
    ],
)
def test_what_to_paste_is_under_the_name_that_the_operator_came_by(host, tuner):
    """Unless that name is of use on this machine alone."""
    urls = client_addresses(core(""), asked(host))
    assert (urls.tuner, urls.guide) == (tuner, f"{tuner}/guide.xml")


def test_what_to_paste_is_what_was_set():
    assert client_addresses(core("", base_url="https://tv.example"), asked("192.168.1.7")).tuner == "https://tv.example"
