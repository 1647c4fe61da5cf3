"""The deck's files over a real connection."""

import gzip
import json
import re
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tunerr.deck.assets import Assets

ROOT = Path(__file__).parents[3] / "tunerr" / "deck" / "assets"


@pytest.fixture
def folder(tmp_path):
    for name, text in {
        "css/20-b.css": "b {}", "css/00-a.css": "a { color: red }\n" * 50, "css/note.txt": "no sheet",
        "js/deck.js": "export const one = 1;\n" * 50, "icon.svg": "<svg/>", "package.json": "{}",
        ".dev/axe.min.js": "dev", "vendor/htmx.min.js": "var htmx", "vendor/licenses/htmx.org.txt": "0BSD",
    }.items():  # fmt: skip
        file = tmp_path / "assets" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "secret.js").write_text("secret")
    return tmp_path / "assets"


async def ask(assets, *paths, **headers):
    application = web.Application()
    application.add_routes(assets.routes())
    answers = []
    async with (
        TestServer(application) as server,
        aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as session,
    ):
        for path in paths:
            url = f"http://{server.host}:{server.port}{path}"
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                answer.body = await answer.read()
                answers.append(answer)
    return answers


async def test_every_file_has_an_address_that_browsers_keep_for_good(folder):
    assets = Assets(folder)
    assert assets.url("js/deck.js") == f"/assets/{assets.digest}/js/deck.js"
    names = ("deck.css", "js/deck.js", "icon.svg", "vendor/htmx.min.js")
    answers = await ask(assets, *map(assets.url, names))
    assert [answer.status for answer in answers] == [200] * 4
    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=31536000, immutable"}
    assert [answer.content_type for answer in answers] == [
        "text/css", "text/javascript", "image/svg+xml", "text/javascript",
    ]  # fmt: skip
    css = answers[0].body.decode()
    assert css.index("a {") < css.index("b {}"), "the sheets' order is that of their names"
    assert "no sheet" not in css


async def test_gzip_goes_to_those_who_take_it_and_only_where_it_is_smaller(folder):
    assets = Assets(folder)
    large, small = assets.url("js/deck.js"), assets.url("icon.svg")
    plain = (await ask(assets, large))[0]
    assert "Content-Encoding" not in plain.headers
    zipped, too_small = await ask(assets, large, small, **{"Accept-Encoding": "br, gzip;q=0.8"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(zipped.body) == plain.body
    assert len(zipped.body) < len(plain.body)
    assert "Content-Encoding" not in too_small.headers
    refused = (await ask(assets, large, **{"Accept-Encoding": "gzip;q=0, identity"}))[0]
    assert refused.body == plain.body


async def test_what_is_known_already_is_not_sent_again(folder):
    assets = Assets(folder)
    url = assets.url("deck.css")
    first = (await ask(assets, url))[0]
    again = (await ask(assets, url, **{"If-None-Match": first.headers["ETag"]}))[0]
    assert (again.status, again.body) == (304, b"")
    other = (await ask(assets, url, **{"If-None-Match": '"other"'}))[0]
    assert other.status == 200


async def test_the_digest_follows_the_content_and_old_addresses_lead_to_the_new(folder):
    before = Assets(folder)
    assert Assets(folder).digest == before.digest
    (folder / "js" / "deck.js").write_text("changed")
    after = Assets(folder)
    assert after.digest != before.digest
    deep, flat = await ask(after, before.url("js/deck.js"), before.url("icon.svg"))
    assert (deep.status, deep.headers["Location"]) == (302, f"../../{after.digest}/js/deck.js")
    assert (flat.status, flat.headers["Location"]) == (302, f"../{after.digest}/icon.svg")
    assert "immutable" not in deep.headers.get("Cache-Control", "")


async def test_nothing_else_is_there(folder):
    assets = Assets(folder)
    root = f"/assets/{assets.digest}"
    invented = (
        "js/none.js", "package.json", ".dev/axe.min.js", "vendor/licenses/htmx.org.txt", "css/00-a.css", "js/",
        "../secret.js", "%2e%2e/secret.js", "js/%2e%2e/%2e%2e/%2e%2e/secret.js", "..%2fsecret.js", "//etc/passwd",
        "js/deck.js%00.css",
    )  # fmt: skip
    answers = await ask(assets, *(f"{root}/{name}" for name in invented))
    assert [answer.status for answer in answers] == [404] * len(invented)
    assert not any(b"secret" in answer.body for answer in answers)


def test_a_name_that_is_not_there_is_a_mistake_and_a_missing_library_a_question(folder):
    assets = Assets(folder)
    assert assets.has("vendor/htmx.min.js")
    assert not assets.has("vendor/uPlot.min.css")
    with pytest.raises(KeyError):
        assets.url("js/none.js")


def test_without_a_vendor_the_own_files_are_there():
    assets = Assets()
    assert assets.has("deck.css")
    assert assets.has("icon.svg")
    assert assets.has("js/player.js")


def test_the_lock_names_exact_versions_with_digests_and_no_registry():
    lock = (ROOT / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert not re.search(r"https?:", lock)
    packages = {name: fields for name, fields in json.loads(lock)["packages"].items() if name}
    assert all(fields["integrity"].startswith("sha512-") for fields in packages.values())
    wanted = json.loads((ROOT / "package.json").read_text())
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), (name, version)
        assert packages[f"node_modules/{name}"]["version"] == version
