"""The store of dashboards: on real files, through restarts, refusals and damage."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mcp_telemetry.errors import (
    CorruptionError,
    InvalidDashboardError,
    ShippedDashboardError,
    StaleDashboardError,
    StorageError,
    TooManyDashboardsError,
    UnknownDashboardError,
)
from mcp_telemetry.leader.dashboards import DashboardStore, store
from mcp_telemetry.leader.dashboards.shipped import FOLDER, shipped
from mcp_telemetry.model.columns import defined_columns
from mcp_telemetry.model.names import base_name
from mcp_telemetry.v1 import metrics_pb2 as pb

PANEL = pb.Panel(columns=["cpu.percent"], width=6, height=4)


def dashboard(title: str = "Mine", **fields: Any) -> pb.Dashboard:
    return pb.Dashboard(**{"title": title, "panels": [PANEL]} | fields)


def opened(folder: Path) -> DashboardStore:
    clock = count(1000)
    found = DashboardStore(folder, lambda: next(clock))
    found.open()
    return found


@pytest.fixture
def kept(tmp_path: Path) -> DashboardStore:
    return opened(tmp_path / "d")


def own(dashboards: DashboardStore) -> list[str]:
    return [each.id for each in dashboards.list() if not each.is_shipped]


# -- The store --------------------------------------------------------------------------------------------------------


def test_what_is_put_is_there_after_a_restart(kept: DashboardStore, tmp_path: Path) -> None:
    made = kept.put(dashboard("Mémoire", description="of all", range="1h"))
    assert (made.id, made.revision, made.changed_unix_nano) == ("memoire", 1, 1000)
    changed = kept.put(pb.Dashboard(id="memoire", title="Memory", revision=1, panels=[PANEL, PANEL]))
    assert (changed.id, changed.revision, changed.changed_unix_nano) == ("memoire", 2, 1001)
    assert [panel.y for panel in changed.panels] == [0, 4], "panels settle"
    again = opened(tmp_path / "d")
    assert again.get("memoire") == changed
    assert own(again) == ["memoire"]


def test_the_list_is_by_title_and_has_places_without_contents(kept: DashboardStore) -> None:
    for title in ("b", "A", "C"):
        kept.put(dashboard(title))
    titles = [each.title for each in kept.list()]
    assert titles == sorted(titles, key=str.casefold)
    (panel,) = next(each for each in kept.list() if each.id == "a").panels
    assert panel == pb.Panel(width=6, height=4)


def test_each_new_one_has_an_id_of_its_own(kept: DashboardStore) -> None:
    assert [kept.put(dashboard()).id for _ in range(3)] == ["mine", "mine-2", "mine-3"]
    assert kept.put(dashboard(id="chosen")).id == "chosen"
    assert kept.put(dashboard("Hosts")).id == "hosts-2", "a shipped one has the other"


def test_a_change_of_what_somebody_changed_meanwhile_is_refused(kept: DashboardStore) -> None:
    made = kept.put(dashboard())
    kept.put(made)
    with pytest.raises(StaleDashboardError, match=r"revision is 1, but dashboard 'mine' is at 2: .* load it again"):
        kept.put(made)
    with pytest.raises(StaleDashboardError, match="revision is 0"):
        kept.put(dashboard(id="mine"))
    assert kept.get("mine").revision == 2


def test_a_change_of_one_that_was_deleted_is_none_of_its_successor(kept: DashboardStore) -> None:
    deleted = kept.put(dashboard())
    kept.delete("mine")
    successor = kept.put(dashboard())
    assert (successor.id, successor.revision) == (deleted.id, deleted.revision)
    with pytest.raises(StaleDashboardError, match="load it again, or save yours as a copy"):
        kept.put(deleted)
    assert kept.put(successor).revision == 2


def test_a_change_of_what_is_gone_is_refused(kept: DashboardStore) -> None:
    made = kept.put(dashboard())
    kept.delete("mine")
    with pytest.raises(UnknownDashboardError, match="no dashboard 'mine' any more: save it as a copy"):
        kept.put(made)
    with pytest.raises(InvalidDashboardError, match="revision is 3: want 0 for a new dashboard"):
        kept.put(dashboard(revision=3))
    for name in ("mine", "../etc/passwd"):
        with pytest.raises(UnknownDashboardError, match="no dashboard"):
            kept.get(name)
        with pytest.raises(UnknownDashboardError, match="no dashboard"):
            kept.delete(name)


def test_what_is_refused_changes_nothing(kept: DashboardStore, tmp_path: Path) -> None:
    with pytest.raises(InvalidDashboardError, match="title"):
        kept.put(dashboard(""))
    with pytest.raises(InvalidDashboardError, match="id is"):
        kept.put(dashboard(id="../x"))
    assert not list(tmp_path.iterdir())


def test_as_many_as_are_taken(kept: DashboardStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_DASHBOARDS", 2)
    first, _ = kept.put(dashboard()), kept.put(dashboard())
    with pytest.raises(TooManyDashboardsError, match="2 dashboards are kept: delete one first"):
        kept.put(dashboard())
    assert kept.put(first).revision == 2, "those there are can be changed"
    kept.delete("mine-2")
    kept.put(dashboard())
    (tmp_path / "d" / "stranger.json").write_bytes((tmp_path / "d" / "mine.json").read_bytes())
    assert own(opened(tmp_path / "d")) == ["mine", "mine-2"]


def test_a_disk_that_refuses_leaves_all_as_it_was(kept: DashboardStore, monkeypatch: pytest.MonkeyPatch) -> None:
    made = kept.put(dashboard())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(StorageError, match="free some space"):
            kept.put(pb.Dashboard(id=made.id, title="Other", revision=1))
    assert kept.get("mine") == made
    assert kept.put(made).revision == 2


# -- Damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"{", b'{"title": ""}', b" " * 300_000], ids=len)
def test_a_damaged_file_is_left_out_counted_and_kept(
    kept: DashboardStore, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    kept.put(dashboard("Good"))
    damaged = tmp_path / "d" / "mine.json"
    damaged.write_bytes(content)
    (tmp_path / "d" / ".tmp-mine").write_bytes(b"half")
    again = opened(tmp_path / "d")
    assert (own(again), again.damaged) == (["good"], 1)
    assert "dashboard 'mine' is left out: " in caplog.text
    assert again.put(dashboard()).id == "mine-2"
    with pytest.raises(CorruptionError, match="'mine' is damaged: take another id, or mend the file"):
        again.put(dashboard(id="mine"))
    assert damaged.read_bytes() == content
    assert not (tmp_path / "d" / ".tmp-mine").exists()


def test_a_file_damaged_meanwhile_is_said(kept: DashboardStore, tmp_path: Path) -> None:
    kept.put(dashboard())
    (tmp_path / "d" / "mine.json").write_bytes(b"{")
    with pytest.raises(CorruptionError, match=r"mine\.json: this is no dashboard in JSON"):
        kept.get("mine")
    assert kept.damaged == 1


def test_other_files_are_none(kept: DashboardStore, tmp_path: Path) -> None:
    kept.put(dashboard())
    for name in ("notes.txt", "Not-An-Id.json", ".hidden.json"):
        (tmp_path / "d" / name).write_text("{}")
    again = opened(tmp_path / "d")
    assert (own(again), again.damaged) == (["mine"], 0)


# -- Those that ship --------------------------------------------------------------------------------------------------


def test_shipped_ones_can_be_read_and_copied_but_not_changed(kept: DashboardStore) -> None:
    hosts = kept.get("hosts")
    assert hosts.is_shipped
    for refused in (lambda: kept.put(hosts), lambda: kept.delete("hosts")):
        with pytest.raises(ShippedDashboardError, match="'hosts' came with the leader: change a copy of it"):
            refused()
    hosts_copy = pb.Dashboard(title="Hosts", panels=hosts.panels, is_shipped=True)
    made = kept.put(hosts_copy)
    assert (made.id, made.is_shipped) == ("hosts-2", False)
    assert made.panels == hosts.panels, "their panels have settled already"


def test_a_kept_one_hides_a_shipped_one_of_its_id(kept: DashboardStore, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "hosts.json").write_text('{"title": "My hosts"}')
    again = opened(tmp_path / "d")
    assert own(again) == ["hosts"]
    assert again.get("hosts").title == "My hosts"


def test_every_shipped_one_shows_columns_there_are() -> None:
    known = {base_name(column.name) for column in defined_columns()}
    assert len(shipped()) == len(list(FOLDER.glob("*.json"))) >= 5
    for each in shipped().values():
        assert each.description
        assert {base_name(column) for panel in each.panels for column in panel.columns} <= known
        written = json.loads((FOLDER / f"{each.id}.json").read_text())
        assert [panel.get("y", 0) for panel in written["panels"]] == [panel.y for panel in each.panels], each.id
