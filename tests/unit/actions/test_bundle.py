import io
import os
import zipfile
from datetime import UTC, datetime

import orjson

from tunerr.actions.bundle import LARGEST_BYTES, make_bundle, secrets_of
from tunerr.model.channel import SourceId
from tunerr.model.source import Access, Panel, Source
from tunerr.model.url import SecretUrl

NOW = datetime(2026, 11, 22, 14, 2, 11, tzinfo=UTC)
SECRETS = (
    "panel-user", "panel.pass+word", "query-t0ken", "b4sic-user", "b4sic-pass", "h3ader value", "pr0xy-pass",
    "xm1tv-key",
)  # fmt: skip
SOURCES = (
    Source(
        SourceId("xtream"), "playlist", SecretUrl("http://panel/get.php"), 1.0,
        panel=Panel((SecretUrl("http://panel"),), SECRETS[0], SECRETS[1]),
    ),
    Source(SourceId("m3u"), "playlist", SecretUrl(f"http://{SECRETS[3]}:{SECRETS[4]}@h/x.m3u?token={SECRETS[2]}"), 1.0),
    Source(
        SourceId("xmltv"), "guide", SecretUrl(f"http://h/guide.xml?key={SECRETS[7]}"), 1.0,
        access=Access((("X-Token", SECRETS[5]),), SecretUrl(f"http://me:{SECRETS[6]}@proxy:3128")),
    ),
)  # fmt: skip


def files(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.removeprefix("iptv-tunerr/"): archive.read(name) for name in archive.namelist()}


def made(parts, **options):
    return files(make_bundle(parts, version="1.2.3", now=NOW, **options))


def test_a_bundle_lists_its_files():
    found = made({"runtime.json": {"a": NOW}, "log.jsonl": "one\ntwo"})
    info = orjson.loads(found["bundle-info.json"])
    assert (info["version"], info["generated_at"]) == ("1.2.3", "2026-11-22T14:02:11+00:00")
    assert [one["name"] for one in info["files"]] == ["runtime.json", "log.jsonl"]
    assert found["log.jsonl"] == b"one\ntwo"
    assert orjson.loads(found["runtime.json"]) == {"a": "2026-11-22T14:02:11+00:00"}


def test_no_secret_of_any_source_leaves_wherever_a_part_has_it():
    secrets = secrets_of(SOURCES)
    assert secrets >= set(SECRETS)
    told = "\n".join(f"the provider said: {secret}, and again '{secret}'." for secret in SECRETS)
    url = f"http://panel/live/{SECRETS[0]}/{SECRETS[1]}/7.ts"
    found = made({"log.jsonl": told, "attempts.json": {"url": url, "list": list(SECRETS)}}, secrets=secrets)
    for name, data in found.items():
        assert not [secret for secret in SECRETS if secret.encode() in data], name
    assert b"the provider said: \xe2\x80\xa6, and again" in found["log.jsonl"]


def test_a_secret_that_is_a_word_spoils_no_other_word():
    found = made({"a.txt": "latest test tests test"}, secrets=["test", "x", ""])
    assert found["a.txt"].decode() == "latest … tests …"


def test_what_is_too_long_is_cut_to_its_end():
    noise = os.urandom(3 << 20).hex()
    parts = {f"{number}.txt": noise[number:] + "end" for number in range(8)}
    data = make_bundle(parts, version="1", now=NOW)
    assert len(data) <= LARGEST_BYTES
    found = files(data)
    assert all(found[name].endswith(b"end") and len(found[name]) <= 4 << 20 for name in parts)
    assert orjson.loads(found["bundle-info.json"])["files"][0]["cut"] is True
