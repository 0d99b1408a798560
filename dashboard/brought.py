"""What a page brings along for Dash: the layout, with the page that is asked for already in it, and the callbacks.

Dash would ask for the layout and the callbacks once all of its scripts have run, and then for the page. Browsers answer
it from the document instead (assets/brought.js): two round trips less before anything is to be seen.
"""

from __future__ import annotations

import copy
import functools
import re
from typing import Any

import dash
from dash import Dash
from dash._pages import _path_to_page  # what Dash itself opens for an address
from plotly.io.json import to_json_plotly  # type: ignore[import-untyped]

from dashboard.components.parts import Component
from dashboard.components.shell import shell

__all__ = ["data_scripts"]

# As browsers and servers write it alike; at others the browser asks for its page.
_PLAIN_PATH = re.compile(r"[\w./~-]*", re.ASCII)
_MOST_REMEMBERED = 64


@functools.lru_cache(_MOST_REMEMBERED)
def data_scripts(site: Dash, path: str, query: str) -> str:
    """Two elements with JSON, each named by the address that would answer the same."""
    dependencies: str = site.dependencies().get_data(as_text=True)
    layout: str = to_json_plotly(shell(_container(path, query)))
    return _data_script("/_dash-layout", layout) + _data_script("/_dash-dependencies", dependencies)


def _data_script(address: str, json: str) -> str:
    # Both were written so that "<" is nowhere in them: nothing ends the element but its end.
    return f'<script type="application/json" data-answer="{address}">{json}</script>'


def _container(path: str, query: str) -> Component:
    """Dash's container of pages as it is when the page at this address is open; empty if there may be none."""
    container: Any = copy.deepcopy(dash.page_container)
    page, variables = _page_at(path) if _PLAIN_PATH.fullmatch(path) else ({}, None)
    if page:
        container["_pages_location"].pathname = path
        container["_pages_location"].search = f"?{query}" if query else ""
        container["_pages_content"].children = _made(page["layout"], variables)
        container["_pages_store"].data = {"title": _made(page["title"], variables)}
    return container


def _page_at(path: str) -> tuple[dict[str, Any], dict[str, str] | None]:
    """Dash's entry of a page, {} if there is none, and the variables in its path."""
    found: tuple[dict[str, Any], dict[str, str] | None] = _path_to_page(path.strip("/"))  # type: ignore[no-untyped-call]
    return found


def _made(part: Any, variables: dict[str, str] | None) -> Any:
    return part(**(variables or {})) if callable(part) else part
