"""`claimwire classify`: labels text by the code that the service runs, without Kafka."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from models.errors import ModelMissingError
from models.labels import LABELS
from service.commands.classify import CHUNK
from tests.service.commands.conftest import Command

ARTICLE = """Mill reopens after the flood

The mill will open its gates in May, the mayor said. The owners deny that it was ever shut.

“By ‘shut’ I meant the shop,” the mayor clarified on Friday.
"""


def lines(*sentences: dict[str, Any]) -> str:
    """Sentences as `--jsonl` takes them."""
    return "".join(json.dumps(sentence) + "\n" for sentence in sentences)


def answers(printed: str) -> list[dict[str, Any]]:
    """What `--jsonl` writes."""
    return [json.loads(line) for line in printed.splitlines()]


def test_an_article_becomes_a_table_of_its_sentences(command: Command) -> None:
    """Headline first, each with a label and how sure that is."""
    printed = command("classify", text=ARTICLE).stdout

    rows = re.findall(r"^(\d+) +(claim|denial|clarification|other)\?? +(\d\.\d\d) +(.+?) *$", printed, re.MULTILINE)
    assert ["0", "1", "2", "3"] == [row[0] for row in rows]
    assert ("denial", "The owners deny that it was ever shut.") == (rows[2][1], rows[2][3])


def test_files_are_shown_under_their_names(command: Command, tmp_path: Path) -> None:
    """One table each; `-` is standard input."""
    file = tmp_path / "mill.txt"
    file.write_text(ARTICLE, encoding="utf-8")

    printed = command("classify", str(file), "-", text="The ferry is late.").stdout

    assert printed.index("mill.txt") < printed.index("standard input") < printed.index("The ferry is late.")


@pytest.mark.parametrize(
    "text", ["He said [the president] was [sic] wrong.", "The sign read [/i] all week.", "A :bug: bit."]
)
def test_what_looks_like_markup_is_shown_as_it_is(command: Command, tmp_path: Path, text: str) -> None:
    """Brackets in a quotation are the editor's, and so are those in the name of a file."""
    file = tmp_path / "[bold]desk.txt"
    file.write_text(text, encoding="utf-8")

    printed = command("classify", str(file)).stdout

    assert text in printed
    assert "[bold]desk.txt" in printed.replace("\n", "")


@pytest.mark.parametrize("arguments", [(), ("--jsonl",)])
def test_a_text_that_is_not_utf_8_is_named(command: Command, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """With the byte that gave it away."""
    file = tmp_path / "cafe.txt"
    file.write_bytes(b'{"id": 1, "text": "The caf\xe9 is open."}')

    result = command("classify", *arguments, str(file))

    assert 1 == result.exit_code
    assert f"{file} is not UTF-8: it holds the byte 0xe9" in result.stderr


def test_standard_input_that_is_not_utf_8_is_named(command: Command) -> None:
    """As a file would be."""
    assert "standard input is not UTF-8" in command("classify", text=b"The caf\xe9 is open.").stderr


def test_a_line_of_json_gets_a_line_of_json(command: Command) -> None:
    """The id as it came, the best label, whether it is accepted, and the scores of all labels."""
    given = lines({"id": "s1", "text": "The club denied the report.", "desk": "sport"}, {"id": 7, "text": "Who won?"})

    first, second = answers(command("classify", "--jsonl", text=given).stdout)

    assert {"id", "label", "decision", "scores"} == set(first)
    assert ["s1", 7] == [first["id"], second["id"]]
    assert list(LABELS) == list(first["scores"])
    assert 1 == pytest.approx(sum(first["scores"].values()))
    assert "denial" == first["label"] == max(first["scores"], key=first["scores"].get)


def test_more_lines_than_are_labelled_at_a_time_all_come_back_in_order(command: Command) -> None:
    """The size of a chunk shows nowhere."""
    numbers = list(range(CHUNK + 3))
    given = lines(*({"id": n, "text": f"The town has {n} wells."} for n in numbers))

    assert numbers == [answer["id"] for answer in answers(command("classify", "--jsonl", text=given).stdout)]


def test_blank_lines_are_passed_over(command: Command) -> None:
    """A file that ends in one is whole."""
    given = "\n" + lines({"id": "a", "text": "It rained."}) + "  \n"

    assert ["a"] == [answer["id"] for answer in answers(command("classify", "--jsonl", text=given).stdout)]


@pytest.mark.parametrize(
    "line", ["It rained.", '{"id": "b"}', '{"id": 1.5, "text": "It rained."}', '["b", "It rained."]']
)
def test_a_line_that_is_something_else_is_named(command: Command, line: str) -> None:
    """By its number and its file, with what is wrong with it."""
    result = command("classify", "--jsonl", text=lines({"id": "a", "text": "It rained."}) + line + "\n")

    assert 1 == result.exit_code
    assert 'line 2 of standard input is not {"id", "text"}' in result.stderr


def test_a_model_that_is_not_there_is_named(command: Command) -> None:
    """With what to do about it."""
    result = command("classify", "--model", "/nonexistent", text=ARTICLE)

    assert isinstance(result.exception, ModelMissingError)
    assert "make train" in str(result.exception)


def test_a_file_that_is_not_there_is_a_mistake_in_the_command(command: Command) -> None:
    """As with any other program."""
    result = command("classify", "/nonexistent.txt")

    assert 2 == result.exit_code
    assert "does not exist" in result.stderr
