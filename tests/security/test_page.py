"""The page about security says what is so."""

import re
from pathlib import Path

import pytest

from service.broker.rights import Right, rights
from service.settings import load
from service.topics import Topics
from tests.end_to_end.newsroom import Newsroom
from tests.security.locked import Locked

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z ]+)` \| (\w+) \| (\w+) \| `([\w.-]+)(\*?)` \|$", re.MULTILINE)
GROUP = "claimwire"


def listed(command: str) -> list[Right]:
    """The rights that the page gives a command."""
    return [
        Right(operation, resource, name, prefixed=bool(prefix))
        for row, operation, resource, name, prefix in ROW.findall(PAGE)
        if row == command
    ]


def renamed(right: Right, newsroom: Newsroom) -> Right:
    """A right of the page on the names that a newsroom uses instead of the defaults."""
    names = dict(zip(Topics(), newsroom.topics.values(), strict=True)) | {
        GROUP: newsroom.name,
        f"{GROUP}.replay": f"{newsroom.name}.replay",
        "news.": f"{newsroom.name}.",
    }
    return right._replace(name=names[right.name])


def test_the_rights_of_the_service_are_those_that_it_is_tested_with() -> None:
    """The page lists them in the order of the code, with the default names."""
    assert rights(load({}, bootstrap_servers="kafka:9092")) == tuple(listed("run"))


@pytest.mark.parametrize(
    ("expected", "command"),
    [
        ("published 1 sentences", "publish"),
        ("put back 0 dead letters", "replay"),
        ("there  ", "topics create"),
        ("news", "topics describe"),
    ],
)
def test_each_command_works_with_what_the_page_lists(
    newsroom: Newsroom, locked: Locked, expected: str, command: str
) -> None:
    """No command needs a right that the page does not name."""
    locked.grant([renamed(right, newsroom) for right in listed(command)])

    ran = newsroom.run(*command.split(), text="The ferry sails again on Monday.")

    assert 0 == ran.returncode, ran.stderr
    assert expected.replace("news", newsroom.name) in ran.stdout


def test_a_topic_is_created_with_what_the_page_lists(newsroom: Newsroom, locked: Locked) -> None:
    """Whoever may create topics of a prefix creates those that are missing."""
    locked.grant([renamed(right, newsroom) for right in listed("topics create")])
    missing = f"{newsroom.name}.later"

    ran = newsroom.run("topics", "create", TOPIC_REVIEW=missing)

    assert f"created  {missing}" in ran.stdout


def test_the_page_names_tests_that_are_there() -> None:
    """Whatever is said to show something exists."""
    assert [] == [path for path in re.findall(r"`(tests/[\w/.]+)`", PAGE) if not (ROOT / path).exists()]


def test_the_page_names_models_that_are_there() -> None:
    """Its commands can be copied."""
    named = re.findall(r"models/versions/[\w.-]+", PAGE)

    assert named
    assert [] == [path for path in named if not (ROOT / path).is_dir()]
