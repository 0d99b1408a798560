"""What a page costs, as its DevTools tell."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

__all__ = ["Kept", "Meter", "Spent"]

_FRAME_HEADER_BYTES = 4
_COLLECTIONS = 4


@dataclass(frozen=True, slots=True)
class Spent:
    """Of a stretch of time: share of the page's main thread (1.0 is all of it), bytes on the wire each second."""

    busy_share: float
    bytes_per_s: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left after a garbage collection."""

    heap_bytes: int
    dom_nodes: int
    listeners: int


class Meter:
    """Counts from when it is made. `received`: messages and bytes of sockets; `loaded_bytes`: of requests, headers
    included, by address; `sent`: what the page wrote to its sockets.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._cdp = page.context.new_cdp_session(page)
        self._urls: dict[str, str] = {}
        self.frames = self.frame_bytes = 0
        self.loaded: dict[str, int] = {}
        self.sent: list[str] = []
        self._cdp.on("Network.requestWillBeSent", lambda event: self._ask(event["requestId"], event["request"]["url"]))
        self._cdp.on("Network.loadingFinished", lambda event: self._finish(event["requestId"], event))
        self._cdp.on("Network.webSocketFrameReceived", lambda event: self._receive(event["response"]["payloadData"]))
        self._cdp.on("Network.webSocketFrameSent", lambda event: self.sent.append(event["response"]["payloadData"]))
        self._cdp.send("Network.enable")
        # In CPU time: neighbours that take the core away from the page do not make it busier.
        self._cdp.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _ask(self, request_id: str, url: str) -> None:
        if url.startswith("http"):
            self._urls[request_id] = url

    def _finish(self, request_id: str, event: dict[str, Any]) -> None:
        if (url := self._urls.pop(request_id, None)) is not None:
            self.loaded[url] = self.loaded.get(url, 0) + int(event["encodedDataLength"])

    def _receive(self, payload: str) -> None:
        self.frames += 1
        self.frame_bytes += len(payload.encode()) + _FRAME_HEADER_BYTES

    @property
    def wire_bytes(self) -> int:
        """Everything that came to the page so far."""
        return self.frame_bytes + sum(self.loaded.values())

    def spend(self, seconds: float) -> Spent:
        """Watches the page for so long."""
        start, busy_s, came = time.monotonic(), self.busy_s(), self.wire_bytes
        self._page.wait_for_timeout(1000 * seconds)
        elapsed_s = time.monotonic() - start
        return Spent((self.busy_s() - busy_s) / elapsed_s, (self.wire_bytes - came) / elapsed_s)

    def keep(self) -> Kept:
        """Collects garbage, and counts what is left: the least of several times.

        Once is not enough. A chart that was drawn anew lets go of what it was before, which is some of the heap and
        hundreds of elements, one collection later.
        """
        return min((self._collect() for _ in range(_COLLECTIONS)), key=lambda kept: kept.heap_bytes)

    def _collect(self) -> Kept:
        self._cdp.send("HeapProfiler.collectGarbage")
        heap = self._cdp.send("Runtime.getHeapUsage")["usedSize"]
        counters = self._cdp.send("Memory.getDOMCounters")
        return Kept(int(heap), int(counters["nodes"]), int(counters["jsEventListeners"]))

    def busy_s(self) -> float:
        """How long the page's main thread has worked since it was made."""
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")
