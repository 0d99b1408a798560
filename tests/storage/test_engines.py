"""An engine by its name; and a folder that is of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.storage.engines import DEFAULT_ENGINE, ENGINES, engine_in, make_storage, storage_in
from tests.storage.conformance import everything
from tests.storage.samples import rows_of, run_of

OTHER = {"parquet": "json", "json": "parquet"}


def filled(folder: Path, name: str) -> Path:
    storage = make_storage(name, folder)
    storage.open()
    storage.write("a", rows_of(run_of(range(3))))
    return folder


@pytest.mark.parametrize("name", ENGINES)
def test_what_one_wrote_is_found_by_looking(tmp_path: Path, name: str) -> None:
    assert engine_in(filled(tmp_path, name)) == name
    assert everything(storage_in(tmp_path)) == run_of(range(3))


@pytest.mark.parametrize("name", ENGINES)
def test_a_folder_of_another_is_refused_with_the_remedy(tmp_path: Path, name: str) -> None:
    filled(tmp_path, name)
    with pytest.raises(ConfigurationError) as raised:
        make_storage(OTHER[name], tmp_path)
    for part in (str(tmp_path), f"--storage {name}", f"mcp-telemetry import {tmp_path} ", "2026-03-01/a_10-00-0"):
        assert part in str(raised.value)


@pytest.mark.parametrize("folder", ["missing", "."])
def test_a_folder_without_data_is_of_any(tmp_path: Path, folder: str) -> None:
    (tmp_path / "2026-03-01").mkdir()
    (tmp_path / "2026-03-01" / "notes.json").touch()
    assert engine_in(tmp_path / folder) == DEFAULT_ENGINE
    for name in ENGINES:
        make_storage(name, tmp_path / folder)


def test_a_name_that_is_none_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--storage is 'sqlite': want one of parquet, json"):
        make_storage("sqlite", tmp_path)
