"""One file of scripts and one of styles."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from dashboard.app import ASSETS
from dashboard.bundles import bundles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.js").write_text("second()")
    (tmp_path / "a.js").write_text("first() // ends without a line")
    (tmp_path / "a.css").write_text("a {}")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "large.js").write_text("large()")
    return tmp_path


def test_all_files_of_a_kind_by_name_but_for_those_in_folders(folder: Path) -> None:
    assert bundles(folder)["js"].body == b"/* a.js */\nfirst() // ends without a line\n/* b.js */\nsecond()"
    assert bundles(folder)["css"].body == b"/* a.css */\na {}"


def test_another_content_has_another_address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "a.js").write_text("third()")
    assert bundles(folder)["js"].address != bundles(other)["js"].address


async def test_it_is_served_at_its_address() -> None:
    bundle = bundles(ASSETS)["js"]
    transport = httpx.ASGITransport(Starlette(routes=[bundle.route()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://dashboard") as http:
        answer = await http.get(bundle.address)
    assert answer.content == bundle.body
    assert answer.headers["content-type"].startswith("application/javascript")


@pytest.mark.parametrize("script", sorted(ASSETS.glob("*.js")), ids=lambda path: path.name)
def test_what_follows_a_script_does_not_go_on_with_its_last_expression(script: Path) -> None:
    assert script.read_text().rstrip().endswith(";")
