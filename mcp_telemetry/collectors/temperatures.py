"""Temperatures, where the hardware has sensors that the kernel knows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.labels import clean_label
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MAX_SENSORS", "TemperatureCollector"]

MAX_SENSORS = 64
_REFRESH_S = 30.0
_MILLI = 1000


class TemperatureCollector:
    """The hardware monitors of /sys/class/hwmon; where there are none, the thermal zones."""

    name = "temperatures"

    def __init__(self, sys: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._class_dir = sys / "class"
        self._clock = clock
        self._sensors: dict[str, KernelFile] = {}
        self._valid_until = -1.0

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill `system.temperatures`; a sensor that does not answer is left out."""
        now = self._clock()
        if now >= self._valid_until:
            self._sensors = _sensors(self._class_dir)
            self._valid_until = now + _REFRESH_S
        for sensor, file in self._sensors.items():
            celsius = _celsius(file)
            if celsius is not None:
                snapshot.system.temperatures.add(sensor=sensor, celsius=celsius)


def _celsius(file: KernelFile) -> float | None:
    try:
        text = file.read()
    except OSError:
        return None  # sleeping or unplugged: a sensor says so by an error of its driver
    return int(text) / _MILLI if text.strip() else None


def _sensors(class_dir: Path) -> dict[str, KernelFile]:
    """Files by sensor name, ordered by it; two sensors of one name are told apart by a number."""
    found = _hardware_monitors(class_dir / "hwmon") or _thermal_zones(class_dir / "thermal")
    named: dict[str, Path] = {}
    for name, path in found[:MAX_SENSORS]:
        named[_unused(name, named)] = path
    return {name: KernelFile(named[name]) for name in sorted(named)}


def _unused(name: str, taken: dict[str, Path]) -> str:
    number = 1
    unused = name
    while unused in taken:
        number += 1
        unused = f"{name} {number}"
    return unused


def _hardware_monitors(hwmon: Path) -> list[tuple[str, Path]]:
    # Some drivers put their files one folder deeper.
    inputs = sorted({*hwmon.glob("hwmon*/temp*_input"), *hwmon.glob("hwmon*/device/temp*_input")})
    return [(f"{_text(path.parent / 'name') or 'hwmon'}/{_label(path)}", path) for path in inputs]


def _label(path: Path) -> str:
    sensor = path.name.removesuffix("_input")
    return _text(path.with_name(f"{sensor}_label")) or sensor


def _thermal_zones(thermal: Path) -> list[tuple[str, Path]]:
    zones = sorted(thermal.glob("thermal_zone*"))
    return [(_text(zone / "type") or zone.name, zone / "temp") for zone in zones]


def _text(path: Path) -> str:
    try:
        return clean_label(path.read_text(errors="replace").strip())
    except OSError:
        return ""
