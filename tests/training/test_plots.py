"""The pictures of a card can be drawn of any model, however bad."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from models.labels import LABELS, Label
from tests.training.evaluations import taken
from training import plots
from training.figures import Evaluation

THRESHOLDS = dict.fromkeys(LABELS, 0.9)

Draw = Callable[[Evaluation, Path], None]
DRAW: Mapping[str, Draw] = {
    "curves": plots.curves,
    "calibration": plots.calibration,
    "confusion": plots.confusion,
    "registers": plots.registers,
    "review": lambda data, into: plots.review(data, THRESHOLDS, into),
}
WRONG = {(label, LABELS[(place + 1) % len(LABELS)]): plots.FEWEST for place, label in enumerate(LABELS)}
NEVER_DENIAL = {(Label.CLAIM, Label.CLAIM): plots.FEWEST, (Label.DENIAL, Label.CLAIM): plots.FEWEST}
EVALUATIONS = {
    "never right": taken(WRONG, register="wire"),
    "never anything but a claim, of two labels": taken(NEVER_DENIAL, register="wire"),
    "never sure enough, of too few to say": taken({(label, label): 1 for label in LABELS}, confidence=0.28),
}


@pytest.mark.parametrize("model", EVALUATIONS)
@pytest.mark.parametrize("name", DRAW)
def test_a_picture_is_written(tmp_path: Path, name: str, model: str) -> None:
    """A label that is never right, never best or not there leaves a gap, not an error."""
    DRAW[name](EVALUATIONS[model], tmp_path / "picture.png")

    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_a_curve_of_learning_is_written(tmp_path: Path) -> None:
    """A line a reader."""
    plots.learning({"first reader": [(100, 0.5), (200, 0.6)]}, tmp_path / "picture.png")

    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_figures_make_the_same_picture(tmp_path: Path) -> None:
    """Two trainings can be compared by the hash of what they wrote."""
    for name in ("one.png", "other.png"):
        plots.review(EVALUATIONS["never right"], THRESHOLDS, tmp_path / name)

    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()
