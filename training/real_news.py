"""How good a model is on real news, which is other publishers' text and therefore no part of this repository."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.labels import LABELS, Label
from models.readers import Reader
from training import figures
from training.figures import SURE, Evaluation, Figure

NATURAL = "natural"  # what a sentence's `set` says when it was drawn by chance alone
NORMAL = 1.96  # standard deviations on either side that hold 95 of 100


class Drawn(msgspec.Struct, frozen=True):
    """A labelled sentence, and how it came into the set."""

    text: str
    label: Label
    set: str


def read(path: Path) -> list[Drawn]:
    """One JSON object a line, with at least `text`, `label` and `set`; raises msgspec.ValidationError."""
    return [msgspec.json.decode(line, type=Drawn) for line in path.read_bytes().splitlines() if line.strip()]


def evaluation(reader: Reader, drawn: Sequence[Drawn], rates: Mapping[Label, float]) -> Evaluation:
    """What the reader makes of the set; a sentence's register is how it was drawn."""
    columns = [list(reader.classes_).index(label) for label in LABELS]
    scores = reader.predict_proba([one.text for one in drawn])[:, columns]
    return figures.evaluation([one.label for one in drawn], scores, [one.set for one in drawn], rates)


def page(data: Evaluation, thresholds: Mapping[Label, float]) -> str:
    """The part of a card that these figures make."""
    natural = np.array(data.registers) == NATURAL
    kept = figures.accepted(data, thresholds)
    drawn = (
        f"{len(data.truth):,} sentences, {natural.sum():,} of them drawn by chance and the others by words that look "
        "like a denial, a clarification or nothing asserted, so that there are enough of each. With 95 % intervals:"
    )
    overall = (
        f"Macro F1 {figures.interval(data, figures.macro_f1)}; calibration error "
        f"{figures.interval(data, figures.calibration_error)}; recall of denials at a precision of {SURE:g} "
        f"{figures.interval(data, _sure_recall)}."
    )
    alarms = (
        f"Of the {natural.sum():,} that were drawn by chance, {_alarms(data, natural, Label.DENIAL)}, and "
        f"{_alarms(data, natural, Label.CLARIFICATION)}."
        if natural.any()
        else "None was drawn by chance alone, so there is no telling how many false alarms a day's news brings."
    )
    table = [
        "| label | sentences | average precision | precision of the accepted | recall of the accepted |",
        "|---|---:|---|---|---|",
        *(_row(data, kept, column) for column in range(len(LABELS))),
    ]
    return "\n\n".join([drawn, "\n".join(table), overall, alarms])


def told(data: Evaluation) -> dict[str, float]:
    """The same for a manifest."""
    found = {"macro_f1": figures.macro_f1(data), "calibration_error": figures.calibration_error(data)}
    for column, label in enumerate(LABELS):
        found[f"{label}_average_precision"] = figures.average_precision(data, column)
    return {f"real_news_{name}": round(value, 4) for name, value in found.items()}


def wilson(count: int, of: int) -> Figure:
    """A share with its 95 % interval (Wilson 1927), which has a width even where nothing was counted."""
    share, room = count / of, NORMAL**2 / of
    middle = (share + room / 2) / (1 + room)
    half = NORMAL * np.sqrt(share * (1 - share) / of + room / (4 * of)) / (1 + room)
    return Figure(share, max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def _sure_recall(data: Evaluation) -> float:
    return figures.recall_at_precision(data, LABELS.index(Label.DENIAL), SURE)


def _row(data: Evaluation, kept: NDArray[np.bool_], column: int) -> str:
    chosen, bearing = kept & (data.best == column), data.truth == column
    right = int((chosen & bearing).sum())
    cells = [
        str(figures.interval(data, lambda part: figures.average_precision(part, column))),
        str(wilson(right, int(chosen.sum()))) if chosen.any() else "–",
        str(wilson(right, int(bearing.sum()))) if bearing.any() else "–",
    ]
    return f"| {LABELS[column]} | {bearing.sum():,} | {' | '.join(cells)} |"


def _alarms(data: Evaluation, among: NDArray[np.bool_], label: Label) -> str:
    column = LABELS.index(label)
    false = int((among & (data.best == column) & (data.truth != column)).sum())
    share = wilson(false, int(among.sum()))
    return (
        f"{false} {'was' if false == 1 else 'were'} taken for a {label} without being one "
        f"({1000 * share.low:.1f} to {1000 * share.high:.1f} in 1,000)"
    )
