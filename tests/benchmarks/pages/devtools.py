"""A Chromium of which a tab can be hidden: Playwright tells all of its pages that they are in front."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.benchmarks.children import free_port, running, wait_for_port
from tests.browser.chromium import FLAGS, chromium_path

__all__ = ["Tab", "lone_tab"]

_TIMEOUT_S = 30.0


class Tab:
    """One page, driven through its DevTools; `events` counts what they told, by name."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._last_id = 0
        self.events: Counter[str] = Counter()

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command; RuntimeError if Chromium refuses it."""
        self._last_id += 1
        self._socket.send(json.dumps({"id": self._last_id, "method": method, "params": parameters}))
        while (message := self._next(_TIMEOUT_S)).get("id") != self._last_id:
            continue
        if "result" not in message:
            raise RuntimeError(f"{method}: {message.get('error')}")
        result: dict[str, Any] = message["result"]
        return result

    def _next(self, timeout_s: float) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout_s))
        if "method" in message:
            self.events[message["method"]] += 1
        return message

    def watch(self, seconds: float) -> None:
        """Counts events for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                self._next(left)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return self.send("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Until it is true; TimeoutError when that takes too long."""
        deadline = time.monotonic() + _TIMEOUT_S
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not so after {_TIMEOUT_S:g} s: {expression}")
            self.watch(0.1)

    def task_seconds(self) -> float:
        """What the page's main thread has worked since it was made."""
        metrics = self.send("Performance.getMetrics")["metrics"]
        return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")

    def hide(self) -> None:
        """Opens another tab in front of it."""
        self.send("Target.createTarget", url="about:blank")
        self.wait_for("document.hidden")


@contextlib.contextmanager
def lone_tab() -> Iterator[Tab]:
    """A Chromium of its own with one blank tab."""
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        where = [f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "--window-size=1440,900"]
        with running([chromium_path(), "--headless=new", *FLAGS, *where, "about:blank"]):
            wait_for_port(port)
            with connect(_address(port), max_size=None) as socket:
                tab = Tab(socket)
                for domain in ("Page", "Network"):
                    tab.send(f"{domain}.enable")
                tab.send("Performance.enable", timeDomain="threadTicks")
                yield tab


def _address(port: int) -> str:
    """Of the first page's DevTools."""
    targets = httpx.get(f"http://127.0.0.1:{port}/json").json()
    address: str = next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page")
    return address
