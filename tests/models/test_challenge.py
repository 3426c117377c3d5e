"""Minimal pairs, and the same in other print."""

import pytest

from models.artefact import Model, load, resolve
from models.labels import LABELS
from tests.models.transforms import TRANSFORMS
from training import challenge

FLOOR = 0.80  # macro F1; a model that ships is not to fall below it
FAST_FLOOR = 0.68  # the first reader alone misses more of what does without its words
STEADY = 0.9  # share of sentences whose label stays when only the print changes
LOSE_MEANING = {"mojibake"}  # broken text loses quotation marks, which may decide


@pytest.fixture(scope="module")
def model() -> Model:
    """The model that ships."""
    return load(resolve(None))


def test_the_shipped_model_tells_the_pairs_apart(model: Model) -> None:
    """It is judged on sentences whose likeness is meant to mislead."""
    assert challenge.macro_f1(model.reader, challenge.read()) >= FLOOR


def test_the_fast_model_tells_most_of_them_apart() -> None:
    """It is not to be shipped because it is fast alone."""
    fast = load(resolve(resolve(None).name + "-fast"))

    assert challenge.macro_f1(fast.reader, challenge.read()) >= FAST_FLOOR


@pytest.mark.parametrize("name", sorted(set(TRANSFORMS) - LOSE_MEANING))
def test_a_change_of_print_changes_few_labels(model: Model, name: str) -> None:
    """Quotation marks, dashes, capitals and stamps are not what a sentence says."""
    pairs = [(item.text, TRANSFORMS[name](item.text)) for item in challenge.read()]
    changed = [(before, after) for before, after in pairs if before != after]
    if not changed:
        pytest.skip(f"no sentence of the set has anything that {name} changes")
    before = model.predict_proba([text for text, _ in changed]).argmax(axis=1)
    after = model.predict_proba([text for _, text in changed]).argmax(axis=1)

    assert (before == after).mean() >= STEADY, [
        (text, LABELS[b], LABELS[a]) for (_, text), b, a in zip(changed, before, after, strict=True) if a != b
    ][:5]
