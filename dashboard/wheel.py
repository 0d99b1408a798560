"""The installed program as a wheel: who joins gets this very version from here, and needs no package index for it.

    pip install http://DASHBOARD/install/mcp_telemetry-VERSION-py3-none-any.whl

Written as the binary distribution format says (packaging.python.org, "Binary distribution format"): the files of the
packages, and a folder of metadata with a list of all of them.
"""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import dashboard
import mcp_telemetry
from mcp_telemetry._version import __version__

__all__ = ["PATH", "wheel", "wheel_route"]

_PROJECT = f"mcp_telemetry-{__version__}"
PATH = f"/install/{_PROJECT}-py3-none-any.whl"
_WHEEL = "Wheel-Version: 1.0\nGenerator: mcp-telemetry\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_COPIED = ("METADATA", "entry_points.txt", "top_level.txt", "licenses/LICENSE")
_NOT_INSTALLED = (
    "This dashboard runs from sources that nobody installed: run `pip install .` where they are, and start it again.\n"
)
_READABLE = 0o644 << 16
_SKIPPED = {"__pycache__", "SHA256SUMS"}


def wheel_route() -> Route:
    """GET and HEAD of PATH."""
    return Route(PATH, _served)


async def _served(_request: Request) -> Response:
    # Packing takes some tenths of a second of a core, once.
    content = await asyncio.to_thread(wheel)
    if not content:
        return Response(_NOT_INSTALLED, status_code=404, media_type="text/plain")
    return Response(content, media_type="application/zip")


@cache
def wheel() -> bytes:
    """The wheel, about a megabyte; nothing if the program was not installed, and its metadata are nowhere."""
    # A folder of sources may hold an older build's metadata, of another form.
    installed = next((each for each in distributions(name="mcp-telemetry") if each.read_text("METADATA")), None)
    if installed is None:
        return b""
    info = f"{_PROJECT}.dist-info"
    files = {**dict(_sources()), **{f"{info}/{name}": content for name, content in _metadata(installed)}}
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = _READABLE
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _sources() -> Iterator[tuple[str, bytes]]:
    for package in (mcp_telemetry, dashboard):
        folder = Path(package.__path__[0])
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not _SKIPPED & set(path.parts):
                yield path.relative_to(folder.parent).as_posix(), path.read_bytes()


def _metadata(installed: Distribution) -> Iterator[tuple[str, bytes]]:
    yield "WHEEL", _WHEEL.encode()
    for name in _COPIED:
        if text := installed.read_text(name):
            yield name, text.encode()


def _record(files: Mapping[str, bytes], own_name: str) -> bytes:
    lines = io.StringIO()
    write = csv.writer(lines, lineterminator="\n").writerow
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        write((name, f"sha256={digest}", len(content)))
    write((own_name, "", ""))
    return lines.getvalue().encode()
