"""The shipped corpus keeps what its README promises."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from models.labels import LABELS, Label
from training import corpus_check, sentences
from training.corpus_counts import read_readings
from training.sentences import CORPUS, Sentence


class Rates(msgspec.Struct):
    """The natural rates, and the counts that they come from."""

    rates: dict[Label, float]
    counted: dict[str, int]


@pytest.fixture(scope="module")
def shipped() -> list[Sentence]:
    return sentences.read(sentences.files())


def test_the_shipped_corpus_passes_its_check() -> None:
    """No line is malformed, no sentence is there twice, none of the minimums is missed, and the README is current."""
    counts, problems = corpus_check.examine(CORPUS, against=(), write=False)
    assert [] == problems
    assert "| denial |" in counts


def test_what_is_scarce_was_read_at_least_twice(shipped: list[Sentence]) -> None:
    """Only a claim may stand on a single reading, and none of the newest lot does."""
    once = [sentence for sentence in shipped if sentence.read == 1]
    assert {Label.CLAIM} == {sentence.label for sentence in once}
    assert not [sentence.id for sentence in once if sentence.id.startswith("w")]


def test_a_sentence_stands_by_the_majority_of_its_readings(shipped: list[Sentence]) -> None:
    """Where two readings of the last round agree, their label is the one that is shipped, unless more outvote them."""
    label_of = {sentence.id: sentence for sentence in shipped}
    twice_alike = [r for r in read_readings(CORPUS / "readings.tsv") if r.first == r.second and r.id in label_of]
    differing = [r.id for r in twice_alike if label_of[r.id].read == 2 and label_of[r.id].label != r.first]
    assert [] == differing


def test_files_hold_their_sentences_in_the_order_of_ids() -> None:
    """A new sentence is then a new line at the end, and a diff shows nothing else."""
    for path in sentences.files():
        ids = [msgspec.json.decode(line)["id"] for line in path.read_bytes().splitlines()]
        assert sorted(ids) == ids, path.name


def test_the_natural_rates_are_a_distribution() -> None:
    """A rate for every label, none of them zero, and together one."""
    found = msgspec.json.decode((CORPUS / "rates.json").read_bytes(), type=Rates)
    assert set(LABELS) == set(found.rates)
    assert min(found.rates.values()) > 0
    assert pytest.approx(1.0) == sum(found.rates.values())


def test_the_natural_rates_come_from_their_counts() -> None:
    """The counts add up, and denial and other follow them; claim is what the other three leave."""
    found = msgspec.json.decode((CORPUS / "rates.json").read_bytes(), type=Rates)
    counted = Counter({label: found.counted[label] for label in LABELS})
    assert found.counted["sentences"] == counted.total()
    for label in (Label.DENIAL, Label.OTHER):
        assert pytest.approx(counted[label] / counted.total(), rel=0.01) == found.rates[label]
    others = sum(rate for label, rate in found.rates.items() if label is not Label.CLAIM)
    assert pytest.approx(1 - others) == found.rates[Label.CLAIM]


def test_one_sentence_in_eight_hundred_is_a_clarification() -> None:
    """Its rate comes from larger samples than the one that is counted, as the README says."""
    found = msgspec.json.decode((CORPUS / "rates.json").read_bytes(), type=Rates)
    assert pytest.approx(1 / 800) == found.rates[Label.CLARIFICATION]


def test_the_corpus_is_dedicated_to_the_public_domain() -> None:
    """The licence of the data lies beside the data."""
    licence: Path = CORPUS / "LICENSE"
    assert "CC0 1.0 Universal" in licence.read_text(encoding="utf-8")
