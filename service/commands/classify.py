"""`claimwire classify`: labels text without Kafka, by the code that the service runs."""

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.artefact import load as load_model
from models.artefact import resolve
from models.decision import Verdict
from models.labels import LABELS
from models.language import unread
from service.articles import split_article
from service.commands.texts import STANDARD_INPUT, opened
from service.errors import BadRecordError
from service.label import Labeller
from service.settings import load

CHUNK = 500  # sentences at a time: enough for the model's speed, few enough to answer while reading on

COLOURS = {"claim": "cyan", "denial": "red", "clarification": "yellow", "other": "bright_black"}


class Line(msgspec.Struct):
    """A line of `--jsonl` input; other fields are ignored."""

    id: str | int
    text: str


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--jsonl", is_flag=True, help='Read lines {"id", "text"}, one sentence each, and write a line for each.')
@click.option("--model", help="Version folder, or a shipped version's name; default as CLAIMWIRE_MODEL.")
def classify(files: tuple[Path, ...], *, jsonl: bool, model: str | None) -> None:
    """Label the sentences of FILES, or of standard input.

    A file is an article: its headline on the first line, a blank line between paragraphs.
    """
    settings = load(os.environ)
    loaded = load_model(
        resolve(model or settings.model),
        public_key=settings.model_public_key,
        gate=settings.gate,
        threads=settings.threads,
    )
    label = Labeller(loaded.predict_proba, loaded.thresholds, unread)
    for path in files or (STANDARD_INPUT,):
        with opened(path) as (name, source):
            if jsonl:
                _lines(name, source, label)
            else:
                _table(name, source.read(), label)


def _lines(name: str, source: IO[str], label: Labeller) -> None:
    lines = _read(name, source)
    encoder = msgspec.json.Encoder()
    while chunk := list(islice(lines, CHUNK)):
        for line, verdict in zip(chunk, label([line.text for line in chunk]), strict=True):
            sys.stdout.write(encoder.encode(_answer(line, verdict)).decode() + "\n")
        sys.stdout.flush()


def _read(name: str, source: Iterable[str]) -> Iterator[Line]:
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=Line)
        except msgspec.MsgspecError as error:
            raise click.ClickException(f'line {number} of {name} is not {{"id", "text"}}: {error}') from None


def _answer(line: Line, verdict: Verdict | BadRecordError) -> dict[str, object]:
    if isinstance(verdict, BadRecordError):
        raise click.ClickException(f"{line.id}: {verdict}")
    return {
        "id": line.id,
        "label": verdict.label,
        "decision": "accepted" if verdict.accepted else "abstained",
        "scores": dict(zip(LABELS, verdict.scores, strict=True)),
    }


def _table(name: str, article: str, label: Labeller) -> None:
    sentences = split_article(article)
    # Whatever comes from outside is a Text: Rich takes a plain string's "[sic]" for an order to itself.
    table = Table("", "label", "", "sentence", title=Text(name), title_justify="left", box=None, pad_edge=False)
    for number, (sentence, verdict) in enumerate(zip(sentences, label([s.text for s in sentences]), strict=True)):
        table.add_row(str(number), *_cells(verdict), Text(sentence.text))
    Console().print(table)


def _cells(verdict: Verdict | BadRecordError) -> tuple[Text, Text]:
    if isinstance(verdict, BadRecordError):
        return Text("not labelled"), Text()
    certain = verdict.label.value if verdict.accepted else f"{verdict.label.value}?"
    return Text(certain, COLOURS[verdict.label]), Text(f"{verdict.confidence:.2f}")
