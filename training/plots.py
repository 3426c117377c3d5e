"""Draws what the model card shows: curves, calibration, confusion, registers, and what abstention costs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from sklearn.metrics import precision_recall_curve

from models.labels import LABELS, Label
from training import figures
from training.figures import Evaluation

mpl.use("Agg")  # no window is ever opened

COLOURS: Mapping[Label, str] = {
    Label.CLAIM: "#2f6f9f",
    Label.DENIAL: "#b8323a",
    Label.CLARIFICATION: "#c98a1b",
    Label.OTHER: "#6b6b6b",
}
PIXELS_PER_INCH = 144  # sharp on a screen of twice the usual density
DARK = 0.5  # share from which the blue is too dark for black letters
FEWEST = 25  # sentences of a label below which a register says nothing


def curves(data: Evaluation, into: Path) -> None:
    """Precision over recall, one line a label."""
    drawing, axes = _canvas("Precision and recall, by threshold", "recall", "precision")
    for column, label in enumerate(LABELS):
        if column in data.truth:
            precisions, recalls, _ = precision_recall_curve(data.truth == column, data.scores[:, column])
            axes.plot(recalls, precisions, color=COLOURS[label], label=label.value)
    axes.set(xlim=(0, 1.01), ylim=(0, 1.01))
    axes.legend(frameon=False, loc="lower left")
    _save(drawing, into)


def calibration(data: Evaluation, into: Path) -> None:
    """How often the model is right when it says so, beside how sure it says it is."""
    drawing, axes = _canvas("Calibration", "confidence in the best label", "share that is right")
    confidence, right = data.scores.max(axis=1), data.best == data.truth
    places = figures.calibration_bins(confidence)
    filled = [b for b in range(figures.CALIBRATION_BINS) if (places == b).sum() >= FEWEST]
    axes.plot([0.25, 1], [0.25, 1], color="#bbbbbb", linewidth=1)
    axes.plot(
        [confidence[places == b].mean() for b in filled],
        [right[places == b].mean() for b in filled],
        marker="o",
        color=COLOURS[Label.CLAIM],
    )
    _save(drawing, into)


def confusion(data: Evaluation, into: Path) -> None:
    """Which label is taken for which, in shares of the true label."""
    counts = figures.confusion(data)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    drawing, axes = _canvas("What is taken for what", "best label", "true label")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*shares.shape):
        colour = "white" if shares[row, column] > DARK else "black"
        axes.text(
            column, row, f"{shares[row, column]:.1%}\n{counts[row, column]:,}", ha="center", va="center", color=colour
        )
    names = [label.value for label in LABELS]
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xticklabels=names, yticklabels=names)
    _save(drawing, into)


def registers(data: Evaluation, into: Path) -> None:
    """F1 of denials and clarifications by register, where there are enough of them."""
    wanted = (Label.DENIAL, Label.CLARIFICATION)
    rows = []
    for name in sorted(set(data.registers) - {figures.UNKNOWN}):
        part = data.take(np.flatnonzero(np.array(data.registers) == name))
        enough = {lb: (part.truth == LABELS.index(lb)).sum() >= FEWEST for lb in wanted}
        if any(enough.values()):
            rows.append((name, {lb: figures.f1(part, LABELS.index(lb)) for lb in wanted if enough[lb]}))
    drawing, axes = _canvas("F1 by register", "F1", "")
    for place, (_, values) in enumerate(rows):
        for shift, label in zip((-0.2, 0.2), wanted, strict=True):
            if label in values:
                axes.barh(place + shift, values[label], height=0.36, color=COLOURS[label])
    axes.set(yticks=range(len(rows)), yticklabels=[name for name, _ in rows], xlim=(0, 1))
    axes.legend(
        handles=[mpl.patches.Patch(color=COLOURS[label], label=label.value) for label in wanted],
        frameon=False,
        ncols=2,
        loc="lower right",
        bbox_to_anchor=(1, 1),
    )
    _save(drawing, into)


def review(data: Evaluation, thresholds: Mapping[Label, float], into: Path) -> None:
    """Precision of the accepted against the share of natural news that goes to review.

    A line is for one common threshold, the diamond for the thresholds that ship.
    """
    drawing, axes = _canvas("What abstention buys", "share of natural news sent to review", "precision of the accepted")
    kept_as_shipped = figures.accepted(data, thresholds)
    shipped = figures.natural_share(data, ~kept_as_shipped)
    for label in (Label.DENIAL, Label.CLARIFICATION):
        column = LABELS.index(label)
        points = []
        for threshold in np.linspace(0.3, 0.95, 27):
            kept = (data.best == column) & (data.scores[:, column] >= threshold)
            if kept.sum() >= FEWEST:
                held_back = figures.natural_share(data, data.scores.max(axis=1) < threshold)
                points.append((held_back, (data.truth[kept] == column).mean()))
        axes.plot([x for x, _ in points], [y for _, y in points], color=COLOURS[label], marker=".", label=label.value)
        chosen = kept_as_shipped & (data.best == column)
        if chosen.any():
            right = (data.truth[chosen] == column).mean()
            axes.plot(
                shipped, right, color=COLOURS[label], marker="D", linestyle="", label=f"{label.value}, as shipped"
            )
    axes.legend(frameon=False, loc="lower right")
    _save(drawing, into)


def learning(points: Mapping[str, Sequence[tuple[int, float]]], into: Path) -> None:
    """Macro F1 against the number of sentences, one line a reader."""
    drawing, axes = _canvas("What more sentences bring", "sentences of the corpus", "macro F1")
    for colour, (name, line) in zip(("#2f6f9f", "#b8323a", "#444444"), points.items(), strict=False):
        axes.plot(*zip(*line, strict=True), marker="o", color=colour, label=name)
    axes.legend(frameon=False, loc="lower right")
    _save(drawing, into)


def _canvas(title: str, across: str, up: str) -> tuple[Drawing, Axes]:
    drawing = Drawing(figsize=(6, 4.5), layout="constrained")
    axes = drawing.add_subplot()
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.spines[["top", "right"]].set_visible(False)
    return drawing, axes


def _save(drawing: Drawing, into: Path) -> None:
    # Without the date and the program's version the same model makes the same picture.
    drawing.savefig(into, dpi=PIXELS_PER_INCH, metadata={"Software": None})
