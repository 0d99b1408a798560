from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.collectors.kernel_file import KernelFile, int_after
from mcp_telemetry.v1 import metrics_pb2


def test_reads_what_is_there_now(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first")
    file = KernelFile(path)
    assert file.read() == b"first"
    path.write_bytes(b"second, longer")
    assert file.read() == b"second, longer"


def test_reads_to_the_end_however_long(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "file").write_bytes(content)
    assert KernelFile(tmp_path / "file").read() == content


def test_reads_all_of_a_file_that_the_kernel_hands_out_in_parts() -> None:
    # /proc/kallsyms comes a page at a time, whatever is asked for.
    path = Path("/proc/kallsyms")
    if not path.exists():
        pytest.skip("this kernel has no /proc/kallsyms")
    assert KernelFile(path).read().count(b"\n") == path.read_bytes().count(b"\n")


def test_a_missing_file_is_empty_and_found_when_it_comes(tmp_path: Path) -> None:
    file = KernelFile(tmp_path / "file")
    assert file.read() == b""
    (tmp_path / "file").write_bytes(b"now")
    assert file.read() == b"now"


def test_a_failing_file_raises_and_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.mkdir()
    file = KernelFile(path)
    with pytest.raises(IsADirectoryError):
        file.read()
    path.rmdir()
    path.write_bytes(b"well again")
    assert file.read() == b"well again"


def test_one_snapshot_reads_once_and_the_next_one_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1")
    file = KernelFile(path)
    one, two = metrics_pb2.MetricSnapshot(time_unix_nano=1), metrics_pb2.MetricSnapshot(time_unix_nano=2)
    assert file.read_for(one) == b"1"
    path.write_bytes(b"2")
    assert file.read_for(one) == b"1"
    assert file.read_for(two) == b"2"


def test_a_snapshot_without_a_time_always_reads(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1")
    file = KernelFile(path)
    assert file.read_for(metrics_pb2.MetricSnapshot()) == b"1"
    path.write_bytes(b"2")
    assert file.read_for(metrics_pb2.MetricSnapshot()) == b"2"


def test_the_descriptor_goes_with_the_object() -> None:
    file = KernelFile(Path("/dev/null"))
    file.read()
    descriptor = file.fileno()
    os.fstat(descriptor)
    del file
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@given(st.integers(0, 2**64 - 1), st.integers(0, 16))
def test_finds_the_integer_behind_a_key(number: int, padding: int) -> None:
    text = b"Other: 7 kB\nKey:%s%d kB\nKeys: 8\n" % (b" " * padding, number)
    assert int_after(text, b"\nKey:") == number


def test_no_key_is_no_number() -> None:
    assert int_after(b"SwapCached: 3", b"\nCached:") is None
