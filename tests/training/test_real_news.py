"""What real news says of a model, and how sure one can be of it."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.labels import LABELS, Label
from tests.training.evaluations import RATES, sure_of, taken, together
from training import real_news
from training.figures import Evaluation
from training.real_news import NATURAL, NORMAL, Drawn, wilson

THRESHOLDS = dict.fromkeys(LABELS, 0.5)
SOUGHT = "cue"


class Sayer:
    """A reader that calls every text what its first word says, with its labels in the order of their names."""

    classes_ = np.array(sorted(LABELS), dtype=np.str_)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return sure_of([self.classes_.tolist().index(text.split()[0]) for text in texts])


@pytest.fixture
def data() -> Evaluation:
    """Four hundred sentences drawn by chance, one of which is taken for a denial, and forty that were sought."""
    natural = {
        (Label.CLAIM, Label.CLAIM): 380,
        (Label.CLAIM, Label.DENIAL): 1,
        (Label.DENIAL, Label.DENIAL): 4,
        (Label.OTHER, Label.OTHER): 15,
    }
    sought = {(Label.DENIAL, Label.DENIAL): 16, (Label.CLARIFICATION, Label.CLARIFICATION): 24}
    return together(taken(natural, register=NATURAL), taken(sought, register=SOUGHT))


def test_a_set_is_read_line_by_line(tmp_path: Path) -> None:
    """Whatever else a line holds is passed over, and so are empty lines."""
    file = tmp_path / "set.jsonl"
    file.write_text(
        '{"text": "The quay sank.", "label": "claim", "set": "natural", "source": "a wire"}\n\n'
        '{"text": "He never dived.", "label": "denial", "set": "cue"}\n'
    )

    expected = [Drawn("The quay sank.", Label.CLAIM, NATURAL), Drawn("He never dived.", Label.DENIAL, SOUGHT)]
    assert expected == real_news.read(file)


def test_a_line_without_a_label_is_refused(tmp_path: Path) -> None:
    """The error names the field."""
    file = tmp_path / "set.jsonl"
    file.write_text('{"text": "The quay sank.", "set": "natural"}\n')

    with pytest.raises(msgspec.ValidationError, match="label"):
        real_news.read(file)


def test_scores_are_put_in_the_order_of_the_labels() -> None:
    """A reader may have its classes in another; and how a sentence was drawn is remembered."""
    drawn = [Drawn(f"{label} it is.", label, SOUGHT) for label in LABELS]

    found = real_news.evaluation(Sayer(), drawn, RATES)

    assert found.truth.tolist() == found.best.tolist()
    assert [SOUGHT] * 4 == found.registers


def test_a_manifest_is_told_the_same_figures_under_names_of_their_own(data: Evaluation) -> None:
    """They stand beside those of cross-validation."""
    told = real_news.told(data)

    assert all(name.startswith("real_news_") for name in told)
    assert 1.0 == told["real_news_clarification_average_precision"]
    assert 0.98 < told["real_news_macro_f1"] < 1.0


def test_the_page_tells_how_the_set_was_drawn(data: Evaluation) -> None:
    """Only of what was drawn by chance can a rate be told."""
    assert "440 sentences, 400 of them drawn by chance" in real_news.page(data, THRESHOLDS)


def test_the_page_tells_what_was_accepted_and_found(data: Evaluation) -> None:
    """Twenty denials of twenty are found, and one sentence of the twenty-one accepted is none."""
    (row,) = (line for line in real_news.page(data, THRESHOLDS).splitlines() if line.startswith("| denial |"))

    assert "| denial | 20 | " in row
    assert row.endswith(f"| {wilson(20, 21)} | {wilson(20, 20)} |")


def test_the_page_counts_false_alarms_among_natural_sentences(data: Evaluation) -> None:
    """With the range in which their number among a thousand lies."""
    page = real_news.page(data, THRESHOLDS)

    assert (
        "Of the 400 that were drawn by chance, 1 was taken for a denial without being one (0.4 to 14.0 in 1,000)"
        in page
    )
    assert "0 were taken for a clarification without being one (0.0 to 9.5 in 1,000)." in page


def test_a_label_of_which_nothing_is_accepted_gets_dashes(data: Evaluation) -> None:
    """A set may lack a label, and a threshold may be out of reach."""
    without = data.take(np.flatnonzero(data.truth != LABELS.index(Label.CLARIFICATION)))

    assert "| clarification | 0 | – | – | – |" in real_news.page(without, THRESHOLDS)


def test_without_sentences_drawn_by_chance_no_rate_is_told(data: Evaluation) -> None:
    """Sentences that were sought say nothing about how many there are."""
    sought = data.take(np.flatnonzero(np.array(data.registers) == SOUGHT))

    assert "None was drawn by chance alone" in real_news.page(sought, THRESHOLDS)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 399, 0.0, 0.0095),
        (1, 399, 0.0004, 0.0141),
        (4, 399, 0.0039, 0.0255),
        (399, 399, 0.9905, 1.0),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_an_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    """It has a width even where nothing was counted."""
    figure = wilson(count, of)

    assert count / of == figure.value
    assert pytest.approx((low, high), abs=5e-5) == (figure.low, figure.high)


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_ends_are_shares_that_the_count_would_just_not_surprise(drawn: tuple[int, int]) -> None:
    """So Wilson defined them: the count lies 1.96 standard deviations from what either end would bring."""
    count, of = drawn
    figure = wilson(count, of)

    assert 0 <= figure.low <= figure.value + 1e-12
    assert figure.value - 1e-12 <= figure.high <= 1
    for end in (figure.low, figure.high):
        if 0 < end < 1:
            assert pytest.approx(NORMAL * np.sqrt(end * (1 - end) / of), abs=1e-7) == abs(figure.value - end)
