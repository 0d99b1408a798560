"""`mcp-telemetry events`: what happened in the swarm, and with --follow what happens."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mcp_telemetry.cli.asking import TIMEOUT_S, add_leader_option, asking
from mcp_telemetry.model.events import KINDS_BY_WORD, kind_word
from mcp_telemetry.model.moments import parse_duration
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["add"]

_MOST = 10_000
_WORD_WIDTH = max(map(len, KINDS_BY_WORD))
_NS_PER_S = 1_000_000_000


def add(commands: Any) -> None:
    """Add the command to those of `mcp-telemetry`."""
    parser = commands.add_parser("events", help="tell what happened: who came and went, what was lost")
    add_leader_option(parser)
    several: dict[str, Any] = {"action": "append", "default": []}
    kinds = f"only of this kind: {', '.join(KINDS_BY_WORD)}; repeat it for more"
    parser.add_argument("--node", metavar="ID", help="only of this node; repeat it for more", **several)
    parser.add_argument("--kind", metavar="KIND", choices=KINDS_BY_WORD, help=kinds, **several)
    parser.add_argument("--last", default="24h", metavar="TIME", help="as far back as this: 30m, 24h, 7d [default 24h]")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--follow", action="store_true", help="then go on with what happens, until Ctrl-C")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    start_ns = max(1, time.time_ns() - parse_duration(arguments.last))
    show = _print_json if arguments.json else _print_line
    with asking(arguments.leader) as query:
        # Before it is asked what happened, so that nothing falls between.
        updates = _followed(query, arguments) if arguments.follow else iter(())
        next(updates, None)
        before = list(_events(query, arguments, start_ns))[::-1]
        for event in before:
            show(event)
        known = {event.id: event.count for event in before}
        for event in updates:
            if known.get(event.id) != event.count:
                show(event)
    return 0


def _events(query: Any, arguments: argparse.Namespace, start_ns: int) -> Iterator[pb.Event]:
    """Newest first, page by page."""
    request = pb.ListEventsRequest(
        node_ids=arguments.node,
        kinds=[KINDS_BY_WORD[kind] for kind in arguments.kind],
        start_unix_nano=start_ns,
        limit=_MOST,
    )
    has_more = True
    while has_more:
        answer: pb.ListEventsResponse = query.ListEvents(request, timeout=TIMEOUT_S)
        yield from answer.events
        has_more = answer.has_more
        if has_more:
            request.before_id = answer.events[-1].id


def _followed(query: Any, arguments: argparse.Namespace) -> Iterator[pb.Event]:
    """The first is what the stream begins with, and means only that it has begun."""
    request = pb.WatchRequest(node_ids=arguments.node, columns=["none"])
    wanted = {KINDS_BY_WORD[kind] for kind in arguments.kind}
    for number, update in enumerate(query.Watch(request)):
        if not number:
            yield pb.Event()
        yield from (event for event in update.events if not wanted or event.kind in wanted)


def _print_line(event: pb.Event) -> None:
    moment = _moment(event).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    print(f"{moment}Z  {kind_word(event.kind):{_WORD_WIDTH}}  {event.node_id or 'leader'}  {event.detail}", flush=True)


def _print_json(event: pb.Event) -> None:
    facts = {
        "id": event.id,
        "time": _moment(event).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "node_id": event.node_id,
        "kind": kind_word(event.kind),
        "count": event.count,
        "detail": event.detail,
    }
    print(json.dumps(facts), flush=True)


def _moment(event: pb.Event) -> datetime:
    return datetime.fromtimestamp(event.time_unix_nano / _NS_PER_S, UTC)
