from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.processes import ProcessCollector, ProcessCount
from tests.collectors.agreement import assert_agrees, collected, in_namespace

PROC = Path("/proc")


def test_the_count_agrees_with_psutil() -> None:
    count = ProcessCount(PROC)
    collector = ProcessCollector(count, KernelFile(PROC / "stat"))
    assert_agrees(lambda: {"count": len(psutil.pids())}, lambda: collected(collector).system.processes)


def test_the_count_follows_a_process() -> None:
    count = ProcessCount(PROC)
    count()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE):

        class Measured:
            count: float

        def measured() -> Measured:
            result = Measured()
            result.count = count()
            return result

        assert_agrees(lambda: {"count": len(psutil.pids())}, measured)


def test_running_and_blocked_agree_with_the_kernel() -> None:
    def told() -> dict[str, float]:
        words = (PROC / "stat").read_text().split()
        return {
            "running": int(words[words.index("procs_running") + 1]),
            "blocked": int(words[words.index("procs_blocked") + 1]),
        }

    collector = ProcessCollector(ProcessCount(PROC), KernelFile(PROC / "stat"))
    assert_agrees(told, lambda: collected(collector).system.processes)


def test_only_numbered_folders_count(tmp_path: Path) -> None:
    for name in ("1", "42", "self", "4x", "sys"):
        (tmp_path / name).mkdir()
    count = ProcessCount(tmp_path)
    assert count() == 2
    (tmp_path / "43").mkdir()
    assert count() == 3


def test_a_new_folder_of_the_kernel_is_noticed(tmp_path: Path) -> None:
    now = 0.0
    (tmp_path / "1").mkdir()
    count = ProcessCount(tmp_path, lambda: now)
    assert count() == 1
    (tmp_path / "asound").mkdir()
    now = 61
    assert count() == 1


COUNT_IN_A_CONTAINER = """
import subprocess, sys
inner = '''
import psutil
from pathlib import Path
from mcp_telemetry.collectors.processes import ProcessCount
print(ProcessCount(Path("/proc"))(), len(psutil.pids()))
'''
subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", inner], check=True)
"""


def test_a_container_counts_its_own() -> None:
    # The links of its /proc tell of the host's processes, too.
    assert in_namespace("--pid", COUNT_IN_A_CONTAINER).split() == ["1", "1"]


def test_a_missing_stat_leaves_the_count(tmp_path: Path) -> None:
    processes = collected(ProcessCollector(lambda: 5, KernelFile(tmp_path / "stat"))).system.processes
    assert processes.count == 5
    assert not processes.HasField("running")
    assert not processes.HasField("blocked")
