"""What the document promises holds: asked over HTTP, of a dashboard beside a real leader with a real node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import plotly.graph_objects as go
import plotly.io
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dashboard.api import ENDPOINTS
from dashboard.api.endpoint import Endpoint, Parameter
from tests.processes import free_port, killed_at_end, running_leader, start_node, wait_until

READING = [pytest.param(each, id=each.path) for each in ENDPOINTS if each.method == "GET"]
INVENTED = [
    pytest.param(each, id=f"{each.method} {each.path}") for each in ENDPOINTS if each.query_parameters() or each.body
]
REAL = {"node_id": "a", "chart": "cpu", "dashboard_id": "hosts"}
# Of a random start and a random end every other one is refused: the later has to be the end.
NOT_MEANT = [positive_data_acceptance]
FEW = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("promises"), free_port()
    where = ("--dashboard-host", "127.0.0.1", "--dashboard-port", str(port), "--report-interval", "0.2")
    with running_leader(folder / "metrics", *where) as leader, killed_at_end() as processes:
        processes.append(start_node(leader, "a", folder / "spool", "--labels", "region=eu"))
        base = f"http://127.0.0.1:{port}"
        wait_until(lambda: has_history(base), 60)
        yield base


def has_history(base: str) -> bool:
    try:
        answer = httpx.get(f"{base}/api/metrics/history/a")
    except httpx.TransportError:
        return False
    return answer.is_success and len(answer.json()) > 3


@pytest.fixture(scope="module")
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture(scope="module")
def contract(url: str) -> Any:
    return schemathesis.openapi.from_url(f"{url}/openapi.json")


# -- Answers ----------------------------------------------------------------------------------------------------------


def strict(schema: Any) -> Any:
    """The same schema, but objects have no keys beside those it names."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema else {}
    return closed | {key: strict(value) for key, value in schema.items()}


def address(endpoint: Endpoint) -> str:
    return endpoint.path.format(**REAL)


def required(endpoint: Endpoint) -> dict[str, Any]:
    return {name: each.example for name, each in endpoint.query_parameters().items() if each.is_required}


def values(parameter: Parameter) -> list[Any]:
    """What the document shows as examples of it; nodes are those there are."""
    if parameter.name == "node":
        return ["a"]
    return list(parameter.schema.get("enum", [])) or [parameter.example or parameter.schema.get("default", 1)]


@pytest.mark.parametrize("endpoint", READING)
def test_an_answer_is_as_its_schema_says_and_has_nothing_else(http: httpx.Client, endpoint: Endpoint) -> None:
    answer = http.get(address(endpoint), params=required(endpoint))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    assert answer.json(), "an empty answer shows nothing"
    Draft202012Validator(strict(endpoint.answer)).validate(answer.json())


@pytest.mark.parametrize("endpoint", READING)
def test_every_example_in_it_works(http: httpx.Client, endpoint: Endpoint) -> None:
    for name, parameter in endpoint.query_parameters().items():
        for value in values(parameter):
            asked = required(endpoint) | {name: value}
            if name in ("by", "step"):
                asked["aggregate"] = "sum"
            answer = http.get(address(endpoint), params=asked)
            assert answer.status_code == 200, f"{asked}: {answer.text}"


@pytest.mark.parametrize("chart", ["cpu", "memory", "disk", "requests", "network", "disk_io"])
def test_a_chart_is_a_figure_for_plotly_in_python(http: httpx.Client, chart: str) -> None:
    figure = plotly.io.from_json(http.get(f"/api/charts/{chart}/a?range=5m").text)
    assert isinstance(figure, go.Figure)
    assert figure.layout.title.text.endswith("of a")
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text
    for line in figure.data:
        assert isinstance(line, go.Scatter)
        assert line.name
        assert len(line.x) == len(line.y) > 0


# -- Requests that a machine invents ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("endpoint", INVENTED)
def test_whatever_is_asked_the_answer_is_as_promised(contract: Any, endpoint: Endpoint, mode: GenerationMode) -> None:
    operation = contract[endpoint.path][endpoint.method]
    # Of nodes that are not there, no answer could be wrong.
    real = {name: value for name, value in REAL.items() if f"{{{name}}}" in endpoint.path and endpoint.method == "GET"}

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=real or None))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=NOT_MEANT)

    ask()
