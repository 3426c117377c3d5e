"""What the parts of an explanation add up to is what the reader says, and each points at its words."""

import numpy as np
import pytest

from models.explanation import Explanation, explain
from models.first_reader import FirstReader
from models.labels import LABELS, Label

TEXT = "“The mayor didn’t pay,” Odalric Fossum said, and denied the charge."


@pytest.fixture(scope="module")
def explanation(reader: FirstReader) -> Explanation:
    """Why the text is scored as it is."""
    return explain(reader, TEXT)


@pytest.mark.parametrize("text", [TEXT, "Who owns the quay?", "", "…", "denied denied denied"])
def test_the_parts_add_up_to_the_scores(reader: FirstReader, text: str) -> None:
    """Nothing is left out, and nothing counted twice."""
    base, parts = explain(reader, text)
    logits = np.array(base) + sum((np.array(part.logits) for part in parts), start=np.zeros(len(LABELS)))
    powers = np.exp(logits - logits.max())

    columns = [reader.classes_.tolist().index(label) for label in LABELS]
    np.testing.assert_allclose(powers / powers.sum(), reader.predict_proba([text])[0, columns], atol=1e-5)


def test_the_greatest_part_comes_first(explanation: Explanation) -> None:
    """A reader in a hurry sees what mattered."""
    sizes = [max(map(abs, part.logits)) for part in explanation.contributions]

    assert sorted(sizes, reverse=True) == sizes


def test_a_word_is_pointed_at(explanation: Explanation) -> None:
    """The spans are places in the text as it came."""
    denied = [part for part in explanation.contributions if part.seen == "denied"]

    assert ["denied"] == [TEXT[start:end] for part in denied for start, end in part.spans]
    assert denied[0].logits[LABELS.index(Label.DENIAL)] > 0


def test_a_run_is_pointed_at_from_end_to_end(explanation: Explanation) -> None:
    """Also where the text has other marks than the reader sees."""
    texts = {TEXT[start:end] for part in explanation.contributions for start, end in part.spans}

    assert {"The mayor", "Odalric Fossum said", "n’t"} <= texts


def test_a_pair_is_pointed_at_in_two_places(reader: FirstReader) -> None:
    """What lies between two cues has no part in them."""
    text = "The mayor denied that the quay had been sold."
    pairs = [part for part in explain(reader, text).contributions if "…" in part.seen]

    assert any(["denied", "had"] == [text[a:b] for a, b in part.spans] for part in pairs)


def test_the_frame_of_the_sentence_has_no_place(explanation: Explanation) -> None:
    """It is about the sentence as a whole."""
    assert any(part.spans == () and part.seen.startswith("frame") for part in explanation.contributions)
