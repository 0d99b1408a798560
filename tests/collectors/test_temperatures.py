from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.temperatures import MAX_SENSORS, TemperatureCollector
from tests.collectors.agreement import collected


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def sensor(sys: Path, number: int, chip: str, sensor: int, celsius: float, label: str = "") -> Path:
    folder = sys / "class" / "hwmon" / f"hwmon{number}"
    write(folder / "name", f"{chip}\n")
    write(folder / f"temp{sensor}_input", f"{round(celsius * 1000)}\n")
    if label:
        write(folder / f"temp{sensor}_label", f"{label}\n")
    return folder / f"temp{sensor}_input"


def read(collector: TemperatureCollector) -> dict[str, float]:
    temperatures = collected(collector).system.temperatures
    assert [each.sensor for each in temperatures] == sorted(each.sensor for each in temperatures)
    return {each.sensor: each.celsius for each in temperatures}


def test_as_many_sensors_as_psutil_sees_and_as_warm() -> None:
    told = [each.current for sensors in psutil.sensors_temperatures().values() for each in sensors]
    measured = read(TemperatureCollector(Path("/sys")))
    assert len(measured) == min(len(told), MAX_SENSORS)
    assert sorted(measured.values()) == pytest.approx(sorted(told), abs=5)


def test_sensors_are_named_by_chip_and_label(tmp_path: Path) -> None:
    sensor(tmp_path, 0, "coretemp", 1, 45.5, "Package id 0")
    sensor(tmp_path, 1, "acpitz", 1, -3)
    assert read(TemperatureCollector(tmp_path)) == {"acpitz/temp1": -3, "coretemp/Package id 0": 45.5}


def test_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    sensor(tmp_path, 0, "nvme", 1, 30, "Composite")
    sensor(tmp_path, 1, "nvme", 1, 40, "Composite")
    assert read(TemperatureCollector(tmp_path)) == {"nvme/Composite": 30, "nvme/Composite 2": 40}


def test_a_sensor_that_does_not_answer_is_left_out_until_it_does(tmp_path: Path) -> None:
    sensor(tmp_path, 0, "a", 1, 30)
    asleep = sensor(tmp_path, 1, "b", 1, 40)
    asleep.unlink()
    asleep.mkdir()
    collector = TemperatureCollector(tmp_path)
    assert read(collector) == {"a/temp1": 30}
    asleep.rmdir()
    sensor(tmp_path, 1, "b", 1, 41)
    assert read(collector) == {"a/temp1": 30, "b/temp1": 41}


def test_thermal_zones_where_there_is_no_monitor(tmp_path: Path) -> None:
    zone = tmp_path / "class" / "thermal" / "thermal_zone0"
    write(zone / "type", "x86_pkg_temp\n")
    write(zone / "temp", "50000\n")
    assert read(TemperatureCollector(tmp_path)) == {"x86_pkg_temp": 50}


def test_a_new_sensor_is_found_within_half_a_minute(tmp_path: Path) -> None:
    now = 0.0
    collector = TemperatureCollector(tmp_path, lambda: now)
    assert read(collector) == {}
    sensor(tmp_path, 0, "usb", 1, 20)
    now = 31
    assert read(collector) == {"usb/temp1": 20}


def test_the_number_is_bounded(tmp_path: Path) -> None:
    for number in range(MAX_SENSORS + 3):
        sensor(tmp_path, 0, "many", number, 20)
    assert len(read(TemperatureCollector(tmp_path))) == MAX_SENSORS
