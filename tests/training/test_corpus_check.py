"""A corpus that would mislead whoever trains on it is refused, with the line and the remedy."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from training import corpus_check
from training.corpus_check import Problem, check, check_wording, read, shortages, with_counts
from training.sentences import Sentence

SOUND = {
    "id": "w00001", "text": "The board said the weir had held.", "label": "claim", "register": "local",
    "topic": "rivers", "how": "free", "read": 2,
}  # fmt: skip # one field a line says no more


def write(folder: Path, *lines: Mapping[str, object] | str, name: str = "w00.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def problems(path: Path) -> list[str]:
    entries, unreadable = read([path])
    return [str(problem) for problem in (*unreadable, *check(entries))]


def test_a_sound_line_is_let_through(tmp_path: Path) -> None:
    """Nothing is said of a line that has every field right, nor of one whose register and topic are unknown."""
    unknown = SOUND | {"id": "w00002", "text": "Rain fell on Wexley.", "register": None, "topic": None}
    assert [] == problems(write(tmp_path, SOUND, unknown))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"label": "rumour"}, "rumour"),
        ({"register": "gossip"}, "gossip"),
        ({"how": "copied"}, "copied"),
        ({"read": "twice"}, "Expected `int`"),
        ({"note": "x"}, "note"),
        ({"text": None}, "Expected `str`"),
    ],
)
def test_a_line_with_a_wrong_field_is_refused(tmp_path: Path, change: dict[str, object], what: str) -> None:
    """The complaint names file, line and what was found."""
    (problem,) = problems(write(tmp_path, SOUND, SOUND | {"id": "w00002"} | change))
    assert problem.startswith("w00.jsonl:2: ")
    assert what in problem


@pytest.mark.parametrize("line", ["", "{", "[]", '{"id": "w00002"}'])
def test_a_line_that_is_no_sentence_is_refused(tmp_path: Path, line: str) -> None:
    """Blank lines, broken JSON and missing fields are named, and the rest is still read."""
    (problem,) = problems(write(tmp_path, line, SOUND))
    assert problem.startswith("w00.jsonl:1: not a sentence of the corpus")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"text": " "}, "text is blank"),
        ({"text": "Rain fell. "}, "blanks around it"),
        ({"topic": ""}, "topic is blank"),
        ({"read": 0}, "read is below 1"),
        ({"id": "w01001"}, "does not belong here"),
        ({"id": "x00001"}, "does not belong here"),
    ],
)
def test_a_field_without_sense_is_refused(tmp_path: Path, change: dict[str, object], what: str) -> None:
    """Fields of the right type may still say nothing, and a sentence may lie in the wrong file."""
    (problem,) = problems(write(tmp_path, SOUND | change))
    assert what in problem


def test_an_id_that_is_taken_is_refused(tmp_path: Path) -> None:
    """Both lines are named, so that either can be given a new one."""
    path = write(tmp_path, SOUND, SOUND | {"text": "Rain fell on Wexley."})
    assert ["w00.jsonl:2: w00001 is taken by w00.jsonl:1: give one of them a new id."] == problems(path)


def test_a_near_duplicate_is_refused(tmp_path: Path) -> None:
    """A sentence with another closing word is the same sentence."""
    path = write(tmp_path, SOUND, SOUND | {"id": "w00002", "text": "The board said the weir had burst."})
    assert ["w00.jsonl:2: nearly the same as w00.jsonl:1: rewrite one, or drop it."] == problems(path)


def test_borrowed_wording_is_refused(tmp_path: Path) -> None:
    """The run of words is quoted, so that it can be found and said otherwise."""
    entries, _ = read([write(tmp_path, SOUND)])
    expected = [Problem("w00.jsonl:1", 'borrows "board said the weir had": say it in other words.')]
    assert expected == list(check_wording(entries, ["One board said the weir had cracked."]))


def test_a_small_corpus_falls_short_in_everything() -> None:
    """Each minimum that is missed is a problem of its own, with what is missing."""
    few = [Sentence(id="w00001", text="She denies it.", label="denial", how="free", read=1)]  # type: ignore[arg-type]
    said = [problem.remedy for problem in shortages(few)]
    assert ["1 sentences; write 11,999 more.", "1 of denial; write 2,199 more."] == said[:2]
    assert "0 of 1 of denial lack its expected words; write more that do." in said


def test_counts_are_put_between_the_markers(tmp_path: Path) -> None:
    """What stood there before goes, and the text around it stays."""
    readme = tmp_path / "README.md"
    readme.write_text("Before\n<!-- counts -->\nold\n<!-- /counts -->\nAfter\n")
    assert "Before\n<!-- counts -->\nnew\n<!-- /counts -->\nAfter\n" == with_counts(readme, "new")


def test_a_readme_without_markers_is_refused(tmp_path: Path) -> None:
    """Counts that nobody would see are an error that names the markers."""
    readme = tmp_path / "README.md"
    readme.write_text("Before\n")
    with pytest.raises(corpus_check.CorpusError, match="Put both where the counts belong"):
        with_counts(readme, "new")


def test_the_command_fails_where_there_are_problems(tmp_path: Path) -> None:
    """The exit code is 1, the problems are on standard error, the counts on standard output."""
    write(tmp_path, SOUND)
    (tmp_path / "README.md").write_text("<!-- counts -->\n<!-- /counts -->\n")
    (tmp_path / "readings.tsv").write_text("id\tchosen\tfirst\tsecond\tthird\n")
    result = CliRunner().invoke(corpus_check.main, ["--corpus", str(tmp_path)])
    assert 1 == result.exit_code
    assert "README.md: its counts are out of date: run the check with --write." in result.stderr
    assert "| claim | 1 |" in result.stdout


def test_the_command_names_a_file_it_cannot_compare_with(tmp_path: Path) -> None:
    """A file of rows without texts is a mistake, not a comparison that passes."""
    write(tmp_path, SOUND)
    rows = tmp_path / "rows.csv"
    rows.write_text("text\nBoats left.\n")
    result = CliRunner().invoke(corpus_check.main, ["--corpus", str(tmp_path), "--against", str(rows)])
    assert (1, True) == (result.exit_code, "rows.csv: it is not JSON Lines with a text each" in result.stderr)
