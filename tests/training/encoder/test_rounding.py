"""Whole numbers stand for a matrix as closely as their range allows."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from training.encoder.rounding import HIGHEST_ROW, HIGHEST_WEIGHT, rounded_columns, rounded_rows

Floats = NDArray[np.float32]
Rounded = Callable[[Floats], tuple[NDArray[np.int8], Floats]]
MATRICES = arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1000, 1000, width=32))
BOTH = pytest.mark.parametrize(("rounded", "highest"), [(rounded_columns, HIGHEST_WEIGHT), (rounded_rows, HIGHEST_ROW)])


@BOTH
@given(MATRICES)
def test_no_number_is_off_by_more_than_half_a_step(rounded: Rounded, highest: int, matrix: Floats) -> None:
    """The product of both parts is the matrix, rounded."""
    whole, step = rounded(matrix)

    assert (np.abs(whole * step - matrix) <= step * 0.501).all()


@BOTH
@given(MATRICES)
def test_no_whole_number_leaves_its_range(rounded: Rounded, highest: int, matrix: Floats) -> None:
    """Beyond it a processor's sums would overflow."""
    whole, _ = rounded(matrix)

    assert np.abs(whole.astype(int)).max() <= highest


def test_each_column_has_a_step_of_its_own() -> None:
    """A column of small numbers keeps its digits beside one of large ones."""
    whole, step = rounded_columns(np.array([[1000, 0.1], [-500, 0.05]], np.float32))

    assert [[63, 63], [-32, 32]] == whole.tolist()
    assert (1, 2) == step.shape


def test_each_row_has_a_step_of_its_own() -> None:
    """A rare word's vector may be small."""
    whole, step = rounded_rows(np.array([[1000, -500], [0.1, 0.05]], np.float32))

    assert [[127, -64], [127, 64]] == whole.tolist()
    assert (2, 1) == step.shape


@BOTH
def test_nothing_but_zeros_stays_so(rounded: Rounded, highest: int) -> None:
    """There is no step to divide by."""
    whole, step = rounded(np.zeros((2, 2), np.float32))

    assert [[0, 0], [0, 0]] == whole.tolist()
    assert (step > 0).all()
