"""The health of the guide on disk: `<guide_dir>/health.json`, written by the worker beside the edition it is of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tunerr.model.guide import ChannelHealth, GuideHealth
from tunerr.storage.atomic import replace_file
from tunerr.storage.folder import folder_error

_FILE = "health.json"


class _Document(BaseModel):
    """`format` changes with the fields of `ChannelHealth`; the next edition replaces a file of another one."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    edition: str
    lineup_version: str
    made_at: datetime
    channels: tuple[ChannelHealth, ...]


def write(guide_dir: Path, health: GuideHealth) -> None:
    """Replace the file, whole or not at all; its mode is 0600. Raises DataFolderError."""
    document = _Document(
        edition=health.edition,
        lineup_version=health.lineup_version,
        made_at=health.made_at,
        channels=health.channels,
    )
    try:
        replace_file(guide_dir / _FILE, document.model_dump_json().encode())
    except OSError as error:
        raise folder_error(error, guide_dir) from error


def read(guide_dir: Path) -> GuideHealth | None:
    """Return what was written last; None when there is nothing, or it is damaged or of another version."""
    try:
        found = _Document.model_validate_json((guide_dir / _FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return GuideHealth(
        edition=found.edition, lineup_version=found.lineup_version, made_at=found.made_at, channels=found.channels
    )
