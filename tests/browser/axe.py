"""Accessibility as axe-core judges it, in the page that is open."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_TOOLS = Path(__file__).parents[1] / "javascript"
_GRAVE = ("serious", "critical")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    path = _TOOLS / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        assert shutil.which("npm"), "axe-core needs npm: apt-get install nodejs npm"
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=_TOOLS, check=True)
    return path.read_text()


def grave_violations(page: Page) -> list[str]:
    """What is wrong for people with a disability, by the rules of WCAG 2.2 AA: rule, where, and what to do."""
    page.evaluate(_source())
    found = page.evaluate("(tags) => axe.run({runOnly: tags}).then((results) => results.violations)", _RULES)
    return [
        f"{violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in found
        if violation["impact"] in _GRAVE
        for node in violation["nodes"]
    ]
