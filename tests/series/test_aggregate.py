from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mcp_telemetry.series.aggregate import mean, percentile, total

stacks = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(1, 5)),
    elements=st.one_of(st.just(np.nan), st.floats(-1e9, 1e9)),
).map(lambda stack: stack[:, ~np.isnan(stack).all(axis=0)])


@settings(max_examples=60)
@given(stacks, st.sampled_from([0, 50, 95, 99, 100]))
def test_as_numpy_has_it(stack: np.ndarray, percent: float) -> None:
    if stack.shape[1]:
        np.testing.assert_allclose(percentile(stack, percent), np.nanpercentile(stack, percent, axis=0))
        np.testing.assert_allclose(mean(stack), np.nanmean(stack, axis=0), atol=1e-6)
        np.testing.assert_allclose(total(stack), np.nansum(stack, axis=0))


@pytest.mark.parametrize(("percent", "wanted"), [(50, 2.5), (95, 3.85), (99, 3.97)])
def test_between_two_nodes_it_is_linear_and_who_has_nothing_is_left_out(percent: float, wanted: float) -> None:
    assert percentile(np.array([[4.0], [np.nan], [1.0], [3.0], [2.0]]), percent) == pytest.approx([wanted])
