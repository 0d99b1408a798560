"""`python -m tests.benchmarks.pages.visitors`: browsers without a screen, as far as a dashboard can tell.

Each opens the live socket, says what it looks at, and asks for the paths that its page asks for, again whenever a topic
begins anew. Prints `{"ready": browsers}` once each has got something, and goes on until it is told to stop.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect

__all__ = ["Visit", "visitors_command"]

_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Visit:
    """What one browser does: the topics it looks at, and the paths it asks for when one of them says "open"."""

    topics: tuple[str, ...]
    paths: tuple[str, ...] = ()

    @classmethod
    def of_page(cls, sent: Sequence[str], urls: Iterable[str]) -> Visit:
        """What a real page does, by what it last said on the live socket, and by the addresses it asked for."""
        parts = [urlsplit(url) for url in urls]
        paths = [part._replace(scheme="", netloc="").geturl() for part in parts if part.path.startswith("/api/")]
        return cls(tuple(json.loads(sent[-1])["look_at"]), tuple(paths))

    def of_node(self, before: str, node_id: str) -> Visit:
        """The same of another node than `before`."""

        def renamed(text: str) -> str:
            return re.sub(rf"(?<=[/=]){re.escape(before)}(?![\w.-])", node_id, text)

        return Visit(tuple(map(renamed, self.topics)), tuple(map(renamed, self.paths)))


def visitors_command(dashboard: str, visits: Sequence[Visit]) -> list[str]:
    """The command that opens these browsers at a dashboard, host:port."""
    told = json.dumps([[visit.topics, visit.paths] for visit in visits])
    return [sys.executable, "-m", __name__, "--dashboard", dashboard, "--visits", told]


async def _run(dashboard: str, visits: Sequence[Visit]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group, httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
        begun = [asyncio.Event() for _ in visits]
        tasks = [
            group.create_task(_browse(dashboard, visit, client, seen))
            for visit, seen in zip(visits, begun, strict=True)
        ]
        async with asyncio.timeout(_TIMEOUT_S):
            await asyncio.gather(*(seen.wait() for seen in begun))
        print(json.dumps({"ready": len(visits)}), flush=True)
        await stop.wait()
        for task in tasks:
            task.cancel()


async def _browse(dashboard: str, visit: Visit, client: httpx.AsyncClient, begun: asyncio.Event) -> None:
    async with connect(f"ws://{dashboard}/live", compression=None, max_size=None) as socket:
        await socket.send(json.dumps({"look_at": visit.topics}))
        async for message in socket:
            begun.set()
            if '"kind":"open"' in str(message[:200]):
                for path in visit.paths:
                    (await client.get(f"http://{dashboard}{path}")).raise_for_status()


def main(argv: Sequence[str] | None = None) -> None:
    """Ends with an error as soon as one of the browsers is sent away."""
    parser = argparse.ArgumentParser(prog="visitors", description=__doc__)
    parser.add_argument("--dashboard", required=True, help="host:port")
    parser.add_argument("--visits", required=True, help="JSON: [[topics, paths] of each browser]")
    arguments = parser.parse_args(argv)
    visits = [Visit(tuple(topics), tuple(paths)) for topics, paths in json.loads(arguments.visits)]
    asyncio.run(_run(arguments.dashboard, visits))


if __name__ == "__main__":
    main()
