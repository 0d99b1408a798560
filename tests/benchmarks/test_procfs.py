"""CPU seconds and memory, checked on processes whose use is known."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from tests.benchmarks.children import read_json, running, wait_until
from tests.benchmarks.procfs import cpu_seconds, descendants, rss_bytes, usage_windows

BURN = "import time, json\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
READY_AND_WAIT = "print(json.dumps({}), flush=True)\ntime.sleep(60)"


def has_ended(pid: int) -> bool:
    """Whether nothing of a process is left but what its parent may not have collected yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_cpu_seconds_counts_children_that_live_and_those_that_ended() -> None:
    in_a_child = (
        f"import json, subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n{READY_AND_WAIT}"
    )
    nested = f"import json, subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {in_a_child!r}])"
    with running([sys.executable, "-c", nested], reads=True) as child:
        read_json(child)
        assert cpu_seconds(child.pid) >= 0.3
        family = descendants(child.pid)
    assert len(family) == 1
    wait_until(lambda: has_ended(family[0]), 5.0, "the grandchild lives on")


def test_memory_is_what_psutil_says() -> None:
    with running([sys.executable, "-c", f"import json, time\n{READY_AND_WAIT}"], reads=True) as child:
        read_json(child)
        assert rss_bytes(child.pid) == psutil.Process(child.pid).memory_info().rss


def test_a_window_tells_the_busy_from_the_idle() -> None:
    with (
        running([sys.executable, "-c", "while True: pass"]) as busy,
        running([sys.executable, "-c", f"import json, time\n{READY_AND_WAIT}"], reads=True) as idle,
    ):
        read_json(idle)
        usages = usage_windows({"busy": busy.pid, "idle": idle.pid}, 0.25, 2)
    assert len(usages["busy"]) == len(usages["idle"]) == 2
    busy_share, idle_share = (sum(usage.cpu_share for usage in usages[name]) for name in ("busy", "idle"))
    assert busy_share > 5 * idle_share


def test_a_process_that_is_gone_is_an_error() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with pytest.raises(ProcessLookupError, match=str(child.pid)):
        cpu_seconds(child.pid)


def test_this_process_has_used_something() -> None:
    before = cpu_seconds(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert cpu_seconds(os.getpid()) - before >= 0.03


def test_a_child_that_says_nothing_is_an_error_with_its_last_words() -> None:
    with (
        pytest.raises(RuntimeError, match="ended with 3") as error,
        running(
            [sys.executable, "-c", "import sys; print('no port', file=sys.stderr); sys.exit(3)"], reads=True
        ) as child,
    ):
        read_json(child)
    assert "no port" in error.value.__notes__[0]
