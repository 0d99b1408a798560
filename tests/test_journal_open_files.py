"""A process that may open no more files: what the journal has it keeps, and what it cannot take it refuses for now."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journals import records_in

# With small segments each append needs another one. Prints what became of each commit, and the journal's failure.
CHILD = """
import contextlib, json, os, resource, sys
from pathlib import Path
from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal

folder, spare, is_small = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "small"
resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def append(text):
    try:
        journal.append([text.encode() * 100])
    except StorageError as error:
        return str(error)
    return "durable"


with Journal(folder, segment_bytes=1000 if is_small else 1 << 20) as journal:
    ends = [append("before")]
    if is_small:
        ends.append(append("filled"))
    taken = []
    with contextlib.suppress(OSError):
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    for _ in range(spare):
        os.close(taken.pop())
    ends.append(append("meanwhile"))
    for fd in taken:
        os.close(fd)
    ends.append(append("after"))
    print(json.dumps([ends, journal.failure]))
"""


def ends_of(folder: Path, spare: int, segment: str) -> tuple[list[str], str]:
    command = [sys.executable, "-c", CHILD, str(folder), str(spare), segment]
    child = subprocess.run(command, capture_output=True, text=True, check=True)
    ends, failure = json.loads(child.stdout)
    return ends, failure


def test_a_commit_needs_no_file_that_is_not_open_yet(tmp_path: Path) -> None:
    ends, failure = ends_of(tmp_path, 0, "large")
    assert (ends, failure) == (["durable"] * 3, "")
    assert records_in(tmp_path) == [text * 100 for text in (b"before", b"meanwhile", b"after")]


@pytest.mark.parametrize(("spare", "refused"), [(0, "cannot create"), (1, "cannot begin")])
def test_a_segment_that_cannot_be_opened_is_refused_and_tried_again(tmp_path: Path, spare: int, refused: str) -> None:
    ends, failure = ends_of(tmp_path, spare, "small")
    assert refused in ends[2]
    assert "Too many open files" in ends[2]
    assert (ends[:2] + ends[3:], failure) == (["durable"] * 3, "")
    assert records_in(tmp_path) == [text * 100 for text in (b"before", b"filled", b"after")]


def test_two_files_are_enough_for_the_next_segment(tmp_path: Path) -> None:
    ends, _ = ends_of(tmp_path, 2, "small")
    assert ends == ["durable"] * 4
    assert len(records_in(tmp_path)) == 4
