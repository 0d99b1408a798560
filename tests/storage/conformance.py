"""What every storage engine must do (see `mcp_telemetry.storage.contract`), as tests over any factory of engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.contract import Storage, WriteReport
from tests.storage.samples import CALLS, CPU, HOUR_START_NS, SENT, Sample, rows_of, run_of, sample, samples_of

ALL: frozenset[str] = frozenset()
LAST_NS = 2**63 - 1

MakeStorage = Callable[[Path], Storage]


def everything(storage: Storage, node_id: str = "a", selectors: frozenset[str] = ALL) -> list[Sample]:
    return samples_of(storage.read(node_id, selectors, 0, LAST_NS))


class Conformance:
    """Inherit, and provide the fixture `make_storage`."""

    @pytest.fixture
    def storage(self, make_storage: MakeStorage, tmp_path: Path) -> Storage:
        storage = make_storage(tmp_path / "metrics")
        storage.open()
        return storage

    def test_gives_back_what_was_written(self, storage: Storage) -> None:
        samples = [sample(0, 1, cpu=1.5, sent=10), sample(1, 2, cpu=2.5, sent=20, calls=3), sample(2, 3)]
        assert storage.write("a", rows_of(samples)).rows_written == 3
        assert everything(storage) == samples

    def test_survives_a_new_engine_on_the_same_folder(self, make_storage: MakeStorage, tmp_path: Path) -> None:
        storage = make_storage(tmp_path)
        storage.open()
        storage.write("a", rows_of(run_of(range(10))))
        again = make_storage(tmp_path)
        assert again.open() == 0
        assert everything(again) == run_of(range(10))

    def test_stores_a_row_once(self, storage: Storage) -> None:
        storage.write("a", rows_of(run_of(range(10))))
        report = storage.write("a", rows_of(run_of(range(20))))
        assert (report.rows_written, report.duplicates) == (10, 10)
        assert storage.write("a", rows_of(run_of(range(20)))) == WriteReport(duplicates=20)
        assert everything(storage) == run_of(range(20))

    def test_stores_a_row_given_twice_at_once_only_once(self, storage: Storage) -> None:
        report = storage.write("a", rows_of([*run_of(range(5)), *run_of(range(5))]))
        assert (report.rows_written, report.duplicates) == (5, 5)
        assert everything(storage) == run_of(range(5))

    def test_keeps_two_instances_with_equal_sequences_apart(self, storage: Storage) -> None:
        before, after = run_of(range(5), instance_id="z"), run_of(range(5, 10), instance_id="b")
        storage.write("a", rows_of(after))
        storage.write("a", rows_of(before))
        assert everything(storage) == before + after
        assert storage.cursors("a") == {"z": 5, "b": 5}

    def test_orders_rows_by_time_whatever_the_order_of_writing(self, storage: Storage) -> None:
        samples = run_of(range(10))
        for part in (samples[7:], samples[:3][::-1], samples[3:7]):
            storage.write("a", rows_of(part))
        assert everything(storage) == samples

    def test_splits_at_the_hour_in_utc(self, storage: Storage) -> None:
        samples = run_of(range(3590, 3610))
        storage.write("a", rows_of(samples))
        blocks = list(storage.read("a", ALL, 0, LAST_NS))
        assert [len(block) for block in blocks] == [10, 10]
        assert samples_of(blocks) == samples

    def test_merges_late_rows_into_an_old_hour(self, storage: Storage) -> None:
        samples = run_of(range(0, 20_000, 500))
        storage.write("a", rows_of(samples[20:]))
        storage.write("a", rows_of(samples[:20]))
        assert everything(storage) == samples

    def test_start_is_included_and_end_is_not(self, storage: Storage) -> None:
        storage.write("a", rows_of(run_of(range(10))))
        start_ns, end_ns = HOUR_START_NS + 3 * 10**9, HOUR_START_NS + 6 * 10**9
        assert samples_of(storage.read("a", ALL, start_ns, end_ns)) == run_of(range(10))[3:6]
        assert list(storage.read("a", ALL, end_ns, start_ns)) == []

    def test_unites_columns_that_come_and_go(self, storage: Storage) -> None:
        samples = [sample(0, 1, cpu=1.5), sample(1, 2, calls=1), sample(2, 3, cpu=2.5, gpu=7.25)]
        for each in samples:
            storage.write("a", rows_of([each]))
        assert everything(storage) == samples
        assert [column.name for column in storage.columns("a", 0, LAST_NS)] == [CPU.name, CALLS.name, "gpu"]

    def test_reads_only_the_selected_columns(self, storage: Storage) -> None:
        storage.write("a", rows_of([sample(0, 1, cpu=1.5, sent=5, calls=2)]))
        (block,) = storage.read("a", frozenset({"requests", CPU.name}), 0, LAST_NS)
        assert block.columns == (CPU, CALLS)
        assert everything(storage, selectors=frozenset({"nothing"})) == [sample(0, 1)]

    def test_keeps_unit_and_kind(self, storage: Storage) -> None:
        storage.write("a", rows_of([sample(0, 1, cpu=1.5, sent=5)]))
        assert storage.columns("a", HOUR_START_NS, HOUR_START_NS + 1) == (CPU, SENT)

    def test_columns_are_those_of_the_range(self, storage: Storage) -> None:
        storage.write("a", rows_of([sample(0, 1, cpu=1.5), sample(3600, 2, sent=5)]))
        assert storage.columns("a", HOUR_START_NS, HOUR_START_NS + HOUR_NS) == (CPU,)
        assert storage.columns("a", HOUR_START_NS + HOUR_NS, LAST_NS) == (SENT,)

    @pytest.mark.parametrize("name", ["time", "node_id", "instance_id", "sequence"])
    def test_takes_a_metric_of_any_name(self, storage: Storage, name: str) -> None:
        values = ({name: 1.25, "plain": 2.0}, {name: 2.25})
        samples = [Sample(HOUR_START_NS + place, place + 1, each) for place, each in enumerate(values)]
        storage.write("a", rows_of(samples))
        assert everything(storage) == samples
        assert everything(storage, selectors=frozenset({name}))[1] == samples[1]

    def test_counters_are_exact_up_to_2_to_the_53(self, storage: Storage) -> None:
        samples = [sample(second, second + 1, sent=float(2**53 - 10 + second)) for second in range(20)]
        storage.write("a", rows_of(samples))
        assert everything(storage) == samples

    def test_keeps_nodes_apart_even_when_one_name_begins_with_the_other(self, storage: Storage) -> None:
        names = ["a", "a_10-00-00", "a_1", "A.b-c"]
        for place, name in enumerate(names):
            storage.write(name, rows_of(run_of(range(place, place + 2))))
        assert storage.nodes() == sorted(names)
        for place, name in enumerate(names):
            assert everything(storage, name) == run_of(range(place, place + 2))

    def test_knows_nothing_of_an_unknown_node(self, storage: Storage) -> None:
        assert everything(storage, "nobody") == []
        assert storage.columns("nobody", 0, LAST_NS) == ()
        assert storage.cursors("nobody") == {}
        assert storage.nodes() == []

    def test_writing_nothing_does_nothing(self, storage: Storage) -> None:
        assert storage.write("a", rows_of([])) == WriteReport()
        assert storage.nodes() == []

    def test_tells_the_hours_with_rows(self, storage: Storage) -> None:
        report = storage.write("a", rows_of([sample(0, 1), sample(7200, 2)]))
        hour = HOUR_START_NS // HOUR_NS
        assert report.hours == {hour, hour + 2}
        assert storage.hours("a", HOUR_START_NS, HOUR_START_NS + 3 * HOUR_NS) == [hour, hour + 2]
        assert storage.hours("a", HOUR_START_NS, HOUR_START_NS + HOUR_NS) == [hour]
        assert storage.hours("nobody", 0, LAST_NS) == []

    def test_tells_which_hours_changed(self, make_storage: MakeStorage, storage: Storage, tmp_path: Path) -> None:
        storage.write("a", rows_of([sample(0, 1), sample(3600, 2), sample(7200, 3)]))
        before = storage.versions("a", 0, LAST_NS)
        assert list(before) == storage.hours("a", 0, LAST_NS)
        storage.write("a", rows_of([sample(0, 1), sample(3601, 4)]))
        after = make_storage(tmp_path / "metrics").versions("a", 0, LAST_NS)
        changed = [hour for hour in after if after[hour] != before[hour]]
        assert changed == [HOUR_START_NS // HOUR_NS + 1]
        assert list(storage.versions("a", HOUR_START_NS, HOUR_START_NS + 1)) == [HOUR_START_NS // HOUR_NS]
        assert storage.versions("nobody", 0, LAST_NS) == {}

    def test_drops_whole_days_and_no_other(self, storage: Storage) -> None:
        storage.write("a", rows_of([sample(0, 1), sample(86_400, 2)]))
        storage.write("b", rows_of([sample(0, 1)]))
        day = HOUR_START_NS // HOUR_NS // 24
        sizes = storage.days()
        assert list(sizes) == [day, day + 1]
        assert all(size > 0 for size in sizes.values())
        assert storage.drop_day(day) == 2
        assert list(storage.days()) == [day + 1]
        assert everything(storage) == [sample(86_400, 2)]
        assert everything(storage, "b") == []
        assert storage.drop_day(day) == 0

    def test_cursors_are_of_the_newest_two_hours(self, storage: Storage) -> None:
        storage.write("a", rows_of([sample(0, 9, "old"), sample(4000, 1, "new"), sample(9000, 2, "new")]))
        assert storage.cursors("a") == {"new": 2}

    def test_readers_meet_only_whole_writes(self, storage: Storage) -> None:
        """One thread appends minutes to an hour, three read it: each answer is a whole number of minutes."""
        seen: list[int] = []
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                samples = everything(storage)
                assert samples == run_of(range(len(samples)))
                seen.append(len(samples))

        def checked_read() -> None:
            try:
                read()
            except BaseException:
                seen.append(-1)
                raise

        readers = [threading.Thread(target=checked_read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for minute in range(20):
            storage.write("a", rows_of(run_of(range(minute * 60, minute * 60 + 60), minute * 60 + 1)))
        done.set()
        for reader in readers:
            reader.join()
        assert seen and all(count >= 0 and count % 60 == 0 for count in seen)

    def test_writers_of_several_threads_lose_nothing(self, storage: Storage) -> None:
        """Eight threads each write every eighth second of the same hour of the same node."""
        samples = run_of(range(400))
        parts = [samples[start::8] for start in range(8)]
        threads = [threading.Thread(target=storage.write, args=("a", rows_of(part))) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert everything(storage) == samples
