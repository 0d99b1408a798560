"""How a run is split over processes."""

from __future__ import annotations

import pytest

from tests.benchmarks.loadgen.plan import Plan


def nodes_of(plans: list[Plan]) -> list[int]:
    return [node for plan in plans for node in range(plan.first_node, plan.first_node + plan.nodes)]


@pytest.mark.parametrize("processes", [1, 2, 3, 7])
@pytest.mark.parametrize(("nodes", "probes"), [(1000, 20), (10, 20), (10, 0), (5, 5)])
def test_every_node_is_in_one_process(nodes: int, probes: int, processes: int) -> None:
    plans = Plan(leader="", nodes=nodes, probes=probes).split(processes)
    assert nodes_of(plans) == list(range(nodes))
    assert len(plans) <= processes


@pytest.mark.parametrize("processes", [2, 3])
def test_probes_have_a_process_to_themselves(processes: int) -> None:
    first, *others = Plan(leader="", nodes=1000, probes=20).split(processes)
    assert (first.nodes, first.probes) == (20, 20)
    assert all(plan.probes == 0 for plan in others)


def test_a_report_holds_what_was_sampled_since_the_last() -> None:
    assert Plan(leader="", sample_interval_s=1, report_interval_s=10).snapshots_per_report == 10
    assert Plan(leader="", sample_interval_s=2, report_interval_s=1).snapshots_per_report == 1
