"""How the demonstration looks, in a terminal and without one."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.rule import Rule
from rich.status import Status
from rich.table import Table
from rich.text import Text

from deploy.demo.returned import Returned

WIDEST = 110  # longer lines are harder to read than two short ones
PLAIN = 100  # columns where there is no terminal
BAR = 40  # columns of the longest bar
NAME = 9  # columns of a step's name

COLOURS: Mapping[str, str] = MappingProxyType(
    {"claim": "cyan", "denial": "red", "clarification": "yellow", "other": "bright_black"}
)  # as those of `claimwire classify`

Reader = Callable[[Returned], str | None]
"""The label that a careful reader gives a sentence."""


class Step:
    """A part of the work that may take longer than a second, and what there is to say of it when it is done."""

    def __init__(self, console: Console, status: Status) -> None:
        self._console = console
        self._status = status
        self.done = ""

    def says(self, line: str) -> None:
        """Show a line: for as long as it holds when it ends in "…" and there is a terminal, for good otherwise."""
        if line.endswith("…") and self._console.is_terminal:
            self._status.update(escape(line))
        else:
            self._console.print(f"  {line}", style="dim", markup=False, highlight=False)


class Screen:
    """Everything that is shown goes through here."""

    def __init__(self, console: Console) -> None:
        self._console = console
        console.width = min(console.width, WIDEST) if console.is_terminal else PLAIN

    @contextmanager
    def step(self, name: str, doing: str) -> Iterator[Step]:
        """Show that something goes on, and when it is done what came of it and how long it took."""
        started = time.monotonic()
        with self._console.status(doing) as status:
            step = Step(self._console, status)
            yield step
        done = Text.assemble(step.done, (f"  {time.monotonic() - started:.1f} s", "dim"))
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_column()
        line.add_column(min_width=NAME)
        line.add_row(Text("✓", "green"), Text(name, "bold"), done)
        self._console.print(line)

    @contextmanager
    def progress(self, doing: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show how many of the sentences are done."""
        columns = (TextColumn(doing), BarColumn(BAR), MofNCompleteColumn())
        hidden = not self._console.is_terminal  # a bar that cannot be drawn over would be a blank line
        with Progress(*columns, console=self._console, transient=True, disable=hidden) as progress:
            task = progress.add_task(doing, total=total)
            yield lambda done: progress.update(task, completed=done)

    def article(self, name: str, sentences: Sequence[Returned], reader: Reader) -> None:
        """Show an article's sentences in order, each with its label, how sure that is, and what a reader differs in."""
        self._console.print()
        self._console.print(Rule(Text(name, "bold"), align="left", style="dim"))
        self.sentences(sentences, reader)

    def sentences(self, sentences: Sequence[Returned], reader: Reader) -> None:
        """Show sentences, each with its label."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(min_width=max(map(len, COLOURS)) + 1, no_wrap=True)
        table.add_column(min_width=len("0.00"), no_wrap=True)
        table.add_column(ratio=1)
        for sentence in sentences:
            table.add_row(_label(sentence), _confidence(sentence), _text(sentence, reader(sentence)))
        self._console.print(table)

    def counts(self, counts: Mapping[str, int], topics: Mapping[str, str]) -> None:
        """Show how many sentences came back on each of the topics, which are given by their use."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column()
        table.add_column(justify="right")
        table.add_column()
        most = max([*counts.values(), 1])
        for use, topic in topics.items():
            count = counts.get(topic, 0)
            table.add_row(topic, str(count), Text("━" * round(BAR * count / most), COLOURS.get(use.rstrip("s"), "dim")))
        self._console.print()
        self._console.print(table)

    def note(self, text: str = "", *verbatim: str) -> None:
        """Show a paragraph after a blank line, and under it lines that are not broken, so that they can be copied."""
        self._console.print()
        if text:
            self._console.print(text, markup=False, highlight=False)
        for line in verbatim:
            self._console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)


def _label(sentence: Returned) -> Text:
    if sentence.label is None:
        return Text("not labelled", "bold red")
    if not sentence.accepted:
        return Text(f"{sentence.label}?", "dim italic")
    return Text(sentence.label, COLOURS.get(sentence.label, ""))


def _confidence(sentence: Returned) -> Text:
    return Text("" if sentence.label is None else f"{sentence.confidence:.2f}", "" if sentence.accepted else "dim")


def _text(sentence: Returned, expected: str | None) -> Text:
    text = Text(sentence.text, "" if sentence.accepted else "dim italic")
    if expected not in {None, sentence.label}:
        text.append(f"  (expected:\u00a0{expected})", "not dim not italic magenta")
    return text
