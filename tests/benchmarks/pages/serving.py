"""A dashboard beside a leader, pages of it in a real Chromium, and nodes that report to the leader."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator

import httpx
from playwright.sync_api import Browser, Page

from tests.benchmarks.children import free_port, python_module, running, wait_until
from tests.benchmarks.competitors import Server, scratch_folder, serving
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, not_measured
from tests.browser.chromium import NoChromiumError

__all__ = ["SIZE", "dashboard", "fresh_page", "needs_chromium", "timekeeper"]

SIZE = {"width": 1440, "height": 900}
_START_S = 60.0
_MOST_COMPLAINTS = 5

Measure = Callable[[Effort], list[Figure]]


def needs_chromium(measure: Measure) -> Measure:
    """Where there is no Chromium and none may be installed, one line says so."""

    @functools.wraps(measure)
    def measured(effort: Effort) -> list[Figure]:
        try:
            return measure(effort)
        except NoChromiumError as error:
            return [not_measured(measure.__module__.rpartition(".")[2], error)]

    return measured


@contextlib.contextmanager
def dashboard(leader: Server, nodes: int) -> Iterator[Server]:
    """The dashboard of a leader, which knows at least so many nodes; TimeoutError if it does not hear of them."""
    port = free_port()
    where = ["--leader", leader.address, "--dashboard-host", "127.0.0.1", "--dashboard-port", str(port)]
    with serving(python_module("dashboard", *where, "--log-level", "warning"), port) as server:
        wait_until(lambda: _nodes_known(server) >= nodes, _START_S, f"the dashboard does not know {nodes} nodes")
        yield server


def _nodes_known(server: Server) -> int:
    return int(httpx.get(f"http://{server.address}/healthz").json()["nodes"])


@contextlib.contextmanager
def fresh_page(chromium: Browser) -> Iterator[Page]:
    """A blank page with nothing in its cache, of the size of a laptop's; what it complains of, an error quotes."""
    context = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
    context.set_default_timeout(1000 * _START_S)  # a busy machine takes its time
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    try:
        yield page
    except Exception as error:
        error.add_note(f"{page.url} complained: {complaints[:_MOST_COMPLAINTS]}")
        raise
    finally:
        context.close()


@contextlib.contextmanager
def timekeeper(leader: Server, node_id: str) -> Iterator[None]:
    """This host as a node that samples each second, reports when the leader says, and tells when it sampled."""
    with scratch_folder() as folder:
        where = ["--leader", leader.address, "--node-id", node_id, "--folder", str(folder)]
        with running(python_module("tests.benchmarks.pages.timekeeper", *where)):
            yield
