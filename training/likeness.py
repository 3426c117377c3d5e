"""Tells how alike sentences are: near duplicates, and families that are built on one frame."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

# Chosen by reading pairs: from here on two sentences differ in a word or two and teach the same thing twice.
NEAR_DUPLICATE = 0.4
# Chosen likewise, on the side of too many relatives: a chance relation costs a fold nothing, a missed one flatters it.
FAMILY_WORDING = 0.2
FAMILY_FRAME = 0.2
TOPIC_WORD = 0.001  # a word in fewer than one sentence of a thousand belongs to its topic, not to a frame
BLANK = "_"
RUN = 3  # three words in a row tell "has denied that" from "was denied the", and still recur

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

    Two sentences are related if they share much of their wording, or much of their frame: what is left of the wording
    when the words of the topic are blanked, each run of three weighted by how rare it is. Relations chain. Folds of a
    cross-validation must not split a family, or a model is tested on what it was shown.
    """
    tokens = [words(text) for text in texts]
    wording = _overlaps(_table([set(_runs(sentence)) for sentence in tokens]), FAMILY_WORDING)
    frames = _cosines(_table([set(_frame_runs(sentence)) for sentence in _frames(tokens)]), FAMILY_FRAME)
    related = sparse.coo_array((wording + frames) > 0)
    count, component = connected_components(related, directed=False)
    first_member = np.full(count, len(texts))
    np.minimum.at(first_member, component, np.arange(len(texts)))
    return first_member[component]


def _runs(tokens: Sequence[str]) -> list[Run]:
    """Every run of three words; a shorter sentence is a run of its own."""
    return [tuple(tokens[start : start + RUN]) for start in range(max(1, len(tokens) - RUN + 1))] if tokens else []


def _frames(sentences: Sequence[Sequence[str]]) -> list[list[str]]:
    seen_in = Counter(word for sentence in sentences for word in set(sentence))
    least = TOPIC_WORD * len(sentences)
    return [[word if seen_in[word] >= least else BLANK for word in sentence] for sentence in sentences]


def _frame_runs(frame: Sequence[str]) -> list[Run]:
    """The runs with at least two words left: one between two blanks says nothing about a frame."""
    return [run for run in _runs(frame) if len(run) - run.count(BLANK) > 1]


def _table(runs_of: Sequence[set[Run]]) -> sparse.csr_array:
    """One row a sentence, one column a run: 1 where the sentence has it."""
    column: dict[Run, int] = {}
    cells = [(row, column.setdefault(run, len(column))) for row, runs in enumerate(runs_of) for run in sorted(runs)]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(cells)), (rows, columns)), shape=(len(runs_of), len(column)))


def _overlaps(table: sparse.csr_array, at_least: float) -> sparse.coo_array:
    size = table.sum(axis=1)
    return _pairs(table, at_least, lambda shared, row, column: shared / (size[row] + size[column] - shared))


def _cosines(table: sparse.csr_array, at_least: float) -> sparse.coo_array:
    rarity = np.log(table.shape[0] / table.sum(axis=0))
    weighted = table.multiply(rarity).tocsr()
    length = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    return _pairs(weighted, at_least, lambda shared, row, column: shared / (length[row] * length[column]))


def _pairs(
    table: sparse.csr_array,
    at_least: float,
    likeness: Callable[[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]],
) -> sparse.coo_array:
    """The pairs of rows, each once, that are alike enough."""
    shared = sparse.triu(table @ table.T, k=1).tocoo()
    alike = likeness(shared.data, shared.row, shared.col)
    kept = alike >= at_least
    return sparse.coo_array((alike[kept], (shared.row[kept], shared.col[kept])), shape=shared.shape)
