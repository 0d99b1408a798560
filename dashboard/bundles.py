"""The scripts and the styles of all pages, each kind as one file: browsers ask for two addresses, not for a hundred."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["Bundle", "bundles"]

_MEDIA_TYPES = {"css": "text/css", "js": "application/javascript"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files of a kind ("js", "css") that lie in a folder, one after the other by name, each under its name."""

    kind: str
    body: bytes

    @property
    def address(self) -> str:
        """Another one for another content."""
        return f"{self._path}?v={hashlib.sha256(self.body).hexdigest()[:12]}"

    @property
    def _path(self) -> str:
        return f"/assets/all.{self.kind}"

    def route(self) -> Route:
        """Where it is served."""

        async def serve(_request: Request) -> Response:
            return Response(self.body, media_type=_MEDIA_TYPES[self.kind])

        return Route(self._path, serve)


@cache
def bundles(folder: Path) -> dict[str, Bundle]:
    """One of each kind, read once."""
    return {kind: Bundle(kind, _joined(sorted(folder.glob(f"*.{kind}")))) for kind in _MEDIA_TYPES}


def _joined(files: list[Path]) -> bytes:
    return b"\n".join(f"/* {file.name} */\n".encode() + file.read_bytes() for file in files)
