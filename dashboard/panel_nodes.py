"""The nodes that a panel is about: how many there are, how often they are sampled, and whose clocks are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dashboard.mirror import NodeView
from dashboard.panels import is_plain
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["labelled_nodes", "least_step_ms", "wrong_clocks"]

# Samples come a little too early or too late; they lie on a grid, so that still each step has one.
_SAMPLES_A_STEP = 0.98
# The same as on a node's page, see node_clock.js.
_WRONG_MS = 5000


def labelled_nodes(panel: pb.Panel, nodes: Mapping[str, NodeView]) -> int:
    """How many of the nodes there are the panel is about; those it names count whether they are there or not."""
    return len(panel.node_ids) or len(list(_meant(panel, nodes)))


def least_step_ms(panel: pb.Panel, nodes: Mapping[str, NodeView]) -> int:
    """How wide a step must be to hold a sample of each of the panel's nodes; 0 for a panel of single samples.

    In narrower ones those that are sampled rarely would be missing, and a sum would fall each time.
    """
    if is_plain(panel):
        return 0
    return round(_SAMPLES_A_STEP * max((view.interval_ms for view in _meant(panel, nodes)), default=0))


def wrong_clocks(panel: pb.Panel, nodes: Mapping[str, NodeView]) -> dict[str, int]:
    """By how many ms the clocks of live nodes differ from the leader's, where they do; the most first.

    What such a node reports is at its own times, so that it may be in no step and outside of what is shown.
    """
    live = (view.info for view in _meant(panel, nodes) if view.info.state == pb.LIVE)
    wrong = [(info.node_id, info.clock_offset_ms) for info in live if abs(info.clock_offset_ms) >= _WRONG_MS]
    return dict(sorted(wrong, key=lambda each: abs(each[1]), reverse=True))


def _meant(panel: pb.Panel, nodes: Mapping[str, NodeView]) -> Iterable[NodeView]:
    found = [nodes[node_id] for node_id in panel.node_ids if node_id in nodes] if panel.node_ids else nodes.values()
    wanted = {(label.name, label.value) for label in panel.labels}
    if not wanted:
        return found
    return (view for view in found if wanted <= {(label.name, label.value) for label in view.info.labels})
