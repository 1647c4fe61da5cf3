"""`source`: the sources of the running server, and all choices as a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.control import act
from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson, ask, show
from tunerr.cli.source_fields import SourceFields, asked_password
from tunerr.errors import ActionRefused

app = cyclopts.App(
    name="source",
    help="Where channels and guides come from: the sources of the running server.",
    usage="Usage: iptv-tunerr source ACT [ID] [flags]",
    version_flags=[],
)

SourceName = Annotated[str, Parameter(help="Id of the source, for example home or xtream-2.")]
_NO_FIELDS = SourceFields()


@app.command(name="list")
def list_(*, json: AsJson = False, data_dir: DataDir = None) -> None:
    """All sources, best first."""
    ask("source-list", {}, data_dir=data_dir, as_json=json)


@app.command(name="show")
def show_(source: SourceName, /, *, json: AsJson = False, data_dir: DataDir = None) -> None:
    """One source as it was written; secrets are not shown."""
    ask("source-show", {"source": source}, data_dir=data_dir, as_json=json)


@app.command
def add(
    form: Annotated[str, Parameter(name="TYPE", help="m3u, xtream, hdhr or xmltv.")],
    source: Annotated[
        str, Parameter(name="ID", help="Its id: small letters, digits, dashes. A free one if left out.")
    ] = "",
    /,
    *,
    given: SourceFields = _NO_FIELDS,
    data_dir: DataDir = None,
) -> None:
    """Add a source."""
    definition = {"type": form, **given.document()}
    if form == "xtream" and "password" not in definition:
        definition |= asked_password()
    ask("source-add", {"source": source, "definition": definition}, data_dir=data_dir)


@app.command
def edit(
    source: SourceName,
    /,
    *,
    given: SourceFields = _NO_FIELDS,
    reset: Annotated[
        tuple[str, ...], Parameter(negative="", help="Field that goes back to its default; may be repeated.")
    ] = (),
    data_dir: DataDir = None,
) -> None:
    """Change fields of a source."""
    changes = {**dict.fromkeys(reset), **given.document()}
    ask("source-edit", {"source": source, "changes": changes}, data_dir=data_dir)


@app.command
def remove(source: SourceName, /, *, data_dir: DataDir = None) -> None:
    """Remove a source; `undo` brings it back."""
    ask("source-remove", {"source": source}, data_dir=data_dir)


@app.command
def enable(source: SourceName, /, *, data_dir: DataDir = None) -> None:
    """Switch a source on."""
    ask("source-enable", {"source": source, "on": True}, data_dir=data_dir)


@app.command
def disable(source: SourceName, /, *, data_dir: DataDir = None) -> None:
    """Switch a source off; its settings stay."""
    ask("source-enable", {"source": source, "on": False}, data_dir=data_dir)


@app.command
def reorder(
    *sources: Annotated[str, Parameter(name="ID", help="The sources, best first.")], data_dir: DataDir = None
) -> None:
    """Set the order of sources; it is kept as their priority."""
    ask("source-reorder", {"sources": list(sources)}, data_dir=data_dir)


@app.command
def accept(source: SourceName, /, *, data_dir: DataDir = None) -> None:
    """Accept a refresh that was refused because it has far fewer channels than before."""
    ask("accept-refresh", {"source": source}, data_dir=data_dir)


@app.command
def refresh(
    source: Annotated[str | None, Parameter(help="Id of the source; all of them when left out.")] = None,
    /,
    *,
    data_dir: DataDir = None,
) -> None:
    """Fetch one source now, or all of them."""
    ask("refresh", {} if source is None else {"source": source}, data_dir=data_dir)


@app.command
def history(source: SourceName, /, *, json: AsJson = False, data_dir: DataDir = None) -> None:
    """The answers of a source that are kept, and what each changed."""
    ask("source-history", {"source": source}, data_dir=data_dir, as_json=json)


@app.command
def diff(
    source: SourceName,
    /,
    *,
    old: Annotated[int | None, Parameter(help="Number of the older answer; the one before when left out.")] = None,
    new: Annotated[int | None, Parameter(help="Number of the newer answer; the one in service when left out.")] = None,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """What differs between two answers: added, removed, renamed, moved, other addresses."""
    ask("source-diff", {"source": source, "old": old, "new": new}, data_dir=data_dir, as_json=json)


@app.command(name="roll-back")
def roll_back(
    source: SourceName,
    /,
    *,
    to: Annotated[int | None, Parameter(help="Number of the answer; the one before when left out.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve an earlier answer of a source again."""
    ask("source-roll-back", {"source": source, "generation": to}, data_dir=data_dir)


@app.command
def export(
    file: Annotated[Path | None, Parameter(help="Where to write it; printed when left out.")] = None,
    /,
    *,
    with_secrets: Annotated[bool, Parameter(negative="", help="With passwords and the like.")] = False,
    data_dir: DataDir = None,
) -> None:
    """All choices (sources, channels, rulings, rules) as TOML."""
    text: str = act("choices-export", {"secrets": with_secrets}, data_dir=data_dir)["toml"]
    if file is None:
        print(text, end="")
        return
    try:
        _write_private(file, text)
    except OSError as error:
        raise ActionRefused(f"{file} can't be written: {error.strerror}.") from error
    print(f"The choices are in {file}" + (", secrets included." if with_secrets else ", without secrets."))


@app.command(name="import")
def import_(
    file: Annotated[Path, Parameter(help="A TOML file as `source export` writes it.")],
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Only say what would change.")] = False,
    replace: Annotated[bool, Parameter(negative="", help="Remove what the file does not name.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Take over the choices of a file, all at once; `undo` takes it back."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ActionRefused(f"{file} can't be read: {reason}.") from error
    body = {"toml": text, "dry_run": dry_run, "replace": replace}
    answer = act("choices-import", body, data_dir=data_dir)
    show("Nothing would change." if answer == [] and not json else answer, as_json=json)


def _write_private(file: Path, text: str) -> None:
    """Replace the file as a whole: the wider mode of an older one does not stay, nor half a new one."""
    handle, fresh = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(fresh).replace(file)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
