"""What is written in a format and read again is the same, to the last bit."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_telemetry.formats.writers import WRITERS
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.storage.hour_files import HourFiles
from tests.formats.reading import stored_of
from tests.storage.conformance import LAST_NS
from tests.storage.samples import CALLS, CPU, HOUR_START_NS, SENT, Sample, busy_hour, rows_of, samples_of

NAMES = [CPU.name, SENT.name, CALLS.name, "time", "sequence", "custom.x{a=b,c=\\,}", 'custom.q{say="hi"}', "custom.ü"]
values = st.floats(allow_nan=False, allow_infinity=False)
samples = st.lists(
    st.builds(
        Sample,
        st.integers(HOUR_START_NS, HOUR_START_NS + 2 * 10**13),
        st.integers(1, 2**62),
        st.dictionaries(st.sampled_from(NAMES[:-1]), values),
        st.sampled_from(["one", "two"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda sample: sample.key,
)


def written(path: Path, nodes: dict[str, list[Sample]]) -> Path:
    columns = rows_of([sample for of_node in nodes.values() for sample in of_node]).columns
    with path.open("wb") as sink:
        writer = WRITERS[path.suffix[1:]](sink, columns)
        for node_id, of_node in nodes.items():
            for each in of_node:
                writer.write(node_id, rows_of([each]))
        writer.close()
    return path


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(nodes=st.dictionaries(st.sampled_from(["a", "a_10-00-00"]), samples, min_size=1))
def test_of_any_values(name: str, nodes: dict[str, list[Sample]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder, f"rows.{name}"), nodes)
        expected = {node_id: sorted(of_node, key=lambda each: each.order) for node_id, of_node in nodes.items()}
        assert stored_of(Path(folder, "metrics"), path) == expected


@pytest.mark.parametrize("name", WRITERS)
def test_of_a_busy_host(tmp_path: Path, name: str) -> None:
    rows = busy_hour(600)
    path = tmp_path / f"rows.{name}"
    with path.open("wb") as sink:
        writer = WRITERS[name](sink, rows.columns)
        writer.write("a", rows)
        writer.close()
    assert stored_of(tmp_path / "metrics", path) == {"a": samples_of([rows])}


@pytest.mark.parametrize(("name", "is_kept"), [("ndjson", True), ("parquet", True), ("csv", False)])
def test_units_and_kinds_of_columns_of_ones_own(tmp_path: Path, name: str, is_kept: bool) -> None:
    """CSV has no place for them: those of the contract are known by their names, others are gauges."""
    rows = rows_of([Sample(HOUR_START_NS, 1, {SENT.name: 1.0, "custom.x": 2.0})])
    own = Column("custom.x", "{item}", Kind.COUNTER)
    rows = type(rows)((SENT, own), rows.times_ns, rows.sequences, rows.instances, rows.instance_ids, rows.values)
    sink = io.BytesIO()
    writer = WRITERS[name](sink, rows.columns)
    writer.write("a", rows)
    writer.close()
    path = tmp_path / f"rows.{name}"
    path.write_bytes(sink.getvalue())
    stored_of(tmp_path / "metrics", path)
    found = HourFiles(tmp_path / "metrics").columns("a", 0, LAST_NS)
    assert found == (SENT, own if is_kept else Column("custom.x"))


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_is_a_file_too(tmp_path: Path, name: str) -> None:
    assert stored_of(tmp_path / "metrics", written(tmp_path / f"rows.{name}", {})) == {}
