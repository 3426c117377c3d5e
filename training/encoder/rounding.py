"""Rounds matrices to whole numbers, each with the size of one beside it."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
HIGHEST_WEIGHT = 63  # 7 bits: two products of 8 by 8 bits overflow the 16 bits that processors before VNNI add them in
HIGHEST_ROW = 127  # a row of the word table is looked up, not multiplied, and may use all 8 bits
SMALLEST = 1e-12  # a row of zeros has to be divided by something


def rounded_columns(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """A matrix in whole numbers, and per column the size of one: their product is the matrix, rounded."""
    return _rounded(matrix, 0, HIGHEST_WEIGHT)


def rounded_rows(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """A table in whole numbers, and per row the size of one: their product is the table, rounded."""
    return _rounded(table, 1, HIGHEST_ROW)


def _rounded(values: Floats, axis: int, highest: int) -> tuple[NDArray[np.int8], Floats]:
    size = np.maximum(np.abs(values).max(axis=axis, keepdims=True), SMALLEST) / highest
    return np.round(values / size).astype(np.int8), size.astype(np.float32)
