"""The card tells a newsroom how good the labels are, and does not pretend where too little was seen."""

from pathlib import Path

import pytest

from models.labels import LABELS, Label
from tests.training.evaluations import taken, together
from training import card, plots
from training.card import UNMEASURED, Second, Subject
from training.real_news import NATURAL

THRESHOLDS = {Label.CLAIM: 0.5, Label.DENIAL: 0.55, Label.CLARIFICATION: 0.6, Label.OTHER: 0.95}
WIRE = taken({(label, label): plots.FEWEST for label in LABELS} | {(Label.CLAIM, Label.DENIAL): 5}, register="wire")
LIVE = taken({(Label.CLAIM, Label.CLAIM): 8, (Label.DENIAL, Label.DENIAL): plots.FEWEST - 1}, register="live")
CORPUS = together(WIRE, LIVE)
FIRST = together(taken({(Label.DENIAL, Label.CLAIM): plots.FEWEST}), LIVE)
CHANGED = Second("Sold | leased? Neither, says the abbot.", Label.DENIAL, Label.CLAIM, Label.DENIAL)


def page(subject: Subject, folder: Path) -> str:
    """The card as it lies in the folder."""
    card.write(subject, folder)
    return (folder / "card.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A card of two readers that were measured on real news, with a curve of learning."""
    subject = Subject(
        "claimwire",
        "1.4.0",
        "2026-02-03",
        len(CORPUS.truth) + 1200,
        THRESHOLDS,
        CORPUS,
        first=FIRST,
        asked=0.2,
        real_news=taken({(label, label): 10 for label in LABELS}, register=NATURAL),
        learning={"first reader": [(100, 0.5), (200, 0.6)]},
        changed=[CHANGED],
    )
    return page(subject, tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A card of one reader that was measured on the corpus alone, and is never best with two of the labels."""
    data = taken({(Label.CLAIM, Label.CLAIM): 6, (Label.DENIAL, Label.CLAIM): 2})
    subject = Subject("claimwire", "1.4.0-fast", "2026-02-03", len(data.truth), THRESHOLDS, data)
    return page(subject, tmp_path_factory.mktemp("bare"))


def row(page: str, heading: str, first: str) -> list[str]:
    """The cells of the row that begins so, of the first table below a heading."""
    below = page[page.index(f"## {heading}\n") :].splitlines()
    line = next(line for line in below if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_every_file_that_is_written_is_named(tmp_path: Path) -> None:
    """The manifest lists them by it."""
    data = taken({(Label.CLAIM, Label.CLAIM): 2, (Label.DENIAL, Label.DENIAL): 2})

    named = card.write(Subject("claimwire", "1.0.0", "2026-02-03", 4, THRESHOLDS, data), tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(named)
    assert all(f"({name})" in (tmp_path / "card.md").read_text("utf-8") for name in named if name != "card.md")


def test_a_label_is_measured_on_the_sentences_that_bear_it(full: str) -> None:
    """Five claims taken for denials cost denials precision, and no recall."""
    right = 2 * plots.FEWEST - 1
    cells = row(full, "By label, in the corpus", "denial")

    assert str(right) == cells[1]
    assert cells[2].startswith(f"{right / (right + 5):.3f} (")
    assert "1.000 (1.000 to 1.000)" == cells[3]


def test_what_a_threshold_was_to_reach_stands_beside_what_it_reaches(full: str) -> None:
    """Nine in ten for denials."""
    right = 2 * plots.FEWEST - 1

    expected = ["denial", "0.55", "0.90", f"{right / (right + 5):.3f}", "1.000"]
    assert expected == row(full, "At the thresholds that ship, in the corpus", "denial")


def test_a_label_of_which_nothing_is_accepted_has_no_precision(full: str) -> None:
    """A dash, not a word that only a programmer knows."""
    assert ["other", "0.95", "0.95", "–", "0.000"] == row(full, "At the thresholds that ship, in the corpus", "other")


def test_a_register_with_too_few_denials_gets_a_dash(full: str) -> None:
    """Its share of right labels is told all the same."""
    assert ["live", str(plots.FEWEST + 7), "1.000", "–", "–"] == row(full, "By register", "live")
    assert "–" not in row(full, "By register", "wire")


def test_a_bar_in_a_sentence_does_not_end_its_cell(full: str) -> None:
    """Sentences come from anywhere."""
    assert r"| Sold \| leased? Neither, says the abbot. | denial | claim | denial |" in full


def test_sentences_that_were_left_out_are_counted(full: str, bare: str) -> None:
    """The corpus may have grown since the encoders were cross-validated."""
    assert "1,200 of them are younger than the encoder's cross-validation, or were reworded" in full
    assert "All of them were scored in cross-validation." in bare


def test_real_news_comes_before_the_corpus(full: str) -> None:
    """They are the figures to plan with."""
    assert "40 sentences, 40 of them drawn by chance" in full
    assert full.index("## On real news") < full.index("## By label, in the corpus")
    assert UNMEASURED not in full


def test_a_model_that_was_not_measured_on_real_news_says_so(bare: str) -> None:
    """And how to measure it."""
    assert UNMEASURED in bare


def test_a_model_of_one_reader_says_nothing_of_a_second(bare: str) -> None:
    """Nor does it show a curve that nobody drew."""
    assert "A model of one reader" in bare
    assert "What the second reader changes" not in bare
    assert "learning.png" not in bare


def test_a_label_that_was_not_there_has_no_figures(bare: str) -> None:
    """Nothing is told of what was not seen."""
    assert ["other", "0", *["–"] * 5] == row(bare, "By label, in the corpus", "other")
    assert "nan" not in bare
