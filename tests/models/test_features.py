"""Texts become features, whose slots depend on the text alone."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks, get_tags

from models.features import CueFeatures
from models.first_reader import FirstReader
from models.slots import FRAME_SLOTS, SLOT_BITS, VOID
from tests.models.conftest import CLASSES, LESSON

TEXTS = [text for text, _ in LESSON]
# Those of scikit-learn's checks that do not bring a matrix of numbers along.
CHECKS = (
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_mixin_order,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_set_params,
)


@pytest.fixture(scope="module")
def features() -> CueFeatures:
    """Features of the lesson; tests share them and must not fit them again."""
    return CueFeatures(CLASSES).fit(TEXTS)


def slots(features: CueFeatures, text: str) -> set[int]:
    """The slots of one text's features."""
    return set(features.transform([text]).indices.tolist())


@pytest.mark.parametrize("estimator", [CueFeatures(), FirstReader()], ids=lambda estimator: type(estimator).__name__)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_scikit_learns_own_checks_hold(estimator: CueFeatures | FirstReader, check: object) -> None:
    """They are estimators like any other."""
    assert callable(check)
    check(type(estimator).__name__, estimator)


@pytest.mark.parametrize("estimator", [CueFeatures(), FirstReader()], ids=lambda estimator: type(estimator).__name__)
def test_an_estimator_says_that_it_reads_text(estimator: CueFeatures | FirstReader) -> None:
    """scikit-learn asks before it brings numbers."""
    tags = get_tags(estimator).input_tags

    assert (True, False) == (tags.string, tags.two_d_array)


def test_fitting_leaves_the_parameters_alone(features: CueFeatures) -> None:
    """A clone of what was fitted is what was there before."""
    assert CueFeatures(CLASSES).get_params() == clone(features).get_params() == features.get_params()


def test_unfitted_features_say_so() -> None:
    """scikit-learn's own error, since its tools wait for it."""
    with pytest.raises(NotFittedError):
        CueFeatures().transform(["Why?"])


def test_a_feature_is_there_or_not(features: CueFeatures) -> None:
    """Said twice, a word counts once."""
    matrix = features.transform(["denied denied denied"])

    assert {1.0} == set(matrix.data.tolist())
    assert matrix.has_canonical_format


def test_a_row_a_text(features: CueFeatures) -> None:
    """No text is dropped, not even one that holds nothing."""
    assert (3, 1 << SLOT_BITS) == features.transform(["Why?", "", "…"]).shape


def test_what_is_no_feature_has_no_column(features: CueFeatures) -> None:
    """Runs of tokens that would cross into the next text are left out."""
    assert VOID not in features.transform(TEXTS).indices


@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_a_text_has_the_same_features_in_any_company(texts: list[str]) -> None:
    """What a sentence is labelled does not depend on its batch."""
    features = CueFeatures(CLASSES).fit(TEXTS[:8])

    together = features.transform(texts)

    for row, text in enumerate(texts):
        assert slots(features, text) == set(together[[row]].indices.tolist())


def test_order_matters(features: CueFeatures) -> None:
    """A denial that was said is not a saying that was denied."""
    assert slots(features, "said denied") != slots(features, "denied said")


def test_words_of_one_class_share_features(features: CueFeatures) -> None:
    """What is learnt of one word is learnt of those used alike."""
    shared = slots(features, "he denied reports") & slots(features, "he denies reports")

    assert 0.5 < len(shared) / len(slots(features, "he denied reports"))


def test_a_cue_is_seen_with_another_across_a_gap(features: CueFeatures) -> None:
    """The object of a verb may stand some words behind it."""
    near, far = "rejected the claim", "rejected the very odd and rather long claim"
    cues = slots(features, near) & slots(features, far)

    assert len(cues) > len(slots(features, "rejected") | slots(features, "claim")) / 2


def test_the_frame_of_a_sentence_has_slots_apart(features: CueFeatures) -> None:
    """They weigh otherwise, and are told by their slot."""
    frames = {slot for slot in slots(features, "Who owns the quay?") if slot < FRAME_SLOTS}

    assert frames
    assert frames != {slot for slot in slots(features, "He owns the quay.") if slot < FRAME_SLOTS}


def test_features_survive_a_pickle(features: CueFeatures) -> None:
    """What is built at run time is built anew."""
    copy: CueFeatures = pickle.loads(pickle.dumps(features))  # noqa: S301 - our own

    assert np.array_equal(features.transform(TEXTS).indices, copy.transform(TEXTS).indices)
