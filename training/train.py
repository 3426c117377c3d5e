"""Trains a model from the corpus and writes it into version folders: `python -m training.train`."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click
import msgspec
import numpy as np

from models import manifest as manifests
from models.artefact import FAST_SUFFIX, MODEL_FILE, VERSIONS, newest_shipped, version_key
from models.first_reader import FirstReader
from models.labels import LABELS, Label
from models.readers import JUDGEMENT_FILE, Judgement, Readers, judgement, towards_nature
from models.second_reader import ENCODER_FILE, TOKENIZER_FILE, SecondReader
from training import card, challenge, cross_validation, figures, learning, shipping, thresholds, word_classes
from training import real_news as news
from training import sentences as corpus
from training.cross_validation import Readings
from training.encoder import out_of_fold
from training.encoder.folds import folds
from training.figures import Evaluation
from training.sentences import digest
from training.write import Contents, write_version

NAME = "claimwire"
PULL = 0.25  # of the way to natural shares: further, and rare labels are hardly ever best; docs/encoder.md
GATE = 0.042  # three natural sentences in ten are doubted more than this; docs/encoder.md
ASKED = 0.3  # the share of natural sentences that this gate lets through, measured on a stream; docs/encoder.md
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
    drawn: Sequence[news.Drawn]


class Candidate(NamedTuple):
    """A version that may be written: its readers, when the second is asked, and the files beside the first reader."""

    version: str
    reader: Readers
    gate: float
    extra: Mapping[str, bytes]


class Judged(NamedTuple):
    """How good a candidate is: in the corpus, on real news where there is any, its thresholds, and its figures."""

    data: Evaluation
    real_news: Evaluation | None
    thresholds: Mapping[Label, float]
    figures: Mapping[str, float]


@click.command()
@click.option("--version", help="The version to write, such as 1.1.0; default the one after the newest.")
@click.option("--into", type=click.Path(path_type=Path), default=VERSIONS, help="Where version folders lie.")
@click.option(
    "--encoder", type=click.Path(path_type=Path), help="Folder of the encoder; default a new one, or the shipped."
)
@click.option(
    "--real-news",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Labelled sentences from outside the corpus, JSON Lines with text, label and set, to be measured on.",
)
@click.option("--worse", is_flag=True, help="Write the models even if one is worse than the one that ships.")
def main(version: str | None, into: Path, encoder: Path | None, real_news: Path | None, *, worse: bool) -> None:
    """Train the first reader, weigh it with the encoder, and write two versions: both readers, and the fast one."""
    folder = encoder or (BUILT if (BUILT / ENCODER_FILE).is_file() else newest_shipped())
    files = {name: (folder / name).read_bytes() for name in (ENCODER_FILE, TOKENIZER_FILE)}
    out_of_fold.check(files[ENCODER_FILE], folder)
    trained = train(corpus.read(corpus.files()), news.read(real_news) if real_news else ())
    number = version or _next()
    second = SecondReader.from_bytes(files[ENCODER_FILE], files[TOKENIZER_FILE])
    both = Candidate(number, Readers(trained.first, second, trained.judgement, GATE), GATE, files)
    alone = Candidate(number + FAST_SUFFIX, Readers(trained.first, None, trained.judgement, NEVER), NEVER, {})
    write(trained, (both, alone), into, worse=worse)


def write(
    trained: Trained, candidates: Sequence[Candidate], into: Path, *, shipped: Path = VERSIONS, worse: bool = False
) -> None:
    """Write all of the candidates, or none when one is worse than the version of its kind among the `shipped` ones.

    Raises WorseModelError unless `worse` ones are wanted, and FileExistsError where a version is there already.
    """
    for candidate in candidates:
        if (into / candidate.version).exists():
            raise FileExistsError(f"{into / candidate.version} is there already. Name another with --version.")
    judged = [_judged(trained, candidate) for candidate in candidates]
    if not worse:
        learnt_from = digest(trained.sentences)
        for candidate, found in zip(candidates, judged, strict=True):
            newest = _newest(shipped, fast=candidate.version.endswith(FAST_SUFFIX))
            shipping.check(found.figures, learnt_from, newest)
    into.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=into, prefix=".unfinished-") as unfinished:
        for candidate, found in zip(candidates, judged, strict=True):
            _write(trained, candidate, found, Path(unfinished))
        for candidate in candidates:
            (Path(unfinished) / candidate.version).rename(into / candidate.version)
            click.echo(f"Wrote {into / candidate.version}")


def train(sentences: Sequence[corpus.Sentence], drawn: Sequence[news.Drawn] = ()) -> Trained:
    """Fit the first reader to the corpus, and the weighing of both to what they make of sentences they had not seen."""
    fold = folds(sentences)
    readings = cross_validation.readings(sentences, fold, build)
    labels = [sentence.label for sentence in readings.sentences]
    rates = {
        Label(name): rate for name, rate in json.loads((corpus.CORPUS / "rates.json").read_text())["rates"].items()
    }
    weighing = judgement(readings.first, readings.second, labels, towards_nature(labels, rates, PULL), GATE)
    curve = learning.first_curve(sentences, fold, build)
    return Trained(sentences, cross_validation.fitted(build(), sentences), weighing, readings, rates, curve, drawn)


def build() -> FirstReader:
    """An untrained first reader."""
    return FirstReader(word_classes.read())


def _judged(trained: Trained, candidate: Candidate) -> Judged:
    data = _evaluation(trained, candidate.gate)
    told = _figures(data) | {"challenge_macro_f1": round(challenge.macro_f1(candidate.reader, challenge.read()), 4)}
    drawn = news.evaluation(candidate.reader, trained.drawn, trained.rates) if trained.drawn else None
    return Judged(data, drawn, thresholds.choose(data), told | (news.told(drawn) if drawn else {}))


def _write(trained: Trained, candidate: Candidate, judged: Judged, into: Path) -> None:
    extra = candidate.extra
    created = datetime.now(UTC)
    subject = card.Subject(
        NAME,
        candidate.version,
        created.date().isoformat(),
        len(trained.sentences),
        judged.thresholds,
        judged.data,
        first=_evaluation(trained, NEVER) if extra else None,
        asked=ASKED,
        real_news=judged.real_news,
        learning={learning.FIRST: trained.curve},
        changed=_changes(trained, judged.data) if extra else (),
    )
    contents: Contents = {MODEL_FILE: trained.first, JUDGEMENT_FILE: msgspec.json.encode(trained.judgement), **extra}
    write_version(
        into / candidate.version,
        candidate.reader,
        contents,
        name=NAME,
        version=candidate.version,
        created=created,
        thresholds=judged.thresholds,
        figures=judged.figures,
        sentences=trained.sentences,
        describe=lambda folder: card.write(subject, folder),
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


def _newest(versions: Path, *, fast: bool) -> manifests.Manifest | None:
    """The manifest of the newest version of one kind; None when none has ever shipped."""
    kind = [f for f in versions.glob("*/") if f.name.endswith(FAST_SUFFIX) == fast and (f / "manifest.json").is_file()]
    return manifests.read(max(kind, key=lambda f: version_key(f.name)))[0] if kind else None


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
