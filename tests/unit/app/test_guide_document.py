import pytest
from aiohttp import web

from tests.tools.world import serving
from tunerr.app.guide_document import GivenDocuments
from tunerr.config.guide import GuideSettings
from tunerr.errors import ActionRefused, FetchError
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.model.url import SecretUrl
from tunerr.storage.folder import open_folder
from tunerr.support.http import HttpClients

OWN = Source(SourceId("xmltv"), "guide", SecretUrl("/etc/own.xml"), 10)


@pytest.fixture
async def given(tmp_path):
    clients = HttpClients(user_agent="Tunerr/test")

    def made(**settings):
        return GivenDocuments(
            folder=open_folder(tmp_path / "data"),
            clients=clients,
            settings=GuideSettings.model_validate(settings),
            sources=lambda: [OWN],
        )

    yield made
    await clients.aclose()


def left(tmp_path):
    return list((tmp_path / "data" / "spool").iterdir())


async def read(documents, text):
    async with documents.fetched(text) as path:
        return path.read_bytes()


async def test_a_file_is_brought_here_and_goes_again(given, tmp_path):
    file = tmp_path / "g.xml"
    file.write_text("<tv/>")
    assert await read(given(), str(file)) == b"<tv/>"
    assert await read(given(), file.as_uri()) == b"<tv/>"
    assert left(tmp_path) == []
    with pytest.raises(FetchError):
        await read(given(), str(tmp_path / "missing.xml"))
    assert left(tmp_path) == []


async def test_a_url(given, tmp_path):
    async def answer(_):
        return web.Response(body=b"<tv/>")

    async with serving(answer) as port:
        assert await read(given(), f"http://127.0.0.1:{port}/g.xml") == b"<tv/>"
    assert left(tmp_path) == []


async def test_folders_that_may_be_asked_about(given, tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "g.xml").write_text("<tv/>")
    (inside / "link.xml").symlink_to(outside / "g.xml")
    documents = given(input_roots=(inside,))
    assert await read(documents, str(inside / "g.xml")) == b"<tv/>"
    for path in (outside / "g.xml", inside / ".." / "out" / "g.xml", inside / "link.xml"):
        with pytest.raises(ActionRefused) as caught:
            await read(documents, str(path))
        assert "IPTV_TUNERR_GUIDE_INPUT_ROOTS" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("http://127.0.0.1:9/guides/", True),
        ("http://127.0.0.1:9/guides/a.xml?x=1", True),
        ("http://127.0.0.1:9/guides-of-others/a.xml", False),
        ("http://127.0.0.1:9/guides/../private.xml", False),
        ("http://127.0.0.1:9/guides/%2E%2e/private.xml", False),
        ("http://127.0.0.1:9@other.example/guides/a.xml", False),
        ("https://127.0.0.1:9/guides/a.xml", False),
    ],
)
async def test_addresses_that_may_be_asked_about(given, url, is_allowed):
    documents = given(input_urls=(SecretUrl("http://127.0.0.1:9/guides/"),))
    # Nobody listens there: what is allowed fails otherwise.
    with pytest.raises(FetchError if is_allowed else ActionRefused):
        await read(documents, url)


async def test_the_guides_in_force_always_may(given, tmp_path):
    documents = given(input_roots=(tmp_path,), input_urls=(SecretUrl("http://h/"),))
    with pytest.raises(FetchError):
        await read(documents, "/etc/own.xml")
