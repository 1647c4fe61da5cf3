"""curl: documents, heads, streams."""

import pytest

from tests.tools.clients import client, run, version
from tests.tools.household import TS

DOCUMENTS = (
    "/discover.json", "/lineup.json", "/lineup.xml", "/lineup.m3u", "/lineup_status.json", "/status.json",
    "/device.xml", "/live.m3u", "/guide.xml", "/guide.xml.gz", "/metrics", "/healthz",
)  # fmt: skip
SECONDS = 3


@pytest.mark.client("curl", "reads every document with GET and HEAD")
async def test_curl_reads_the_documents(house, saw):
    curl = client("curl")
    read = 0
    for path in DOCUMENTS:
        for method in ((), ("--head",)):
            answer = await run(
                curl,
                "-sS",
                "--compressed",
                "-m",
                "20",
                *method,
                "-w",
                "\n%{http_code} %{size_download}",
                house.base + path,
            )
            status, size = answer.out.splitlines()[-1].split()
            assert (answer.status, status) == (0, "200"), (path, method, answer)
            read += int(size)
    saw(await version(curl, "--version"), f"{len(DOCUMENTS)} documents, 200 each time, {read:,} bytes")


@pytest.mark.client("curl", "takes a stream for 3 s as HTTP/1.1 with a range, and as HTTP/1.0")
async def test_curl_takes_a_stream(house, urls, saw, tmp_path):
    curl = client("curl")
    sizes = []
    for how in (("--range", "0-"), ("--http1.0",)):
        saved = tmp_path / "out.ts"
        answer = await run(
            curl, "-sS", "-m", str(SECONDS + 20), *how, "-D", "-", "-o", saved, f"{urls[TS]}?duration={SECONDS}"
        )
        assert answer.status == 0, answer
        head = answer.out.lower()
        assert " 200 " in head.splitlines()[0]
        assert not {"transfer-encoding", "content-range"} & {line.partition(":")[0] for line in head.splitlines()}
        body = saved.read_bytes()
        assert len(body) % 188 == 0
        assert set(body[::188]) == {0x47}
        sizes.append(len(body) // 188)
    freed = await house.idle()
    saw(
        await version(curl, "--version"),
        f"200, whole packets ({sizes[0]:,} and {sizes[1]:,}), tuner free after {freed:.1f} s",
    )
