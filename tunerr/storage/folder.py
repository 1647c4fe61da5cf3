"""The data folder: where everything that the program writes lives, and the lock that gives it one owner."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tunerr.errors import DataFolderError, DataFolderLocked

# More than one file system block, so that a full disk shows here and not in the first database write.
_PROBE_BYTES = 16384
_CHOOSE = "name another one with --data-dir or IPTV_TUNERR_DATA_DIR."


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths inside the data folder; only `open_folder` promises that they can be used."""

    root: Path

    @property
    def state_db(self) -> Path:
        """Small facts that must never be lost; only the server writes it."""
        return self.root / "state.db"

    @property
    def catalog_db(self) -> Path:
        """What providers offer; only the worker writes it."""
        return self.root / "catalog.db"

    @property
    def guide_db(self) -> Path:
        """What is on; only the worker writes it."""
        return self.root / "guide.db"

    @property
    def guide_dir(self) -> Path:
        """Rendered guide editions."""
        return self.root / "guide"

    @property
    def spool_dir(self) -> Path:
        """Fetched documents on their way to the worker; emptied at each start."""
        return self.root / "spool"

    @property
    def logo_dir(self) -> Path:
        """Logos of channels, as they were fetched for the deck; made when the first one comes."""
        return self.root / "logos"

    @property
    def socket(self) -> Path:
        """Unix socket by which commands talk to the running server."""
        return self.root / "tunerr.sock"

    @property
    def lock(self) -> Path:
        """Lock file; holds the owner's pid as text."""
        return self.root / "tunerr.lock"


def open_folder(root: Path) -> DataFolder:
    """Create the folder where it is missing (mode 0700) and prove that it can be written to.

    Raises DataFolderError that says what is wrong and what to do.
    """
    folder = DataFolder(root.absolute())
    try:
        for path in (folder.root, folder.guide_dir, folder.spool_dir):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The demo's folder may have made this one on its way, and parents get the mode of the umask.
        folder.root.chmod(0o700)
        with tempfile.TemporaryFile(dir=folder.root) as probe:
            probe.write(b"\0" * _PROBE_BYTES)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise folder_error(error, folder.root) from error
    return folder


def empty_spool(folder: DataFolder) -> None:
    """Remove what a server that was killed left in the spool: provider documents hold credentials.

    Only the folder's owner may do that. Raises DataFolderError.
    """
    try:
        for path in folder.spool_dir.iterdir():
            path.unlink()
    except OSError as error:
        raise folder_error(error, folder.spool_dir) from error


def folder_error(error: OSError, path: Path) -> DataFolderError:
    """Make the DataFolderError that says in plain words what the operating system refused at `path`."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return DataFolderError(
                f"The disk of the data folder {path} is full.", hint="Free some space and start again."
            )
        case errno.ENOTDIR | errno.EEXIST:
            return DataFolderError(
                f"The data folder {path} can't be made: a file of that name is in the way.",
                hint=f"Move it or {_CHOOSE}",
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return DataFolderError(
                f"The data folder {path} can't be written to by user {os.geteuid()}.",
                hint=f"Give the folder to that user (chown) or {_CHOOSE}",
            )
        case _:
            return DataFolderError(
                f"The data folder {path} can't be used: {error.strerror}.", hint=f"Repair it or {_CHOOSE}"
            )


class FolderLock:
    """Ownership of a data folder while the context is entered; the kernel frees it however its owner ends."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the folder; raises DataFolderLocked naming owner and path."""
        try:
            self._descriptor = os.open(self._folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise folder_error(error, self._folder.root) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            self._close()
            raise DataFolderLocked(
                f"Another server (pid {owner or 'unknown'}) already uses the data folder {self._folder.root}.",
                hint="Stop that one, or give this one its own folder with --data-dir or IPTV_TUNERR_DATA_DIR.",
            ) from error
        except OSError as error:
            self._close()
            raise folder_error(error, self._folder.root) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Emptied, never unlinked: a second server may already hold the same inode open and would lock a ghost.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        self._close()

    def _close(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1
