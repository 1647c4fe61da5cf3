import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile

import pytest

from tests.tools.until import until
from tunerr.errors import DataFolderError, DataFolderLocked
from tunerr.storage.folder import DataFolder, FolderLock, empty_spool, folder_error, open_folder


def test_a_new_folder_is_private_and_has_its_subfolders(tmp_path):
    folder = open_folder(tmp_path / "deep" / "data")
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o700
    assert folder.guide_dir.is_dir()
    assert folder.spool_dir.is_dir()
    assert open_folder(folder.root) == folder
    assert sorted(path.name for path in folder.root.iterdir()) == ["guide", "spool"]


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "data").write_text("x")
    with pytest.raises(DataFolderError, match=r"a file of that name is in the way\..*--data-dir"):
        open_folder(tmp_path / "data")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root to become somebody else")
def test_an_unwritable_folder_is_named_with_the_user():
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to other users
        os.chmod(place, 0o755)  # noqa: S103, PTH101 - another user must be able to look into it
        code = (
            "from pathlib import Path\n"
            "from tunerr.storage.folder import open_folder\n"
            "from tunerr.errors import DataFolderError\n"
            f"try: open_folder(Path({place!r}))\n"
            "except DataFolderError as error: print(error)"
        )
        argv = ["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-c", code]
        said = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert "can't be written to by user 65534" in said.stdout, said.stderr
    assert "chown" in said.stdout


def test_every_refusal_has_its_own_words(tmp_path):
    def words(number):
        return str(folder_error(OSError(number, os.strerror(number)), tmp_path))

    assert "is full" in words(errno.ENOSPC)
    assert "can't be written to" in words(errno.EROFS)
    assert "Input/output error" in words(errno.EIO)
    assert all(str(tmp_path) in words(number) for number in (errno.ENOSPC, errno.EROFS, errno.EIO, errno.ENOTDIR))


def test_a_second_owner_is_refused_with_pid_and_path(tmp_path):
    folder = open_folder(tmp_path)
    with FolderLock(folder):
        with pytest.raises(DataFolderLocked) as refused, FolderLock(folder):
            pass
        assert f"pid {os.getpid()}" in refused.value.message
        assert str(tmp_path) in refused.value.message
    with FolderLock(folder):
        assert folder.lock.read_text() == f"{os.getpid()}\n"
    assert folder.lock.read_text() == ""


async def test_the_lock_dies_with_its_owner(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from tunerr.storage.folder import DataFolder, FolderLock\n"
        f"with FolderLock(DataFolder(Path({str(tmp_path)!r}))): print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(DataFolderLocked, match=f"pid {child.pid}"), FolderLock(DataFolder(tmp_path)):
            pass
    finally:
        child.kill()
        child.wait()
        child.stdout.close()

    def free():
        try:
            with FolderLock(DataFolder(tmp_path)):
                return True
        except DataFolderLocked:
            return False

    await until(free, what="the lock to be free")


def test_the_spool_is_emptied_for_its_owner(tmp_path):
    folder = open_folder(tmp_path)
    (folder.spool_dir / "playlist-m3u").write_text("http://h/?password=hunter2")
    open_folder(tmp_path)
    assert list(folder.spool_dir.iterdir())  # another server may be at work
    empty_spool(folder)
    assert not list(folder.spool_dir.iterdir())
