"""How programs have always read a folder of snapshots: by a glob, `json.load`, and the plain dictionary's fields.

The routes of the small dashboard that this format comes from, without its web framework, and otherwise as they were.
"""

# ruff: noqa: E722, PTH112, PTH119, PTH123, PTH207, DTZ
# mypy: ignore-errors

from __future__ import annotations

import glob
import json
import os
from datetime import datetime, timedelta


def get_nodes(METRICS_DIR):  # noqa: N803
    nodes = set()
    for file in glob.glob(f"{METRICS_DIR}/**/*.json", recursive=True):
        with open(file, "r") as f:  # noqa: UP015
            try:
                data = json.load(f)
                nodes.add(data.get("node_id"))
            except:
                continue
    return list(nodes)


def get_metrics_summary(METRICS_DIR):  # noqa: N803
    summary = []
    nodes = {}
    for date_dir in sorted(glob.glob(f"{METRICS_DIR}/*"), reverse=True):
        if not os.path.isdir(date_dir):
            continue
        for file in sorted(glob.glob(f"{date_dir}/*.json"), reverse=True):
            try:
                with open(file, "r") as f:  # noqa: UP015
                    data = json.load(f)
                    node_id = data.get("node_id")
                    if node_id not in nodes:
                        nodes[node_id] = data
            except:
                continue
    for node_id, data in nodes.items():
        summary.append(
            {
                "node_id": node_id,
                "timestamp": data.get("timestamp"),
                "cpu_percent": data.get("system", {}).get("cpu", {}).get("percent", 0),
                "memory_percent": data.get("system", {}).get("memory", {}).get("percent", 0),
                "disk_percent": data.get("system", {}).get("disk", {}).get("percent", 0),
                "uptime": data.get("system", {}).get("uptime", 0),
                "requests": sum(data.get("application", {}).get("requests", {}).values(), 0),
            }
        )
    return summary


def get_metrics_history(METRICS_DIR, node_id):  # noqa: N803
    history = []
    start_time = datetime.now() - timedelta(hours=24)
    for date_dir in sorted(glob.glob(f"{METRICS_DIR}/*")):
        date_str = os.path.basename(date_dir)
        try:
            date = datetime.strptime(date_str, "%Y-%m-%d")
            if date < start_time.replace(hour=0, minute=0, second=0, microsecond=0):
                continue
        except:
            continue
        for file in sorted(glob.glob(f"{date_dir}/{node_id}_*.json")):
            try:
                with open(file, "r") as f:  # noqa: UP015
                    data = json.load(f)
                    timestamp = data.get("timestamp")
                    if timestamp < start_time.timestamp():
                        continue
                    history.append(
                        {
                            "timestamp": timestamp,
                            "cpu_percent": data.get("system", {}).get("cpu", {}).get("percent", 0),
                            "memory_percent": data.get("system", {}).get("memory", {}).get("percent", 0),
                            "disk_percent": data.get("system", {}).get("disk", {}).get("percent", 0),
                            "requests": sum(data.get("application", {}).get("requests", {}).values(), 0),
                        }
                    )
            except:
                continue
    return history
