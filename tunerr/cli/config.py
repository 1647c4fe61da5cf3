"""`config`: what is set, what is wrong, what can be set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.options import load_settings
from tunerr.config.effective import effective
from tunerr.config.folder import checkout
from tunerr.config.reference import SAMPLE_FILE, SETTINGS_PAGE, sample_file, settings_page
from tunerr.errors import ActionRefused

app = cyclopts.App(
    name="config",
    help="Settings in force, what is wrong with them, their reference.",
    usage="Usage: iptv-tunerr config show|check|reference",
    version_flags=[],
)


@app.command
def show() -> None:
    """Print the settings in force and where each came from; secrets are not shown."""
    loaded = load_settings()
    rows = list(effective(loaded))
    width = max(len(f"{row.name}={row.value}") for row in rows)
    for row in rows:
        print(f"{f'{row.name}={row.value}':<{min(width, 72)}}  # {row.origin}")
    print(f"\nData folder: {loaded.settings.data_folder()}")
    print("Sources:" if loaded.settings.provider.sources else "Sources: none; the demo plays")
    for source in loaded.settings.provider.sources:
        print(f"  {source.id:<16} {source.kind:<9} {source.location}")
    _print_notes(loaded.notes)


@app.command
def check() -> None:
    """Read the settings and say what is wrong (exit 2) or odd with them."""
    loaded = load_settings()
    print("The settings can be used.")
    _print_notes(loaded.notes)


@app.command
def reference(
    *,
    write: Annotated[
        bool, Parameter(negative="", help="Write it and the sample file into the source checkout instead.")
    ] = False,
) -> None:
    """Print the reference of all settings."""
    if not write:
        print(settings_page(), end="")
        return
    root = checkout()
    if root is None:
        raise ActionRefused("--write works in a source checkout only.", hint="Leave it out to print the reference.")
    for file, text in ((SETTINGS_PAGE, settings_page()), (SAMPLE_FILE, sample_file())):
        _write(root / file, text)


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ActionRefused(f"{file} can't be written: {error.strerror}.") from error
    print(file)


def _print_notes(notes: tuple[str, ...]) -> None:
    if notes:
        print("\nNotes:", *(f"  {note}" for note in notes), sep="\n")
