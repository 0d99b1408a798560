"""A node that gets another name: the history of the old one stays, and nothing is lost or doubled."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from tests.processes import LeaderProcess, killed_at_end, leader_process, start_node, wait_until
from tests.reading import nodes, stored_sequences


def has_stored(leader: LeaderProcess, node_id: str, least: int) -> bool:
    known = nodes(leader.address)
    return node_id in known and known[node_id].counts.stored >= least


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0


def test_each_name_has_an_outbox_of_its_own_in_one_spool(tmp_path: Path) -> None:
    """Also what the old name could not send: it is sent when a node of that name runs again."""
    spool = tmp_path / "spool"
    with leader_process(tmp_path / "metrics", "--no-dashboard", "--log-level", "warning") as leader:
        with killed_at_end() as processes:
            processes.append(start_node(leader.address, "old", spool, "--log-level", "warning"))
            wait_until(lambda: has_stored(leader, "old", 5))
            leader.kill()
            stop(processes[0])
            leader.start()
            kept = nodes(leader.address)["old"].durable_sequence
            processes.append(start_node(leader.address, "new", spool, "--log-level", "warning"))
            wait_until(lambda: has_stored(leader, "new", 5))
            assert nodes(leader.address)["old"].durable_sequence == kept
            processes.append(start_node(leader.address, "old", spool, "--log-level", "warning"))
            wait_until(lambda: nodes(leader.address)["old"].durable_sequence > kept)
            for process in processes[1:]:
                stop(process)
            given = {name: nodes(leader.address)[name].durable_sequence for name in ("old", "new")}
            instances = {name: nodes(leader.address)[name].instance_id for name in given}
        leader.stop()
    assert instances["old"] != instances["new"]
    assert stored_sequences(tmp_path / "metrics") == {
        name: {instances[name]: list(range(1, given[name] + 1))} for name in given
    }
