"""Tells how alike sentences are: near duplicates, and families that are built on one frame."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

RUN = 3  # words in a row that make a wording: two recur everywhere, four miss a changed word

# All of these were chosen by reading pairs. From here on two sentences differ in a word or two and teach one thing.
NEAR_DUPLICATE = 0.4
# Families err on the side of too many relatives: a chance relation costs a fold nothing, a missed one flatters it.
FAMILY_WORDING = 0.2
FAMILY_FRAME = 0.2
SHARED_PAIRS = 3  # with fewer in common, two short sentences are alike by chance
TOPIC_WORD = 0.001  # a word in fewer than one sentence of a thousand belongs to its topic, not to a frame

# In a counterpart a woman may have become a man.
_PERSONS = {"he": "she they", "his": "her their", "him": "them", "himself": "herself themselves", "mr": "ms mrs dr"}
SAME_PERSON = {other: one for one, others in _PERSONS.items() for other in others.split()}

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
Run: TypeAlias = tuple[str, ...]


def words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def near_duplicates(texts: Sequence[str], at_least: float = NEAR_DUPLICATE) -> list[tuple[int, int]]:
    """Pairs of positions, in order, whose runs of three words overlap by `at_least` (Jaccard index, 0 to 1)."""
    runs = _table([set(_runs(words(text)) or [(text,)]) for text in texts])
    pairs = _overlaps(runs, at_least)
    return sorted(zip(pairs.row.tolist(), pairs.col.tolist(), strict=True))


def families(texts: Sequence[str]) -> NDArray[np.int64]:
    """The family of each sentence, named by the position of its first member; most are families of one.

    Two sentences are related if they share much of their wording, or much of their frame: the pairs of neighbouring
    words that do not belong to the topic, each weighted by how rare it is. Relations chain. Folds of a
    cross-validation must not split a family, or a model is tested on what it was shown.
    """
    tokens = [words(text) for text in texts]
    wording = _overlaps(_table([set(_runs(sentence)) for sentence in tokens]), FAMILY_WORDING)
    frames = _cosines(_table(_frames(tokens)), FAMILY_FRAME)
    related = sparse.coo_array((wording + frames) > 0)
    count, component = connected_components(related, directed=False)
    first_member = np.full(count, len(texts))
    np.minimum.at(first_member, component, np.arange(len(texts)))
    return first_member[component]


def _runs(tokens: Sequence[str]) -> list[Run]:
    """Every run of three words; a shorter sentence is a run of its own."""
    return [tuple(tokens[start : start + RUN]) for start in range(max(1, len(tokens) - RUN + 1))] if tokens else []


def _frames(sentences: Sequence[Sequence[str]]) -> list[set[Run]]:
    folded = [[SAME_PERSON.get(word, word) for word in sentence] for sentence in sentences]
    seen_in = Counter(word for sentence in folded for word in set(sentence))
    frame_words = {word for word, count in seen_in.items() if count >= TOPIC_WORD * len(sentences)}
    return [{pair for pair in pairwise(sentence) if frame_words.issuperset(pair)} for sentence in folded]


def _table(runs_of: Sequence[set[Run]]) -> sparse.csr_array:
    """One row a sentence, one column a run: 1 where the sentence has it."""
    column: dict[Run, int] = {}
    cells = [(row, column.setdefault(run, len(column))) for row, runs in enumerate(runs_of) for run in sorted(runs)]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(cells)), (rows, columns)), shape=(len(runs_of), len(column)))


def _overlaps(table: sparse.csr_array, at_least: float) -> sparse.coo_array:
    """The pairs of rows, each once, with their Jaccard index where it is high enough."""
    size = table.sum(axis=1)
    shared = _products(table)
    return _kept(shared, shared.data / (size[shared.row] + size[shared.col] - shared.data), at_least)


def _cosines(table: sparse.csr_array, at_least: float) -> sparse.coo_array:
    """The pairs of rows, each once, with their cosine where it is high enough and rests on enough columns."""
    weighted = table.multiply(np.log(table.shape[0] / table.sum(axis=0))).tocsr()
    length = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    shared = _products(weighted)
    alike = _kept(shared, shared.data / (length[shared.row] * length[shared.col]), at_least)
    columns = table[alike.row].multiply(table[alike.col]).sum(axis=1)
    return _kept(alike, np.where(columns >= SHARED_PAIRS, alike.data, 0), at_least)


def _products(table: sparse.csr_array) -> sparse.coo_array:
    products: sparse.csr_array = table @ table.T
    return sparse.coo_array(sparse.triu(products, k=1))


def _kept(pairs: sparse.coo_array, likeness: NDArray[np.float64], at_least: float) -> sparse.coo_array:
    alike = likeness >= at_least
    return sparse.coo_array((likeness[alike], (pairs.row[alike], pairs.col[alike])), shape=pairs.shape)
