"""Checks the corpus: `python -m training.corpus_check`, with `--against FILE` also for other people's wording."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import click
import msgspec

from models.errors import ClaimwireError
from models.labels import Label
from training import corpus_counts, sentences
from training.borrowing import borrowed, given_texts
from training.corpus_counts import EXPECTED_WORDS, without_expected_words
from training.likeness import near_duplicates
from training.sentences import Sentence

Register: TypeAlias = Literal[
    "broadsheet", "business", "court", "diplomacy", "entertainment", "feature", "headline", "live", "local",
    "newsroom", "opinion", "politics", "science", "social", "sport", "tabloid", "transcript", "war", "wire",
]  # fmt: skip # one a line says no more

ID = re.compile(r"[sfwx]\d{5}")
SHARD = 3  # characters of an id that name its file: a thousand sentences a file can still be read as a diff

# What the corpus promises to whoever trains on it.
LEAST_SENTENCES = 12_000
LEAST_OF = {Label.DENIAL: 2_200, Label.CLARIFICATION: 1_500}
LEAST_SHARE_WITHOUT_EXPECTED_WORDS = 0.5

OPENING, CLOSING = "<!-- counts -->", "<!-- /counts -->"


class CorpusError(ClaimwireError):
    """A file beside the sentences is of no use: the README lacks its markers, or a text to compare with is no text."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class Line(Sentence, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence as the corpus may hold it: its register is known or null, and it has no further field."""

    register: Register | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence and the line it stands on."""

    place: str
    sentence: Line


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place, and what to do about it."""

    place: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.remedy}"


def read(paths: Iterable[Path]) -> tuple[list[Entry], list[Problem]]:
    """The lines that can be read, and a problem for each that cannot."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for path in paths:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            place = f"{path.name}:{number}"
            try:
                entries.append(Entry(place, msgspec.json.decode(line, type=Line)))
            except msgspec.MsgspecError as error:
                problems.append(Problem(place, f"not a sentence of the corpus: {error}. Mend the line."))
    return entries, problems


def check(entries: Sequence[Entry]) -> Iterator[Problem]:
    """What is wrong with sentences in themselves and with one beside another."""
    yield from _malformed(entries)
    yield from _repeated(entries)
    texts = [entry.sentence.text for entry in entries]
    for one, other in near_duplicates(texts):
        yield Problem(entries[other].place, f"nearly the same as {entries[one].place}: rewrite one, or drop it.")


def check_wording(entries: Sequence[Entry], given: Iterable[str]) -> Iterator[Problem]:
    """Where a sentence repeats five words in a row of a text that is not ours."""
    for position, runs in sorted(borrowed([entry.sentence.text for entry in entries], given).items()):
        quoted = ", ".join(f'"{run}"' for run in runs)
        yield Problem(entries[position].place, f"borrows {quoted}: say it in other words.")


def shortages(found: Sequence[Sentence]) -> Iterator[Problem]:
    """What the corpus has too little of."""
    if len(found) < LEAST_SENTENCES:
        yield Problem("corpus", f"{len(found):,} sentences; write {LEAST_SENTENCES - len(found):,} more.")
    for label, least in LEAST_OF.items():
        count = sum(s.label == label for s in found)
        if count < least:
            yield Problem("corpus", f"{count:,} of {label}; write {least - count:,} more.")
    for label in EXPECTED_WORDS:
        count, bare = sum(s.label == label for s in found), without_expected_words(found, label)
        if bare < LEAST_SHARE_WITHOUT_EXPECTED_WORDS * count:
            yield Problem("corpus", f"{bare:,} of {count:,} of {label} lack its expected words; write more that do.")


def with_counts(readme: Path, counts: str) -> str:
    """The text of the README with the counts between its markers.

    Raises `CorpusError` when a marker is missing.
    """
    before, _, rest = readme.read_text(encoding="utf-8").partition(OPENING)
    _, closing, after = rest.partition(CLOSING)
    if not closing:
        raise CorpusError(readme, f"it lacks {OPENING} or {CLOSING}. Put both where the counts belong.")
    return f"{before}{OPENING}\n{counts}\n{CLOSING}{after}"


def _malformed(entries: Iterable[Entry]) -> Iterator[Problem]:
    for entry in entries:
        sentence = entry.sentence
        if not ID.fullmatch(sentence.id) or not entry.place.startswith(f"{sentence.id[:SHARD]}.jsonl:"):
            yield Problem(entry.place, f"{sentence.id!r} does not belong here: s04312 stands in s04.jsonl.")
        if not sentence.text.strip() or sentence.text != sentence.text.strip():
            yield Problem(entry.place, "the text is blank or has blanks around it: mend it.")
        if sentence.topic is not None and not sentence.topic.strip():
            yield Problem(entry.place, "the topic is blank: name it, or write null.")
        if sentence.read < 1:
            yield Problem(entry.place, "read is below 1: a label has been given at least once.")


def _repeated(entries: Iterable[Entry]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for entry in entries:
        place = first.setdefault(entry.sentence.id, entry.place)
        if place != entry.place:
            yield Problem(entry.place, f"{entry.sentence.id} is taken by {place}: give one of them a new id.")


def _given(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        try:
            yield from given_texts(path)
        except (msgspec.MsgspecError, OSError) as error:
            raise CorpusError(path, f"it is not JSON Lines with a text each ({error}). Name another file.") from error


def examine(corpus: Path, against: Iterable[Path], write: bool) -> tuple[str, list[Problem]]:
    """The counts of a corpus and all that is wrong with it; `write` puts the counts into its README.

    Raises `CorpusError` for a README without markers and for a file in `against` that holds no texts.
    """
    entries, problems = read(sentences.files(corpus))
    found = sorted((entry.sentence for entry in entries), key=lambda sentence: sentence.id)
    problems += [*check(entries), *check_wording(entries, _given(against)), *shortages(found)]
    counts = corpus_counts.markdown(found, corpus_counts.read_readings(corpus / "readings.tsv"))
    readme = corpus / "README.md"
    text = with_counts(readme, counts)
    if write:
        readme.write_text(text, encoding="utf-8")
    elif text != readme.read_text(encoding="utf-8"):
        problems.append(Problem(readme.name, "its counts are out of date: run the check with --write."))
    return counts, problems


@click.command()
@click.option("--against", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="JSON Lines, packed or not, whose texts must not be borrowed from.")  # fmt: skip # one option a line
@click.option("--write", is_flag=True, help="Write the counts into the README of the corpus.")
@click.option("--corpus", type=click.Path(exists=True, file_okay=False, path_type=Path), default=sentences.CORPUS)
def main(against: tuple[Path, ...], write: bool, corpus: Path) -> None:
    """Refuse a corpus that is malformed, repeats itself, borrows, or falls short; print its counts."""
    try:
        counts, problems = examine(corpus, against, write)
    except CorpusError as error:
        raise click.ClickException(str(error)) from error
    click.echo(counts)
    for problem in problems:
        click.echo(str(problem), err=True)
    sys.exit(min(len(problems), 1))


if __name__ == "__main__":
    main()
