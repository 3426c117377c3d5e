"""Sentence events of every kind, for what must hold for all of them."""

from hypothesis import strategies as st

from service.events.sentence import AltId, Context, Item, SentenceEvent, Span

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
counts = st.integers(0, 2**53 - 1)
names = texts.filter(lambda name: len(name) <= 512)
items = st.builds(
    Item,
    uri=st.none() | names,
    version=st.none() | names,
    headline=st.none() | texts,
    pub_status=st.sampled_from([None, "usable", "withheld", "canceled"]),
    urgency=st.none() | st.integers(1, 9),
    alt_ids=st.lists(st.builds(AltId, role=names, value=texts), max_size=3).map(tuple),
)
events = st.builds(
    SentenceEvent,
    sentence_id=st.none() | names,
    text=texts,
    index=st.none() | counts,
    span=st.none() | st.builds(Span, start=counts, end=counts),
    role=st.sampled_from(["headline", "body", "unknown"]),
    language=st.sampled_from([None, "en", "pt-BR"]),
    item=st.none() | items,
    context=st.none() | st.builds(Context, previous=st.lists(texts, max_size=2).map(tuple)),
)
