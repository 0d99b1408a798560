"""What an endpoint of the JSON API is: one entry of a table, from which both its route and its documentation come.

A subject is a module with a tuple ENDPOINTS; its handlers are functions of the sources and the request::

    async def nodes(sources: Sources, request: Request) -> list[str]:
        return sorted(sources.mirror.known())

    ENDPOINTS = (Endpoint("/api/nodes", nodes, "Ids of all nodes, sorted", answer=listed(NODE_ID)),)

A handler gives what is written as JSON (or JSON bytes, or an Answer, where more is to be said than the content), and
raises a TelemetryError for what `dashboard.api.problems` makes a problem of. Query parameters that the table does not
name never reach it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import Request

from dashboard.api.schema import Schema
from dashboard.client import LeaderClient
from dashboard.hub import Hub
from dashboard.mirror import Mirror

__all__ = ["Answer", "Body", "Endpoint", "Handler", "Parameter", "Sources"]

Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where answers come from: the mirror for what is about now, the leader for what is about the past."""

    client: LeaderClient
    mirror: Mirror
    hub: Hub


Handler = Callable[[Sources, Request], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `schema` is of one value, `most` is how often it may be given."""

    name: str
    description: str
    schema: Schema
    example: Any = None
    is_required: bool = False
    most: int = 1
    place: Literal["query", "path"] = "query"


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON that a request carries."""

    schema: Schema
    most_bytes: int
    example: Any = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path. `path` has its parameters in braces, `answer` is the schema of what it gives.

    also: other statuses of the same answer
    problems: the statuses of its errors, beside those every endpoint has
    is_tagged: answers carry an ETag, and one that the caller has already is not sent again
    is_mirrored: it is answered without the leader, too, and then says how old the answer is
    csv: what the rows are, if it gives CSV, too
    """

    path: str
    handler: Handler
    summary: str
    answer: Schema | None
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    method: Method = "GET"
    status: int = 200
    also: tuple[int, ...] = ()
    body: Body | None = None
    problems: tuple[int, ...] = (503,)
    is_tagged: bool = False
    is_mirrored: bool = False
    csv: str = ""
    example: Any = None

    @property
    def subject(self) -> str:
        """The module that has it: `nodes`, `charts`."""
        return self.handler.__module__.rpartition(".")[2]

    def query_parameters(self) -> dict[str, Parameter]:
        """Those that stand behind the question mark, by name."""
        return {each.name: each for each in self.parameters if each.place == "query"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler gives, when there is more to say than the content.

    max_age_s: so long may a browser take it again without asking; 0: not at all
    """

    content: Any
    status: int = 200
    max_age_s: int = 0
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
