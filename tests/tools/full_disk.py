"""A disk that is full while it is wanted to be."""

import contextlib
import os
import resource
import subprocess

_MEGABYTES = 32
_LARGEST_FILE = 1 << 16


@contextlib.contextmanager
def small_disk(folder):
    """Mount a small file system at `folder` where that is permitted; whether it was."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def full(folder, pid, *, mounted):
    """Leave no room in `folder`; where it is no small disk, let the program `pid` write no file further than 64 KB."""
    if not mounted:
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_LARGEST_FILE, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        return
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 12))
        yield
    finally:
        filler.unlink()
