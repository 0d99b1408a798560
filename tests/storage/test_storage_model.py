"""Any interleaving of writes reads like a plain dictionary: late rows, duplicates, seams, columns that come and go."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mcp_telemetry.model.names import is_selected
from mcp_telemetry.series.buckets import HOUR_NS
from tests.storage.conformance import ALL, LAST_NS, MakeStorage, everything
from tests.storage.engines import ENGINES
from tests.storage.samples import CALLS, CPU, HOUR_START_NS, SENT, Sample, rows_of, samples_of

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
SEAMS_NS = [HOUR_START_NS, *(int(moment.timestamp()) * 10**9 for moment in (MIDNIGHT, NEW_YEAR))]
NAMES = [CPU.name, SENT.name, CALLS.name, "time", "custom{x,y}"]

times_ns = st.builds(lambda seam, offset: seam + offset, st.sampled_from(SEAMS_NS), st.integers(-3, 3))
numbers = st.one_of(
    st.integers(0, 3).map(float),
    st.integers(-(2**53), 2**53).map(float),
    st.floats(allow_nan=False),
)
keys = st.tuples(st.sampled_from(["one", "two"]), st.integers(1, 30))
drafts = st.lists(st.tuples(keys, times_ns, st.dictionaries(st.sampled_from(NAMES), numbers)), max_size=12)
node_ids = st.sampled_from(["a", "a_10-00-00"])
selections = st.frozensets(st.sampled_from([*NAMES, "requests", "custom"]))

Model = dict[str, dict[tuple[str, int], Sample]]


class StorageMachine(RuleBasedStateMachine):
    """The engine beside a dictionary of samples by node and key."""

    make_storage: MakeStorage

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="storage-model-")
        self.storage = self.make_storage(Path(self.folder.name))
        self.storage.open()
        self.model: Model = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(node_id=node_ids, draft=drafts)
    def write(self, node_id: str, draft: list[tuple[tuple[str, int], int, dict[str, float]]]) -> None:
        known = self.model.setdefault(node_id, {}) if draft else self.model.get(node_id, {})
        before = len(known)
        given = [known.setdefault(key, Sample(time_ns, key[1], values, key[0])) for key, time_ns, values in draft]
        report = self.storage.write(node_id, rows_of(given))
        assert report.rows_written == len(known) - before
        assert report.rows_written + report.duplicates == len(draft)

    @rule()
    def restart(self) -> None:
        self.storage = self.make_storage(Path(self.folder.name))
        assert self.storage.open() == 0

    @rule(node_id=node_ids, selectors=selections, start_ns=times_ns, end_ns=times_ns)
    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> None:
        blocks = list(self.storage.read(node_id, selectors, start_ns, end_ns))
        expected = [
            Sample(s.time_ns, s.sequence, selected(s.values, selectors), s.instance_id)
            for s in sorted(self.model.get(node_id, {}).values(), key=lambda sample: sample.order)
            if start_ns <= s.time_ns < end_ns
        ]
        assert samples_of(blocks) == expected
        hours = [int(block.times_ns[0]) // HOUR_NS for block in blocks]
        assert hours == sorted({sample.time_ns // HOUR_NS for sample in expected})

    @rule(node_id=node_ids)
    def list_columns(self, node_id: str) -> None:
        names = {name for sample in self.model.get(node_id, {}).values() for name in sample.values}
        assert {column.name for column in self.storage.columns(node_id, 0, LAST_NS)} == names

    @invariant()
    def holds_exactly_what_was_written(self) -> None:
        assert self.storage.nodes() == sorted(self.model)
        for node_id, samples in self.model.items():
            assert everything(self.storage, node_id) == sorted(samples.values(), key=lambda sample: sample.order)


def selected(values: dict[str, float], selectors: frozenset[str]) -> dict[str, float]:
    return {name: value for name, value in values.items() if is_selected(name, selectors or ALL)}


@pytest.mark.parametrize("make_storage", ENGINES.values(), ids=ENGINES.keys())
def test_reads_equal_the_model(make_storage: MakeStorage) -> None:
    machine = type("Machine", (StorageMachine,), {"make_storage": staticmethod(make_storage)})
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine, settings=settings(max_examples=40, stateful_step_count=15, suppress_health_check=slow)
    )
