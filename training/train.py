"""Trains a model from the corpus and writes it into version folders: `python -m training.train`."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
import numpy as np

from models import manifest as manifests
from models.artefact import FAST_SUFFIX, MODEL_FILE, VERSIONS, newest_shipped, version_key
from models.first_reader import FirstReader
from models.labels import LABELS, Label
from models.readers import JUDGEMENT_FILE, Judgement, Reader, Readers, judgement, towards_nature
from models.second_reader import ENCODER_FILE, TOKENIZER_FILE, SecondReader
from training import card, challenge, cross_validation, figures, learning, shipping, thresholds, word_classes
from training import sentences as corpus
from training.cross_validation import Readings
from training.encoder.folds import folds
from training.figures import Evaluation
from training.write import Contents, write_version

NAME = "claimwire"
PULL = 0.25  # of the way to natural shares: further, and rare labels are hardly ever best; docs/encoder.md
GATE = 0.071  # one natural sentence in five is doubted more than this; docs/encoder.md
ASKED = 0.2  # the share of natural sentences that this gate lets through, measured on a stream; docs/encoder.md
NEVER = 1.0  # a gate that nobody's doubt exceeds: the second reader is not asked
CHANGES_SHOWN = 12  # examples of what the second reader changes, enough to see the kinds
BUILT = Path("build/encoder")  # where `make train-encoder` leaves its work


class Trained(NamedTuple):
    """What both version folders are written from."""

    sentences: Sequence[corpus.Sentence]
    first: FirstReader
    judgement: Judgement
    readings: Readings
    rates: Mapping[Label, float]
    curve: learning.Curve


@click.command()
@click.option("--version", help="The version to write, such as 1.1.0; default the one after the newest.")
@click.option("--into", type=click.Path(path_type=Path), default=VERSIONS, help="Where version folders lie.")
@click.option(
    "--encoder", type=click.Path(path_type=Path), help="Folder of the encoder; default a new one, or the shipped."
)
@click.option("--worse", is_flag=True, help="Write the model even if it is worse than the one that ships.")
def main(version: str | None, into: Path, encoder: Path | None, *, worse: bool) -> None:
    """Train the first reader, weigh it with the encoder, and write two versions: both readers, and the fast one."""
    trained = train(corpus.read(corpus.files()))
    folder = encoder or (BUILT if (BUILT / ENCODER_FILE).is_file() else newest_shipped())
    files = {name: (folder / name).read_bytes() for name in (ENCODER_FILE, TOKENIZER_FILE)}
    number = version or _next()
    second = SecondReader.from_bytes(files[ENCODER_FILE], files[TOKENIZER_FILE])
    both = Readers(trained.first, second, trained.judgement, GATE)
    alone = Readers(trained.first, None, trained.judgement, NEVER)
    for name, reader, gate, extra in ((number, both, GATE, files), (number + FAST_SUFFIX, alone, NEVER, {})):
        _write(trained, reader, into / name, gate, extra, worse=worse)
        click.echo(f"Wrote {into / name}")


def train(sentences: Sequence[corpus.Sentence]) -> Trained:
    """Fit the first reader to the corpus, and the weighing of both to what they make of sentences they had not seen."""
    fold = folds(sentences)
    readings = cross_validation.readings(sentences, fold, build)
    labels = [sentence.label for sentence in readings.sentences]
    rates = {
        Label(name): rate for name, rate in json.loads((corpus.CORPUS / "rates.json").read_text())["rates"].items()
    }
    weighing = judgement(readings.first, readings.second, labels, towards_nature(labels, rates, PULL), GATE)
    curve = learning.first_curve(sentences, fold, build)
    return Trained(sentences, cross_validation.fitted(build(), sentences), weighing, readings, rates, curve)


def build() -> FirstReader:
    """An untrained first reader."""
    return FirstReader(word_classes.read())


def _write(
    trained: Trained, reader: Reader, folder: Path, gate: float, extra: Mapping[str, bytes], *, worse: bool
) -> None:
    data = _evaluation(trained, gate)
    limits = thresholds.choose(data)
    told = _figures(data) | {"challenge_macro_f1": challenge.macro_f1(reader, challenge.read())}
    if not worse:
        shipping.check(told, _shipped_figures(folder.name.endswith(FAST_SUFFIX)))
    created = datetime.now(UTC)
    subject = card.Subject(
        NAME,
        folder.name,
        created.date().isoformat(),
        len(trained.sentences),
        limits,
        data,
        first=_evaluation(trained, NEVER) if extra else None,
        asked=ASKED,
        learning={learning.FIRST: trained.curve} | ({learning.SECOND: learning.SECOND_CURVE} if extra else {}),
        changed=_changes(trained, data) if extra else (),
    )
    contents: Contents = {MODEL_FILE: trained.first, JUDGEMENT_FILE: msgspec.json.encode(trained.judgement), **extra}
    write_version(
        folder,
        reader,
        contents,
        name=NAME,
        version=folder.name,
        created=created,
        thresholds=limits,
        figures=told,
        sentences=trained.sentences,
        describe=lambda into: card.write(subject, into),
    )


def _evaluation(trained: Trained, gate: float) -> Evaluation:
    scores, _ = trained.readings.weighed(trained.judgement, gate)
    labels = [sentence.label for sentence in trained.readings.sentences]
    registers = [sentence.register for sentence in trained.readings.sentences]
    return figures.evaluation(labels, scores, registers, trained.rates)


def _figures(data: Evaluation) -> dict[str, float]:
    told = {"macro_f1": figures.macro_f1(data), "calibration_error": figures.calibration_error(data)}
    for column, label in enumerate(LABELS):
        told[f"{label}_f1"] = figures.f1(data, column)
        told[f"{label}_average_precision"] = figures.average_precision(data, column)
    return {name: round(value, 4) for name, value in told.items()}


def _shipped_figures(fast: bool) -> Mapping[str, float]:
    """Those of the newest version of the same kind; none when none has ever shipped."""
    kind = [f for f in VERSIONS.glob("*/") if f.name.endswith(FAST_SUFFIX) == fast and (f / "manifest.json").is_file()]
    return manifests.read(max(kind, key=lambda f: version_key(f.name)))[0].figures if kind else {}


def _changes(trained: Trained, data: Evaluation) -> list[card.Second]:
    """Sentences that the second reader decided otherwise than the first, spread over the corpus."""
    before, after = _evaluation(trained, NEVER).best, data.best
    changed = np.flatnonzero(before != after)
    places = changed[:: max(1, len(changed) // CHANGES_SHOWN)][:CHANGES_SHOWN]
    chosen = [(trained.readings.sentences[place], before[place], after[place]) for place in places]
    return [card.Second(s.text, s.label, LABELS[first], LABELS[both]) for s, first, both in chosen]


def _next() -> str:
    numbers = [version_key(folder.name) for folder in VERSIONS.glob("*/") if (folder / "manifest.json").is_file()]
    major, minor, _ = max(numbers, default=(1, -1, 0))
    return f"{major}.{minor + 1}.0"


if __name__ == "__main__":
    main()
