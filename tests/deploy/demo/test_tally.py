"""What is counted while the sentences come back."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.samples import Article
from deploy.demo.tally import Tally
from tests.deploy.demo.returned_sentences import BRIDGE, DEAD, UNSURE

BRIDGES = Article(Path("bridge.txt"), "urn:bridge", ("denial", "claim", "denial"))
FERRIES = Article(Path("ferry.txt"), "urn:ferry", ("claim", "claim"))
SENTENCES = [BRIDGE._replace(uri=a.uri, place=n) for a in (BRIDGES, FERRIES) for n in range(len(a.labels))]


@given(st.permutations(SENTENCES))
def test_articles_are_complete_in_their_order_whatever_the_order_of_the_sentences(order: list[object]) -> None:
    """Topics and partitions bring sentences in any order; a reader wants articles."""
    tally = Tally([BRIDGES, FERRIES])
    shown = []
    for sentence in order:
        tally.add(sentence)  # type: ignore[arg-type]  # hypothesis gives them back as objects
        shown += list(tally.complete())

    assert [(BRIDGES, SENTENCES[:3]), (FERRIES, SENTENCES[3:])] == shown


def test_an_article_that_lacks_a_sentence_holds_up_the_next() -> None:
    """What is shown stays in order; what is missing is told at the end."""
    tally = Tally([BRIDGES, FERRIES])
    for sentence in SENTENCES[1:]:
        tally.add(sentence)

    assert [] == list(tally.complete())
    assert (5, 4) == (tally.expected, tally.returned)


def test_a_sentence_that_comes_twice_is_counted_as_such() -> None:
    """It would be a broken promise of the service."""
    tally = Tally([BRIDGES])
    tally.add(BRIDGE)
    tally.add(BRIDGE)

    assert (1, 1, 2) == (tally.returned, tally.doubled, tally.topics["news.denials"])


def test_only_accepted_labels_agree_or_differ() -> None:
    """A sentence that is left for review claims nothing, and neither does a dead letter."""
    tally = Tally([BRIDGES])
    tally.add(BRIDGE)
    tally.add(UNSURE._replace(place=1))
    tally.add(DEAD._replace(place=2))

    assert (1, 1, 3) == (tally.accepted, tally.agreed, tally.returned)


def test_a_label_that_differs_from_the_expected_one_does_not_agree() -> None:
    """The second sentence of the article is a claim."""
    tally = Tally([BRIDGES])
    tally.add(BRIDGE._replace(place=1))

    assert (1, 0) == (tally.accepted, tally.agreed)
    assert "claim" == tally.reader(BRIDGE._replace(place=1))


def test_a_sentence_of_another_article_is_no_disagreement() -> None:
    """Nobody has said what it should be."""
    tally = Tally([BRIDGES])

    assert tally.reader(BRIDGE._replace(uri="urn:elsewhere")) is None
