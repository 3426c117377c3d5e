"""Opens a pickled model through an allow-list, so that a hostile file can name nothing that runs a command."""

import io
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from joblib.numpy_pickle import NumpyArrayWrapper, NumpyUnpickler
from sklearn.exceptions import InconsistentVersionWarning

from models.errors import ModelError, ModelIncompatibleError, ModelTamperedError, ModelUnsafeError

# Every global that a model of ours needs, by its exact module and name. A prefix would let in whole modules:
# `numpy.` alone reaches functions that read files and run code.
ALLOWED = frozenset(
    {
        ("joblib.numpy_pickle", "NumpyArrayWrapper"),
        ("models.features", "CueFeatures"),
        ("models.first_reader", "FirstReader"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
    }
)


class _PlainArrayWrapper(NumpyArrayWrapper):
    """An array of numbers or characters.

    joblib reads an array of Python objects with a second unpickler of its own; a model of ours has none.
    """

    def read_array(self, unpickler: Any, ensure_native_byte_order: bool) -> Any:
        """Read the array that follows in the file, unless it holds Python objects."""
        if np.dtype(self.dtype).hasobject:
            raise _ForbiddenError("an array of Python objects")
        return super().read_array(unpickler, ensure_native_byte_order)


class _ForbiddenError(Exception):
    """What the pickle asked for; `open_model` turns it into a ModelUnsafeError that knows the folder."""


class _AllowListUnpickler(NumpyUnpickler):
    """joblib's unpickler, asking for permission; private to joblib, so a test pins what is used of it."""

    def __init__(self, content: bytes, allowed: Collection[tuple[str, str]]) -> None:
        super().__init__("", io.BytesIO(content), ensure_native_byte_order=True)
        self._allowed = allowed

    def find_class(self, module: str, name: str) -> object:
        """Return a global of the allow-list; raises _ForbiddenError for any other."""
        if (module, name) not in self._allowed:
            raise _ForbiddenError(f"{module}.{name}")
        if name == NumpyArrayWrapper.__name__:
            return _PlainArrayWrapper
        return super().find_class(module, name)


def open_model(folder: Path, content: bytes, allowed: Collection[tuple[str, str]] = ALLOWED) -> object:
    """Open the bytes of `model.joblib`; `folder` only serves the messages.

    Raises ModelUnsafeError for a global that is not `allowed`, ModelIncompatibleError when scikit-learn warns of
    another version, and ModelTamperedError when the bytes are no pickle.
    """
    unpickler = _AllowListUnpickler(content, allowed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            return unpickler.load()
    except Exception as error:  # a broken pickle can raise nearly anything; each kind leaves here as a ModelError
        raise _translated(folder, error) from error


def _translated(folder: Path, error: Exception) -> ModelError:
    match error:
        case _ForbiddenError():
            return ModelUnsafeError(
                folder,
                f"its pickle asks for {error}, which no model of Claimwire needs",
                "Nothing of it was run. Do not use this file; find out where it came from.",
            )
        case InconsistentVersionWarning():
            return ModelIncompatibleError(
                folder, str(error).rstrip("."), "Install the version that wrote it, or train the model again."
            )
        case _:
            return ModelTamperedError(
                folder,
                f"its pickle cannot be read ({type(error).__name__}: {error})",
                "Restore the folder from where it came, or train the model again.",
            )
