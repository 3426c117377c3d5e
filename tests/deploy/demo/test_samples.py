"""What the demonstration knows of its articles before they are published."""

import json

import pytest

from deploy.demo.samples import SAMPLES, Article, read
from service.articles import split_article

ARTICLES = read()


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.path.stem)
def test_an_article_has_the_name_under_which_it_is_published(article: Article) -> None:
    """What comes back is told apart by this name, which `deploy` works out without the service."""
    (name,) = {sentence.item.uri for sentence in split_article(article.path.read_text("utf-8")) if sentence.item}

    assert name == article.uri


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.path.stem)
def test_each_of_its_sentences_has_an_expected_label(article: Article) -> None:
    """The sentences beside the labels are those that the splitter finds, in its order."""
    lines = map(json.loads, (SAMPLES / "expected.jsonl").read_text("utf-8").splitlines())
    texts = [line["text"] for line in lines if line["article"] == article.path.stem]

    assert texts == [sentence.text for sentence in split_article(article.path.read_text("utf-8"))]
    assert len(texts) == len(article.labels)


def test_the_articles_are_in_the_order_of_their_names() -> None:
    """Twelve of them, each with labels."""
    assert sorted(article.path for article in ARTICLES) == [article.path for article in ARTICLES]
    assert 12 == sum(bool(article.labels) for article in ARTICLES)
