"""The counts that the corpus README shows are the counts of the corpus."""

from pathlib import Path

import pytest

from models.labels import Label
from training.corpus_counts import Reading, agreement, markdown, read_readings, without_expected_words
from training.sentences import Sentence


def sentence(number: int, label: Label, text: str = "Boats left.", register: str | None = None) -> Sentence:
    return Sentence(id=f"w{number:05d}", text=text, label=label, how="free", read=2, register=register)


def reading(first: str, second: str) -> Reading:
    return Reading("w00001", "all of w", first, second)


@pytest.mark.parametrize("text", ["She denies it.", "A denial came.", "He REJECTED that.", "It is falsely said."])
def test_a_denial_with_an_expected_word_is_not_without(text: str) -> None:
    """Deny, reject and false count in all their forms."""
    assert 0 == without_expected_words([sentence(1, Label.DENIAL, text)], Label.DENIAL)


@pytest.mark.parametrize("text", ["Not so, she said.", "Bail is a burden; it never happened.", "Dens were empty."])
def test_a_denial_without_an_expected_word_is_counted(text: str) -> None:
    """What denies in other words is what a model must learn."""
    assert 1 == without_expected_words([sentence(1, Label.DENIAL, text)], Label.DENIAL)


def test_only_the_label_asked_for_is_counted() -> None:
    """A claim has no expected words to be without."""
    assert 0 == without_expected_words([sentence(1, Label.CLAIM)], Label.CLARIFICATION)


def test_readers_who_agree_on_everything_have_a_kappa_of_one() -> None:
    """Perfect agreement is 1, for each label as for all."""
    found = agreement([reading(label, label) for label in Label])
    assert (1.0, 1.0, dict.fromkeys(Label, 1.0)) == (found.same, found.kappa, found.kappa_of)


def test_kappa_takes_chance_out_of_agreement() -> None:
    """Three equal labels of four, where chance alone gives one in two, is a kappa of one half."""
    pairs = [("claim", "claim"), ("claim", "denial"), ("denial", "denial"), ("claim", "claim")]
    found = agreement([reading(*pair) for pair in pairs])
    assert [0.75, 0.5] == [found.same, found.kappa]


def test_an_unsure_reader_agrees_with_nobody() -> None:
    """Not to decide is not to agree."""
    found = agreement([reading("claim", "claim"), reading("denial", "denial"), reading("denial", "unsure")])
    assert pytest.approx(2 / 3) == found.same


def test_the_counts_show_every_label_and_register() -> None:
    """A row a label, a row a register, the unrecorded ones named, thousands set off."""
    found = [sentence(1, Label.DENIAL, "Not so.", "court"), *(sentence(n, Label.CLAIM) for n in range(2, 1203))]
    shown = markdown(found, [reading("claim", "claim"), reading("denial", "denial")])
    assert "| denial | 1 | 0 | 1 | 1 | 0 | 1 | 0 |" in shown
    assert "| not recorded | 1,201 | 0 | 0 | 0 | 1,201 |" in shown
    assert "| court | 0 | 1 | 0 | 0 | 1 |" in shown


def test_readings_are_read_without_their_heading(tmp_path: Path) -> None:
    """The first line names the columns; a third reading is not part of the agreement."""
    path = tmp_path / "readings.tsv"
    path.write_text("id\tchosen\tfirst\tsecond\tthird\nw00001\tall of w\tclaim\tdenial\tclaim\n")
    assert [reading("claim", "denial")] == read_readings(path)
