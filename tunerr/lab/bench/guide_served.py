"""How fast the rendered guide is served, beside the same files from nginx."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Any

from tunerr.guide.making import edition
from tunerr.lab.bench.contenders import NGINX, PRODUCT, file_server
from tunerr.lab.bench.process import Cores, running, told
from tunerr.lab.bench.report import Figure, ratios

_TIMES_NGINX, _UNCHANGED_MS = 2.0, 2.0  # performance.md, "Targets"
_DOWNLOADS = 5
_QUESTIONS = 500
_SECONDS = 120.0
_PACKED = "Accept-Encoding: gzip"


async def figures(guide_dir: Path, folder: Path, pairs: int, cores: Cores) -> list[Figure]:
    """Download the current edition in `guide_dir` in turn from us and from nginx, and ask whether it is new."""
    made = edition.read(guide_dir)
    if made is None:
        raise RuntimeError("there is no edition")
    argv = [sys.executable, "-m", "tunerr.lab.bench.guide_site", str(guide_dir)]
    async with running(argv, name="the guide's site", talks=True, core=cores.relay) as site:
        port = int((await told(site, "listening"))["port"])
        found = await _unchanged(port)
        for path, field in ((made.xml, ""), (made.gz, _PACKED)):
            ours, theirs = [], []
            for pair in range(pairs):
                ours.append(median((await _got(port, "/guide.xml", _DOWNLOADS, field))["took"]))
                if shutil.which(NGINX):
                    async with file_server(folder / f"nginx-{path.name}-{pair}", path.parent, cores) as other:
                        theirs.append(median((await _got(other, f"/{path.name}", _DOWNLOADS))["took"]))
            case = f"{path.name}, {path.stat().st_size / 1e6:.0f} MB"
            found += [
                Figure(case, NGINX, "download", tuple(theirs), "ms"),
                Figure(case, PRODUCT, "download", tuple(ours), "ms"),
                Figure(case, PRODUCT, "download of nginx's", ratios(ours, theirs), "x", _TIMES_NGINX),
            ]
    return found


async def _unchanged(port: int) -> list[Figure]:
    known = (await _got(port, "/guide.xml", 1))["etag"]
    answers = await _got(port, "/guide.xml", _QUESTIONS, f"If-None-Match: {known}")
    if answers["status"] != 304:  # noqa: PLR2004 - Not Modified
        raise RuntimeError(f"the guide that did not change answers {answers['status']}")
    took = sorted(answers["took"])
    return [
        Figure("guide.xml, 304", PRODUCT, "answer", tuple(took), "ms", _UNCHANGED_MS),
        Figure("guide.xml, 304", PRODUCT, "answer p99", (took[len(took) * 99 // 100],), "ms"),
    ]


async def _got(port: int, path: str, times: int, *fields: str) -> dict[str, Any]:
    given = [str(port), path, str(times), *filter(None, fields)]
    async with running([sys.executable, "-m", "tunerr.lab.bench.getter", *given], name="getter", talks=True) as child:
        return await told(child, "got", _SECONDS)
