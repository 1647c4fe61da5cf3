"""Where the data folder is when nobody says so."""

from __future__ import annotations

from pathlib import Path

import tunerr


def checkout() -> Path | None:
    """Root of the source checkout that the program runs from, None when it is installed."""
    root = Path(tunerr.__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "scripts" / "run").is_file() else None


def default_data_folder() -> Path:
    """`data` in a source checkout, else the user's data folder of the platform."""
    root = checkout()
    if root is not None:
        return root / "data"
    from platformdirs import user_data_path  # noqa: PLC0415 - only an installed program without DATA_DIR needs it

    return user_data_path("iptv-tunerr", appauthor=False)
