"""Counts what came back: where it went, whether it came once, and how often a careful reader agrees."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence

from deploy.demo.returned import Returned
from deploy.demo.samples import Article


class Tally:
    """The sentences of some articles as they come back, in any order."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = {article.uri: article for article in articles}
        self._unseen = deque(articles)
        self._found: dict[str, dict[int, Returned]] = {article.uri: {} for article in articles}
        self.topics: Counter[str] = Counter()
        self.doubled = 0
        self.accepted = 0
        self.agreed = 0

    @property
    def expected(self) -> int:
        """How many sentences there are to come back, in all."""
        return sum(len(article.labels) for article in self._articles.values())

    @property
    def returned(self) -> int:
        """How many came back, those that came twice counted once."""
        return self.topics.total() - self.doubled

    def reader(self, sentence: Returned) -> str | None:
        """The label that a careful reader gives the sentence; None for one that is not of these articles."""
        article = self._articles.get(sentence.uri)
        return article.labels[sentence.place] if article and sentence.place < len(article.labels) else None

    def add(self, sentence: Returned) -> None:
        """Count a sentence."""
        self.topics[sentence.topic] += 1
        found = self._found.setdefault(sentence.uri, {})
        if sentence.place in found:
            self.doubled += 1
            return
        found[sentence.place] = sentence
        self.accepted += sentence.accepted
        self.agreed += sentence.accepted and sentence.label == self.reader(sentence)

    def complete(self) -> Iterator[tuple[Article, list[Returned]]]:
        """The articles, in order, whose sentences are all back, each once; one that is not holds up those behind it."""
        while self._unseen and len(self._found[self._unseen[0].uri]) >= len(self._unseen[0].labels):
            article = self._unseen.popleft()
            found = self._found[article.uri]
            yield article, [found[place] for place in sorted(found)]
