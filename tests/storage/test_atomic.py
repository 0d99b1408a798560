"""A replaced file is the old or the new one, and stays so after a power cut."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mcp_telemetry.errors import StorageError
from mcp_telemetry.storage.atomic import make_folder, replace


def test_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    for content in (b"one", b"two" * 100_000, b""):
        replace(path, memoryview(content))
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]


def test_syncs_the_content_before_and_the_name_after_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        done.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink()}")
        fsync(descriptor)

    def noted_rename(path: Path, target: Path) -> Path:
        done.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_rename)
    replace(tmp_path / "x.parquet", memoryview(b"one"))
    assert done == [f"sync {tmp_path}/.tmp-x", "rename", f"sync {tmp_path}"]


def test_finishes_short_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:7]))
    replace(tmp_path / "x", memoryview(b"twenty bytes of data"))
    assert (tmp_path / "x").read_bytes() == b"twenty bytes of data"


def test_makes_folders_with_their_parents(tmp_path: Path) -> None:
    for _ in range(2):
        make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(StorageError, match=f"cannot create {tmp_path}/a/b: File exists; move away the file"):
        make_folder(tmp_path / "a" / "b")
