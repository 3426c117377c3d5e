"""Writes the model's card: a page that tells a newsroom how good the labels are, and where they fail."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.labels import LABELS, Label
from training import figures, plots, real_news, thresholds
from training.figures import SURE, Evaluation

MEASURES = (figures.precision, figures.recall, figures.f1, figures.average_precision)

MEASURED = """\
Every figure below comes from cross-validation inside that corpus: each sentence was scored by models that had seen
neither it nor its near neighbours. Only the few numbers by which both readers are weighed, and the thresholds, were
fitted to these very scores. The corpus is rich in denials, clarifications and look-alikes, so it is harder than a day's
news in what it asks, and easier in that its sentences are invented."""

REAL = """\
Plan with these figures. `docs/models.md` says how the set was drawn, who labelled it, and what was chosen by it."""

UNMEASURED = """\
This version was not measured on real news. `make train ARGUMENTS="--real-news FILE"` measures it."""

WEIGHED = """\
Precision of claims and others is counted in natural shares, as their thresholds were chosen. Where no threshold up to
.90 reaches what is wanted, .90 is taken."""

UPPER_BOUND = """\
The labels stand here in their natural shares, but the claims are those of the corpus, most of which were written
because they look like something else. On real news fewer go wrong: take the last column as an upper bound."""

LIMITS = """\
It reads one sentence at a time and does not know the article, the speaker, or whether anything is true. It reads
English only; other text is `other`, with the reason. It should not decide alone what is published or corrected, and
it says nothing about a person. It is weakest where a denial or a clarification does without its usual words."""


class Second(NamedTuple):
    """A sentence that the second reader decided otherwise than the first: text, true label, first's, both readers'."""

    text: str
    truth: Label
    first: Label
    both: Label


class Subject(NamedTuple):
    """What the card is about.

    `data` are scores of sentences that the model that gave them was not trained on; `first` the same of the first
    reader alone, None for a model of one reader. `asked` is the share of natural news that the second reader reads.
    `real_news` are scores of sentences from outside the corpus, None where there were none. `learning` maps a reader to
    (sentences, macro F1) points; `changed` are examples.
    """

    name: str
    version: str
    created: str
    sentences: int
    thresholds: Mapping[Label, float]
    data: Evaluation
    first: Evaluation | None = None
    asked: float = 0.0
    real_news: Evaluation | None = None
    learning: Mapping[str, Sequence[tuple[int, float]]] = {}
    changed: Sequence[Second] = ()


def write(subject: Subject, folder: Path) -> list[str]:
    """Write card.md and its pictures into a folder; returns the names of the files."""
    pictures = _draw(subject, folder)
    (folder / "card.md").write_text(_page(subject, pictures), encoding="utf-8")
    return ["card.md", *pictures]


def _draw(subject: Subject, folder: Path) -> list[str]:
    plots.curves(subject.data, folder / "curves.png")
    plots.calibration(subject.data, folder / "calibration.png")
    plots.confusion(subject.data, folder / "confusion.png")
    plots.registers(subject.data, folder / "registers.png")
    plots.review(subject.data, subject.thresholds, folder / "review.png")
    names = ["curves.png", "calibration.png", "confusion.png", "registers.png", "review.png"]
    if subject.learning:
        plots.learning(subject.learning, folder / "learning.png")
        names.append("learning.png")
    return names


def _page(subject: Subject, pictures: Sequence[str]) -> str:
    measured = (
        f"Macro F1 {figures.interval(subject.data, figures.macro_f1)}; calibration error "
        f"{figures.interval(subject.data, figures.calibration_error)}."
    )
    parts = [
        f"# {subject.name} {subject.version}",
        _introduction(subject),
        "## On real news",
        *([UNMEASURED] if subject.real_news is None else [real_news.page(subject.real_news, subject.thresholds), REAL]),
        "## By label, in the corpus",
        MEASURED,
        _labels(subject.data),
        measured,
        "## At the thresholds that ship, in the corpus",
        _thresholds(subject),
        _natural(subject),
        *([] if subject.first is None else ["## What the second reader changes", _second(subject, subject.first)]),
        "## By register",
        _registers(subject.data),
        "## Pictures",
        "\n\n".join(f"![{Path(name).stem}]({name})" for name in pictures),
        "## What it is not for",
        LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _introduction(subject: Subject) -> str:
    readers = "two readers" if subject.first else "one reader"
    return (
        f"A model of {readers} that labels one English news sentence as claim, denial, clarification or other. Trained "
        f"{subject.created} on {subject.sentences:,} fictional sentences (`training/corpus`, CC0), under the rules of "
        f"`docs/labels.md`. {_left_out(subject)}"
    )


def _left_out(subject: Subject) -> str:
    measured = len(subject.data.truth)
    if measured == subject.sentences:
        return "All of them were scored in cross-validation."
    return (
        f"{subject.sentences - measured:,} of them are younger than the encoder's cross-validation, or were reworded "
        f"since; the figures in the corpus are of the other {measured:,}."
    )


def _labels(data: Evaluation) -> str:
    lines = [
        f"| label | sentences | precision | recall | F1 | average precision | recall at precision {SURE:g} |",
        "|---|---:|---|---|---|---|---:|",
    ]
    for column, label in enumerate(LABELS):
        cells = [_cell(data, measure, column) for measure in MEASURES]
        sure = figures.recall_at_precision(data, column, SURE)
        count = int((data.truth == column).sum())
        lines.append(f"| {label.value} | {count:,} | {' | '.join(cells)} | {_number(sure, 2)} |")
    return "\n".join(lines)


def _cell(data: Evaluation, measure: Callable[[Evaluation, int], float], column: int) -> str:
    return str(figures.interval(data, lambda part: measure(part, column)))


def _thresholds(subject: Subject) -> str:
    data = subject.data
    kept = figures.accepted(data, subject.thresholds)
    lines = [
        "| label | threshold | wanted precision | precision of the accepted | recall of the accepted |",
        "|---|---:|---:|---:|---:|",
    ]
    for column, label in enumerate(LABELS):
        chosen, bearing = kept & (data.best == column), data.truth == column
        right = thresholds.precision(data, column, chosen)
        found = chosen[bearing].mean() if bearing.any() else float("nan")
        lines.append(
            f"| {label.value} | {subject.thresholds[label]:.2f} | {thresholds.WANTED[label]:.2f} | {_number(right)} "
            f"| {_number(found)} |"
        )
    return "\n".join(lines) + "\n\n" + WEIGHED


def _natural(subject: Subject) -> str:
    """What a thousand sentences of natural news would bring, by the weights that make the corpus natural."""
    data = subject.data
    kept = figures.accepted(data, subject.thresholds)
    lines = ["| of 1,000 sentences | accepted | of these wrong |", "|---|---:|---:|"]
    for column, label in enumerate(LABELS):
        chosen = kept & (data.best == column)
        wrong = chosen & (data.truth != column)
        lines.append(
            f"| {label.value} | {1000 * figures.natural_share(data, chosen):.1f} "
            f"| {1000 * figures.natural_share(data, wrong):.1f} |"
        )
    lines.append(f"| sent to review | {1000 * figures.natural_share(data, ~kept):.1f} | |")
    return "\n".join(lines) + "\n\n" + UPPER_BOUND


def _second(subject: Subject, first: Evaluation) -> str:
    both = subject.data
    lines = ["| | first reader alone | both |", "|---|---|---|"]
    lines.append(
        f"| macro F1 | {figures.interval(first, figures.macro_f1)} | {figures.interval(both, figures.macro_f1)} |"
    )
    for label in (Label.DENIAL, Label.CLARIFICATION, Label.OTHER):
        column = LABELS.index(label)
        alone, together = figures.average_precision(first, column), figures.average_precision(both, column)
        lines.append(f"| average precision of {label.value} | {_number(alone)} | {_number(together)} |")
    lines.append(f"\nIt is asked about {subject.asked:.0%} of natural sentences. Some that it decided otherwise:\n")
    lines += ["| sentence | it is | first reader | both |", "|---|---|---|---|"]
    lines += [
        f"| {change.text.replace('|', chr(92) + '|')} | {change.truth} | {change.first} | {change.both} |"
        for change in subject.changed
    ]
    return "\n".join(lines)


def _registers(data: Evaluation) -> str:
    lines = ["| register | sentences | right | F1 of denial | F1 of clarification |", "|---|---:|---:|---:|---:|"]
    names = np.array(data.registers)
    for name in sorted(set(data.registers)):
        part = data.take(np.flatnonzero(names == name))
        cells = [_enough(part, LABELS.index(label)) for label in (Label.DENIAL, Label.CLARIFICATION)]
        right = float((part.best == part.truth).mean())
        lines.append(f"| {name} | {len(part.truth):,} | {right:.3f} | {' | '.join(cells)} |")
    return "\n".join(lines) + f"\n\nA dash stands where fewer than {plots.FEWEST} sentences bear the label."


def _enough(part: Evaluation, column: int) -> str:
    """F1 of a label, where there are enough sentences that bear it."""
    return _number(figures.f1(part, column)) if (part.truth == column).sum() >= plots.FEWEST else "–"


def _number(value: float, digits: int = 3) -> str:
    return "–" if np.isnan(value) else f"{value:.{digits}f}"
