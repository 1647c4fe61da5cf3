"""A small file replaced as a whole."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(path: Path, body: bytes) -> None:
    """Write the file at `path`, whole or not at all, mode 0600; its folder is made when it is missing (0700).

    Raises OSError. The rename is in the folder when this returns, though not yet on the disk.
    """
    new = path.with_name(f"{path.name}.new")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
