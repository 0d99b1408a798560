"""Replacing a file so that after a crash, or to a reader, it is the old one or the new one, never a part of either."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from mcp_telemetry.errors import StorageError
from mcp_telemetry.storage.layout import temporary_path

__all__ = ["make_folder", "move_aside", "remove_leftovers", "replace", "replace_all", "storage_errors", "sync_folder"]

_REMEDIES = {
    errno.ENOSPC: "free some space, or shorten the retention",
    errno.EDQUOT: "raise the quota, or shorten the retention",
    errno.EROFS: "mount the file system writable",
    errno.EACCES: "give this user the right to read and write there",
    errno.EPERM: "give this user the right to read and write there",
    errno.EEXIST: "move away the file that has the folder's name",
    errno.EIO: "check the disk and its cable, and the kernel's log",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
}


@contextmanager
def storage_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn an OSError into a StorageError that says what failed, where, and what to do."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "check the disk")
        raise StorageError(f"cannot {doing} {path}: {error.strerror or error}; {remedy}") from error


def replace(path: Path, content: memoryview) -> None:
    """Give `path` this content, durably. On StorageError the old content is still there, and nothing else."""
    with storage_errors("write", path):
        temporary = temporary_path(path)
        try:
            _write_durably(temporary, content)
            temporary.replace(path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def replace_all(contents: Mapping[Path, bytes]) -> None:
    """The same for some hundred files: each is old or new, each folder is synced once. On error some may be new."""
    temporaries = {temporary_path(path): path for path in contents}
    with storage_errors("write", next(iter(contents), Path())):
        try:
            _write_all_durably({temporary: contents[path] for temporary, path in temporaries.items()})
            for temporary, path in temporaries.items():
                temporary.replace(path)
        except OSError:
            for temporary in temporaries:
                with suppress(OSError):
                    temporary.unlink()
            raise
        for folder in {path.parent for path in contents}:
            sync_folder(folder)


def move_aside(path: Path, destination: Path) -> None:
    """Rename within one folder, durably."""
    with storage_errors("rename", path):
        path.rename(destination)
        sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, durably; nothing happens to one that exists."""
    with storage_errors("create", folder):
        _make_with_parents(folder)


def _make_with_parents(folder: Path) -> None:
    if not folder.is_dir():
        _make_with_parents(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def _write_durably(path: Path, content: memoryview) -> None:
    with _written(path, content) as descriptor:
        os.fsync(descriptor)


def _write_all_durably(contents: Mapping[Path, bytes]) -> None:
    """Written first and synced then: the disk takes them together."""
    with ExitStack() as opened:
        written = [opened.enter_context(_written(path, memoryview(content))) for path, content in contents.items()]
        for descriptor in written:
            os.fsync(descriptor)


@contextmanager
def _written(path: Path, content: memoryview) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        yield descriptor
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path, temporaries: Callable[[], Iterable[Path]]) -> int:
    """Unlink what interrupted writes left under a folder; returns how many files those were."""
    with storage_errors("clean up", folder):
        leftovers = list(temporaries())
        for path in leftovers:
            path.unlink(missing_ok=True)
    return len(leftovers)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename is only when the folder that holds the name is. OSError if not."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
