"""Sentences that came back, for tests to vary."""

from deploy.demo.returned import Returned

BRIDGE = Returned(
    topic="news.denials",
    uri="urn:bridge",
    place=0,
    text="The council denied that the bridge had been closed.",
    label="denial",
    confidence=0.934,
    accepted=True,
)
UNSURE = BRIDGE._replace(topic="news.review", label="claim", confidence=0.481, accepted=False)
DEAD = BRIDGE._replace(topic="news.sentences.dead-letters", label=None, confidence=0.0, accepted=False)
