"""Options that stand for settings: name and help come from the setting's declaration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tunerr.config import Loaded, load, parsers, read_environment
from tunerr.config.declare import Setting, settings_of
from tunerr.config.sections import SECTIONS

DECLARED: dict[str, Setting] = {
    setting.name: setting for section in SECTIONS.values() for _, setting, _ in settings_of(section) if setting.flag
}
"""Every setting that is an option of `run` too, by its name without prefix."""


def option(name: str) -> Parameter:
    """The option of the setting `name`."""
    setting = DECLARED[name]
    return Parameter(name=f"--{setting.flag}", help=f"{setting.about} ({setting.env})")


DataDir = Annotated[str | None, option("DATA_DIR")]
"""Type of `--data-dir`, for commands that look for the running server."""


def whereabouts(location: str) -> str:
    """A document's location as it means the same to the server, whose working directory is another one."""
    return location if parsers.SCHEME.match(location) else str(Path(location).expanduser().absolute())


def load_settings(flags: dict[str, str | None] | None = None) -> Loaded:
    """Settings of this process: options, environment, `.env` of the working directory. Raises ConfigError."""
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    return load(environ=read_environment(), dotenv=Path(".env"), flags=given)
