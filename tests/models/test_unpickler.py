"""Only what a model needs can be unpickled; and the private parts of joblib that see to it are still there."""

import inspect
import io
import pickle
import pickletools
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pytest
from joblib import numpy_pickle
from sklearn.dummy import DummyClassifier

from models.errors import ModelTamperedError, ModelUnsafeError
from models.first_reader import FirstReader
from models.unpickler import ALLOWED, open_model

FOLDER = Path("models/versions/1.0.0")


def dumped(thing: object) -> bytes:
    """What joblib writes."""
    buffer = io.BytesIO()
    joblib.dump(thing, buffer)
    return buffer.getvalue()


class Call:
    """Pickles as a call."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def test_a_reader_comes_back(reader: FirstReader) -> None:
    """The allow-list is long enough."""
    opened = open_model(FOLDER, dumped(reader))

    assert isinstance(opened, FirstReader)
    assert np.array_equal(reader.predict_proba(["Who?"]), opened.predict_proba(["Who?"]))


def test_nothing_is_allowed_that_a_reader_does_not_need(reader: FirstReader) -> None:
    """The allow-list is no longer than it must be: each entry taken away, a model no longer opens."""
    content = dumped(reader)

    for entry in ALLOWED:
        with pytest.raises(ModelUnsafeError, match=entry[1]):
            open_model(FOLDER, content, ALLOWED - {entry})


def test_a_model_is_made_of_nothing_from_training(reader: FirstReader) -> None:
    """The service opens models where nothing can be trained."""
    assert not any(module.startswith("training") for module, _ in ALLOWED)


@pytest.mark.parametrize(
    "content",
    [
        dumped(Call(eval, "1 + 1")),
        dumped([Call(print, "here")]),
        dumped(DummyClassifier()),
        pickle.dumps(np.random.default_rng(1)),
        pickle.dumps(Call(getattr, 1, "real"), protocol=0),
    ],
    ids=["a builtin", "inside a list", "a classifier of scikit-learn", "a generator of NumPy", "the oldest protocol"],
)
def test_anything_else_is_refused(content: bytes) -> None:
    """Exact names are allowed, not modules."""
    with pytest.raises(ModelUnsafeError, match="Nothing of it was run"):
        open_model(FOLDER, content)


def test_an_array_of_objects_is_refused() -> None:
    """An unpickler of joblib's own would read it."""
    content = dumped(np.array([Call(print, "here")], dtype=object))

    with pytest.raises(ModelUnsafeError, match="array of Python objects"):
        open_model(FOLDER, content)


def test_bytes_that_are_no_pickle_are_told_from_hostile_ones() -> None:
    """A damaged file has another remedy than an attack."""
    with pytest.raises(ModelTamperedError, match="cannot be read"):
        open_model(FOLDER, b"not a pickle")


def test_joblib_still_has_the_private_parts_that_are_built_upon(reader: FirstReader) -> None:
    """The class and its signature are not promised by joblib; another version has to be looked at first."""
    signature = inspect.signature(numpy_pickle.NumpyUnpickler.__init__)
    expected = ["self", "filename", "file_handle", "ensure_native_byte_order", "mmap_mode"]

    assert expected == list(signature.parameters)
    assert pickle._Unpickler in numpy_pickle.NumpyUnpickler.__mro__
    assert ["unpickler", "ensure_native_byte_order"] == list(
        inspect.signature(numpy_pickle.NumpyArrayWrapper.read_array).parameters
    )[1:]


def test_find_class_sees_every_global(reader: FirstReader) -> None:
    """Each global in the file passes through the allow-list; an empty one stops at the first."""
    first = next(op for op, _, _ in pickletools.genops(dumped(reader)) if op.name in ("STACK_GLOBAL", "GLOBAL"))

    assert first.name == "STACK_GLOBAL"
    with pytest.raises(ModelUnsafeError, match=r"models\.first_reader\.FirstReader"):
        open_model(FOLDER, dumped(reader), frozenset())
