"""How it looks where there is no terminal, which a terminal only colours."""

from io import StringIO

from rich.console import Console

from deploy.demo.screen import Screen
from tests.deploy.demo.returned_sentences import BRIDGE, DEAD, UNSURE


class Page:
    """A screen whose lines can be read."""

    def __init__(self, **terminal: bool | int) -> None:
        self._file = StringIO()
        self.screen = Screen(Console(file=self._file, **terminal))  # type: ignore[arg-type]  # the words are Console's

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._file.getvalue().splitlines()]


def test_a_sentence_stands_behind_its_label_and_confidence() -> None:
    """Three columns under the name of the article."""
    page = Page()
    page.screen.article("bridge.txt", [BRIDGE], lambda sentence: "denial")

    assert ["", "bridge.txt " + "─" * 89, f"denial          0.93  {BRIDGE.text}"] == page.lines


def test_a_sentence_that_no_label_was_sure_of_has_a_question_mark() -> None:
    """The same mark as that of `claimwire classify`."""
    page = Page()
    page.screen.sentences([UNSURE], lambda sentence: "claim")

    assert [f"claim?          0.48  {BRIDGE.text}"] == page.lines


def test_a_label_that_a_reader_would_not_give_says_so() -> None:
    """The demonstration does not hide its mistakes."""
    page = Page()
    page.screen.sentences([BRIDGE], lambda sentence: "claim")

    assert [f"denial          0.93  {BRIDGE.text}  (expected:\u00a0claim)"] == page.lines


def test_a_dead_letter_is_not_labelled() -> None:
    """It has neither a label nor a confidence."""
    page = Page()
    page.screen.sentences([DEAD], lambda sentence: None)

    assert [f"not labelled          {BRIDGE.text}"] == page.lines


def test_a_long_sentence_is_wrapped_under_itself() -> None:
    """At a hundred columns, the labels stay in a column of their own."""
    page = Page()
    page.screen.sentences([BRIDGE._replace(text="The bridge is shut. " * 10)], lambda sentence: "denial")

    assert len(page.lines) > 1
    assert all(len(line) <= 100 for line in page.lines)
    assert all(line.startswith(" " * 22) for line in page.lines[1:])


def test_markup_in_a_sentence_is_text() -> None:
    """News may hold square brackets."""
    page = Page()
    page.screen.sentences([BRIDGE._replace(text="He [the mayor] denied [/] it.")], lambda sentence: "denial")

    assert ["denial          0.93  He [the mayor] denied [/] it."] == page.lines


def test_every_topic_has_its_count() -> None:
    """One that nothing came back on is there with a 0."""
    page = Page()
    page.screen.counts({"news.claims": 4, "news.denials": 1}, {"claims": "news.claims", "other": "news.other"})

    assert ["", "news.claims  4  " + "━" * 40, "news.other   0"] == page.lines


def test_a_step_says_what_came_of_it() -> None:
    """And how long it took."""
    page = Page()
    with page.screen.step("topics", "Creating the topics…") as step:
        step.says("Somebody else is at it; waiting…")
        step.done = "7"

    assert "  Somebody else is at it; waiting…" == page.lines[0]
    assert page.lines[1].startswith("✓ topics    7  0.")


def test_in_a_terminal_what_is_going_on_gives_way_to_what_is_done() -> None:
    """Only a line that is still true afterwards stays."""
    page = Page(force_terminal=True, width=80)
    with page.screen.step("broker", "Looking…") as step:
        step.says("No Docker here.")
        step.says("Starting Kafka…")

    kept = [line for line in page.lines if "\x1b[2K" not in line]
    assert any("No Docker here." in line for line in kept)
    assert not any("Starting Kafka…" in line for line in kept)


def test_a_line_to_copy_is_never_broken() -> None:
    """However long it is."""
    page = Page()
    page.screen.note("Try this:", "x" * 150)

    assert ["", "Try this:", "  " + "x" * 150] == page.lines
