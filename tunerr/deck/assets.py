"""The deck's stylesheet, scripts and pictures: read once at start, served from memory, kept by browsers for good."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import hdrs, web

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# The address holds a digest of the content, so what was fetched by it never changes: a year, as RFC 9111 suggests.
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same by gzip where that is smaller, its media type, and its ETag."""

    body: bytes
    zipped: bytes | None
    type: str
    etag: str


class Assets:
    """A closed list of files under one digest; no path of a client ever reaches a file.

    Names: `deck.css` (all of css/*.css, joined in the order of their names), `js/<name>.js`, `icon.svg`, and
    `vendor/<name>` for the libraries that the build fetched from npm. Where those are missing, pages work plainly.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        """Reads all files at once: make it at start. `folder` stands for the package's own in tests."""
        found = dict(sorted(_read(folder or files("tunerr.deck").joinpath("assets"))))
        self._assets = {name: _asset(name, body) for name, body in found.items()}
        whole = hashlib.sha256()
        for name, asset in self._assets.items():
            whole.update(f"{name}\0{asset.etag}\0".encode())
        self.digest = whole.hexdigest()[:16]

    def has(self, name: str) -> bool:
        """Whether there is such a file: ask before the URL of a vendor's."""
        return name in self._assets

    def url(self, name: str) -> str:
        """Path of a file below the root of the deck; KeyError when there is none."""
        if name not in self._assets:
            raise KeyError(name)
        return f"/assets/{self.digest}/{name}"

    def routes(self) -> list[web.RouteDef]:
        """GET and HEAD of every file by digest and name."""
        return [web.get("/assets/{digest}/{name:.+}", self._answer)]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        asset = self._assets.get(name)
        if asset is None:
            raise web.HTTPNotFound
        if request.match_info["digest"] != self.digest:
            # A page from before an update asks for its files. Relative, so that a proxy's sub-path stays.
            raise web.HTTPFound("../" * (name.count("/") + 1) + f"{self.digest}/{name}")
        headers = {hdrs.CACHE_CONTROL: _FOREVER, hdrs.VARY: hdrs.ACCEPT_ENCODING, hdrs.ETAG: f'"{asset.etag}"'}
        if any(known.value in {asset.etag, "*"} for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        body = asset.body
        if asset.zipped is not None and _takes_gzip(request):
            body = asset.zipped
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=body, content_type=asset.type, charset="utf-8", headers=headers)


def _read(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    sheets = sorted(_kind(folder, "css", ".css"))
    yield "deck.css", b"\n".join(body for _, body in sheets)
    yield from _kind(folder, "js", ".js")
    yield "icon.svg", folder.joinpath("icon.svg").read_bytes()
    yield from _kind(folder, "vendor", ".js", ".css")


def _kind(folder: Traversable, below: str, *suffixes: str) -> Iterator[tuple[str, bytes]]:
    inside = folder.joinpath(below)
    for file in inside.iterdir() if inside.is_dir() else ():
        if file.is_file() and file.name.endswith(suffixes):
            yield f"{below}/{file.name}", file.read_bytes()


def _asset(name: str, body: bytes) -> Asset:
    zipped = gzip.compress(body, mtime=0)
    return Asset(
        body=body,
        zipped=zipped if len(zipped) < len(body) else None,
        type=_TYPES[name[name.rindex(".") :]],
        etag=hashlib.sha256(body).hexdigest()[:16],
    )


def _takes_gzip(request: web.Request) -> bool:
    """Whether Accept-Encoding offers gzip with any weight but 0."""
    for offer in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
