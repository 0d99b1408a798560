"""Who reads about the benchmarks finds all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.__main__ import _MEASUREMENTS

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("part", _MEASUREMENTS)
def test_every_part_is_in_the_readme(part: str) -> None:
    told = README.read_text().partition("`make bench` measures it on your machine")[2].partition("- **Backup.**")[0]
    assert part in told.replace("`", " ").replace(",", " ").replace("(", " ").replace(")", " ").split()
