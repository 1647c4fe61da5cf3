"""The build hook with a stand-in for npm; the real one runs with every installation and in scripts/clean-machine."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def hook(monkeypatch):
    """scripts/build_assets.py as a module; `fetched` are the calls of npm."""
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "scripts" / "build_assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.fetched = []

    def npm(*arguments, folder):
        module.fetched.append(arguments)
        assert (folder / "package-lock.json").is_file()
        assert (folder / ".npmrc").is_file()
        wanted = (module.VENDOR,) if "--omit=dev" in arguments else (module.VENDOR, module.DEV)
        for file in [
            *(file for each in wanted for file in each.files),
            *(f"{package}/LICENSE" for each in wanted for package in each.packages),
        ]:
            (folder / "node_modules" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "node_modules" / file).write_text(file)

    monkeypatch.setattr(module, "_npm", npm)
    return module


@pytest.fixture
def assets(tmp_path, hook):
    folder = tmp_path / hook.ASSETS
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / hook.ASSETS / name, folder)
    return folder


def made(tmp_path, hook, said):
    class App:
        def display_warning(self, text):
            said.append(text)

        def abort(self, text):
            raise SystemExit(text)

    return hook.DeckAssets(str(tmp_path), {}, None, None, str(tmp_path), "wheel", App())


def names(folder):
    return {file.name for file in folder.iterdir()}


def test_a_wheel_gets_the_files_that_browsers_load_and_their_licenses(tmp_path, hook, assets):
    deck = made(tmp_path, hook, [])
    assert deck.dependencies() == [hook.NODE]
    deck.initialize("standard", {})
    assert names(assets / "vendor") == {
        "Sortable.min.js", "htmx.min.js", "idiomorph-ext.min.js", "mpegts.js", "uPlot.iife.min.js", "uPlot.min.css",
        "licenses", ".built-for",
    }  # fmt: skip
    assert len(names(assets / "vendor" / "licenses")) == 7
    assert not (assets / ".dev").exists()
    assert hook.fetched == [("ci", "--omit=dev")]


def test_an_editable_install_gets_the_tools_of_the_tests_too_and_the_next_fetches_nothing(tmp_path, hook, assets):
    made(tmp_path, hook, []).initialize("editable", {})
    assert (assets / ".dev" / "axe.min.js").is_file()
    deck = made(tmp_path, hook, [])
    assert deck.dependencies() == []
    deck.initialize("editable", {})
    deck.initialize("standard", {})
    assert hook.fetched == [("ci",)]


def test_another_lock_file_and_a_half_full_folder_are_fetched_anew(tmp_path, hook, assets):
    deck = made(tmp_path, hook, [])
    deck.initialize("standard", {})
    (assets / "vendor" / "old.js").write_text("of a version before")
    (assets / "package-lock.json").write_text("{}")
    deck.initialize("standard", {})
    assert "old.js" not in names(assets / "vendor")
    (assets / "vendor" / ".built-for").unlink()
    deck.initialize("standard", {})
    assert len(hook.fetched) == 3


def test_without_a_registry_an_editable_install_warns_and_a_wheel_is_not_built(tmp_path, hook, assets, monkeypatch):
    def npm(*_arguments, folder):
        raise hook.NoAssetsError("npm ci failed:\ncode ECONNREFUSED")

    monkeypatch.setattr(hook, "_npm", npm)
    said = []
    deck = made(tmp_path, hook, said)
    deck.initialize("editable", {})
    assert len(said) == 1
    assert "browser libraries are missing" in said[0]
    assert "ECONNREFUSED" in said[0]
    with pytest.raises(SystemExit, match="no wheel is built"):
        deck.initialize("standard", {})
    assert not (assets / "vendor").exists()


def test_npm_trusts_what_pip_was_told_to_trust(hook, tmp_path, monkeypatch):
    certificates = tmp_path / "network-ca.crt"
    certificates.write_text("a certificate")
    for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pip.conf").write_text(f"[global]\ncert = {certificates}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.delenv("PIP_CERT", raising=False)
    assert hook._environment()["NODE_EXTRA_CA_CERTS"] == str(certificates)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.crt"))
    assert hook._environment()["NODE_EXTRA_CA_CERTS"] == str(certificates), "a file that isn't there is no help"
    own = tmp_path / "own.crt"
    own.write_text("another")
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(own))
    assert hook._environment()["NODE_EXTRA_CA_CERTS"] == str(own)


def test_the_scripts_install_anew_for_another_lock_file_or_hook(tmp_path):
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "tunerr/deck/assets").mkdir(parents=True)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    files = [
        tmp_path / name
        for name in ("pyproject.toml", "tunerr/deck/assets/package-lock.json", "scripts/build_assets.py")
    ]

    def key():
        asked = ["bash", "-c", ". scripts/lib/python.sh; venv_key"]
        return subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    for file in files:
        file.write_text("before")
    keys = [key(), key()]
    for file in files:
        file.write_text("after")
        keys.append(key())
    assert len(set(keys)) == 1 + len(files)
