"""The names of the topics, and which of them a sentence belongs on."""

from typing import NamedTuple

from models.labels import Label


class Topics(NamedTuple):
    """Every topic that the service reads or writes."""

    sentences: str = "news.sentences"
    claims: str = "news.claims"
    denials: str = "news.denials"
    clarifications: str = "news.clarifications"
    other: str = "news.other"
    review: str = "news.review"
    dead_letters: str = "news.sentences.dead-letters"

    def of(self, label: Label) -> str:
        """The topic on which accepted sentences of this label are published."""
        match label:
            case Label.CLAIM:
                return self.claims
            case Label.DENIAL:
                return self.denials
            case Label.CLARIFICATION:
                return self.clarifications
            case Label.OTHER:
                return self.other
