"""`claimwire explain`: why a sentence is labelled as it is."""

import os
from collections.abc import Iterable

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from models import explanation, omission
from models.artefact import load as load_model
from models.artefact import resolve
from models.first_reader import FirstReader
from models.labels import LABELS
from models.language import unread
from models.readers import Reader, Readers
from service.settings import load

SHOWN = 12  # features or words: more than anybody reads
STRONG = 0.5  # share of the greatest weight from which a word is set in bold

console = Console(highlight=False)


@click.command()
@click.argument("sentence")
@click.option("--model", help="Version folder, or a shipped version's name; default as CLAIMWIRE_MODEL.")
def explain(sentence: str, model: str | None) -> None:
    """Say who labelled SENTENCE, and what in it counted.

    For the first reader each feature's exact part in the score; for the second what changes when a word is left out.
    """
    settings = load(os.environ)
    reader = load_model(
        resolve(model or settings.model),
        public_key=settings.model_public_key,
        gate=settings.gate,
        threads=settings.threads,
    ).reader
    reason = unread(sentence)
    if reason:
        console.print(f"[bold]other[/], unread: {reason.replace('_', ' ')}")
        return
    readers = reader if isinstance(reader, Readers) else None
    first = readers.first if readers else reader
    asked = _verdict(sentence, readers, reader.predict_proba([sentence])[0] if readers is None else None)
    if isinstance(first, FirstReader):
        _first(sentence, first)
    if asked and readers and readers.second:
        _second(sentence, readers.second)


def _verdict(
    sentence: str, readers: Readers | None, alone: np.ndarray[tuple[int], np.dtype[np.float64]] | None
) -> bool:
    """Print the scores and who gave them; whether the second reader was asked."""
    reading = readers.read([sentence]) if readers else None
    scores = reading.scores[0] if reading else alone
    assert scores is not None
    asked = bool(reading and reading.asked[0])
    who = "both readers" if asked else "the first reader alone"
    told = "   ".join(f"{label} {score:.3f}" for label, score in zip(LABELS, scores, strict=True))
    console.print(f"[bold]{LABELS[int(scores.argmax())]}[/], by {who}:   {told}")
    return asked


def _first(sentence: str, reader: FirstReader) -> None:
    told = explanation.explain(reader, sentence)
    logits = np.array(told.base) + np.sum([part.logits for part in told.contributions], axis=0)
    best = int(logits.argmax())
    parts = sorted(told.contributions, key=lambda part: -abs(_lead(part.logits, best)))
    console.print(f"\nFirst reader: [bold]{LABELS[best]}[/], for what it sees (weight against the other labels)")
    console.print(_marked(sentence, ((part.spans, _lead(part.logits, best)) for part in parts)))
    table = Table("weight", "what is seen", "where", box=None, pad_edge=False)
    for part in parts[:SHOWN]:
        where = " … ".join(sentence[start:end] for start, end in part.spans)
        # A Text, because Rich takes a plain string's "[sic]" for an order to itself.
        table.add_row(_signed(_lead(part.logits, best)), Text(part.seen), Text(where))
    console.print(table)


def _second(sentence: str, reader: Reader) -> None:
    found = omission.omissions(reader, sentence)
    columns = [reader.classes_.tolist().index(label) for label in LABELS]
    best = int(reader.predict_proba([sentence])[0, columns].argmax())
    console.print(f"\nSecond reader: [bold]{LABELS[best]}[/]; how much less so without a word")
    console.print(_marked(sentence, (((item.span,), item.loss[best]) for item in found)))
    table = Table("change", "without", box=None, pad_edge=False)
    for item in omission.greatest(found, best, SHOWN):
        table.add_row(_signed(-item.loss[best]), Text(item.word))
    console.print(table)


def _lead(logits: tuple[float, ...], best: int) -> float:
    """What a feature adds to the best label beyond what it adds to the others on average."""
    others = [logit for column, logit in enumerate(logits) if column != best]
    return logits[best] - sum(others) / len(others)


def _marked(sentence: str, weights: Iterable[tuple[tuple[tuple[int, int], ...], float]]) -> Text:
    """The sentence with what speaks for the label in green and what speaks against it in red."""
    heat = np.zeros(len(sentence))
    for spans, weight in weights:
        for start, end in spans:
            heat[start:end] += weight / len(spans)
    most = np.abs(heat).max(initial=0.0) or 1.0
    marked = Text(sentence)
    for place, value in enumerate((heat / most).tolist()):
        if abs(value) > 1 - STRONG:
            marked.stylize("bold green" if value > 0 else "bold red", place, place + 1)
        elif abs(value) > (1 - STRONG) / 2:
            marked.stylize("green" if value > 0 else "red", place, place + 1)
    return marked


def _signed(value: float) -> str:
    return f"{value:+.2f}"
