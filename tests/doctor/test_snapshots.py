"""Faults of a folder in plain JSON."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mcp_telemetry.storage.json_files import JsonFiles
from tests.doctor.patients import DAY, doctor, healthy
from tests.storage.conformance import everything
from tests.storage.samples import rows_of, run_of

SAMPLES = run_of(range(20))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    storage = JsonFiles(tmp_path / "metrics")
    storage.open()
    storage.write("a", rows_of(SAMPLES))
    return tmp_path / "metrics"


def test_a_healthy_folder_is_healthy(folder: Path) -> None:
    told = doctor(folder)
    assert (told.status, told.findings, told.answer["examined"]) == (0, [], {"snapshots": 20})


@pytest.mark.parametrize("content", [b"", b"[]", b'{"node_id": "a"', b'{"node_id": 7, "timestamp": "x"}', b"\xff"])
def test_what_is_no_snapshot_is_set_aside(folder: Path, content: bytes) -> None:
    path = folder / DAY / "a_10-00-05.json"
    path.write_bytes(content)
    assert doctor(folder).finding("snapshot-unreadable")["path"] == f"{DAY}/a_10-00-05.json"
    assert doctor(folder, "--repair").status == 0
    assert next((folder / DAY).glob(".damaged-*")).read_bytes() == content
    assert everything(JsonFiles(folder)) == [each for each in SAMPLES if each.sequence != 6]


@pytest.mark.parametrize("name", ["a_11-00-05.json", "b_10-00-05.json"])
def test_a_snapshot_under_another_name_is_stored_where_it_belongs(folder: Path, name: str) -> None:
    (folder / DAY / "a_10-00-05.json").rename(folder / DAY / name)
    assert doctor(folder).finding("snapshot-misplaced")["path"] == f"{DAY}/{name}"
    assert doctor(folder, "--repair").status == 0
    assert everything(JsonFiles(folder)) == SAMPLES
    assert JsonFiles(folder).nodes() == ["a"]


def test_a_snapshot_that_is_there_twice_is_set_aside_once(folder: Path) -> None:
    shutil.copy(folder / DAY / "a_10-00-05.json", folder / DAY / "a_10-00-05.1.json")
    assert doctor(folder).codes == {"snapshot-duplicate": 1}
    assert doctor(folder, "--repair").status == 0
    assert everything(JsonFiles(folder)) == SAMPLES


def test_two_engines_in_one_folder_are_told(folder: Path) -> None:
    healthy(folder)
    told = doctor(folder, "--repair")
    assert (told.status, told.codes) == (1, {"two-engines": 1})
