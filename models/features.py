"""What the first reader sees in a sentence: words, their classes, and cue words in their context."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from models.cues import read_cues
from models.frames import frame_blocks
from models.lexicon import Lexicon, Seen, Trait
from models.slots import SLOT_BITS, VOID, Block, slots_of
from models.tokens import split

# What a larger choice of families is worth stands in docs/models.md. The views are those of `Lexicon`.
GRAMS = {"word": 2, "group": 2, "kind": 3, "narrow": 2, "broad": 2}  # the longest run of tokens, per view
# A cue under the first view, and any token near it, or a later cue, under the second.
NEARS = (("kind", "kind"), ("word", "kind"), ("word", "word"), ("group", "narrow"), ("group", "broad"))
PAIRS = (("kind", "kind"), ("word", "kind"), ("group", "narrow"), ("group", "broad"))
_DISTANCES = np.array([-4, -3, -2, -1, 1, 2, 3, 4])  # from a cue to the tokens near it
_PARTNERS = 8  # later cues that make a pair with a cue ...
_WINDOW = 8  # ... if they are at most so many tokens away


class Occurrences(NamedTuple):
    """Which feature (its slot) occurs in which sentence (its number); a pair may come more than once."""

    slots: NDArray[np.uint32]
    sentences: NDArray[np.uint32]


class CueFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Texts to a sparse matrix of the features that occur in them.

    `classes` gives a word the numbers of its narrow and its broad class of words used alike; a word is known by
    itself when at least `min_sentences` training texts have it. Fitting takes the cue words of `cues.toml` in, so
    that a model goes on seeing what it was trained with.
    """

    def __init__(self, classes: Mapping[str, tuple[int, int]] | None = None, *, min_sentences: int = 2) -> None:
        self.classes = classes
        self.min_sentences = min_sentences

    def fit(self, texts: Sequence[str], labels: object = None) -> Self:
        """Learn which words there are; `labels` are not looked at."""
        counts = Counter(word for text in texts for word in {token.lower() for token in split([text])})
        self.words_ = sorted(word for word, count in counts.items() if count >= self.min_sentences)
        self.cues_ = {word: (cue.kind, cue.group) for word, cue in read_cues().items()}
        self._make_lexicon()
        return self

    def transform(self, texts: Sequence[str]) -> csr_array:
        """A matrix of shape (n, 2 ** SLOT_BITS) that holds 1 where a feature occurs in a text."""
        check_is_fitted(self)
        occurrences = self.occurrences(texts)
        sentences, slots = np.divmod(np.unique(_keys(occurrences)), 1 << SLOT_BITS)
        known = slots != VOID
        bounds = np.searchsorted(sentences[known], np.arange(len(texts) + 1))
        ones = np.ones(int(bounds[-1]), np.float32)
        return csr_array((ones, slots[known].astype(np.int32), bounds), shape=(len(texts), 1 << SLOT_BITS))

    def occurrences(self, texts: Sequence[str]) -> Occurrences:
        """Every occurrence of every feature in a batch."""
        blocks = list(self.blocks(texts))
        sentences = [np.repeat(block.sentences, block.slots.shape[1]) for block in blocks]
        return Occurrences(np.concatenate([block.slots.ravel() for block in blocks]), np.concatenate(sentences))

    def blocks(self, texts: Sequence[str]) -> Iterable[Block]:
        """The features of a batch, one block a family, with the tokens that each of them is made of."""
        return blocks_of(self.lexicon.look_up(split(texts)))

    @property
    def lexicon(self) -> Lexicon:
        """What is known of each word."""
        return self._lexicon

    def _make_lexicon(self) -> None:
        self._lexicon = Lexicon(self.words_, self.cues_, self.classes or {})

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        return tags

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_lexicon"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if hasattr(self, "words_"):
            self._make_lexicon()


def blocks_of(seen: Seen) -> list[Block]:
    """All families of features of a batch."""
    lengths = np.diff(seen.starts)
    sentence_of = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    cues = np.flatnonzero(seen.traits & Trait.CUE)
    blocks = [*_gram_blocks(seen, sentence_of), *_near_blocks(seen, sentence_of, cues)]
    return [*blocks, *_pair_blocks(seen, sentence_of, cues), *frame_blocks(seen, sentence_of, cues)]


def _gram_blocks(seen: Seen, sentence_of: NDArray[np.uint32]) -> Iterable[Block]:
    """Runs of tokens that do not cross from one sentence into the next."""
    size = len(sentence_of)
    origin = np.arange(size)
    ends = seen.starts[1:][sentence_of]
    for view, longest in GRAMS.items():
        symbols = np.r_[seen.symbols[view], np.zeros(longest, np.uint32)]
        for n in range(1, longest + 1):
            slots = slots_of(f"gram {view} {n}", *(symbols[i : i + size] for i in range(n)))
            slots = np.where(origin + n <= ends, slots, VOID)
            yield Block(f"gram {n}", (view,) * 2, slots[:, None], sentence_of, origin, (origin + n - 1)[:, None])


def _near_blocks(seen: Seen, sentence_of: NDArray[np.uint32], cues: NDArray[np.intp]) -> Iterable[Block]:
    """A cue with each token close to it, on which side, but not at which distance."""
    place = cues[:, None] + _DISTANCES
    sentences = sentence_of[cues]
    outside = (place < seen.starts[sentences][:, None]) | (place >= seen.starts[1:][sentences][:, None])
    place[outside] = 0
    side = (_DISTANCES > 0).astype(np.uint32)
    for cue, other in NEARS:
        slots = slots_of(f"near {cue} {other}", seen.symbols[cue][cues, None], seen.symbols[other][place], side)
        slots[outside] = VOID
        yield Block("near", (cue, other), slots, sentences, cues, place)


def _pair_blocks(seen: Seen, sentence_of: NDArray[np.uint32], cues: NDArray[np.intp]) -> Iterable[Block]:
    """A cue with each of the cues that follow it in the same sentence."""
    sentences = sentence_of[cues]
    rank = np.arange(len(cues))[:, None] + np.arange(1, _PARTNERS + 1)
    partner = np.minimum(rank, len(cues) - 1)
    place = cues[partner]
    apart = (rank != partner) | (sentences[partner] != sentences[:, None]) | (place - cues[:, None] > _WINDOW)
    for cue, other in PAIRS:
        slots = slots_of(f"pair {cue} {other}", seen.symbols[cue][cues, None], seen.symbols[other][place])
        slots[apart] = VOID
        yield Block("pair", (cue, other), slots, sentences, cues, place)


def _keys(occurrences: Occurrences) -> NDArray[np.int64]:
    return occurrences.sentences.astype(np.int64) << SLOT_BITS | occurrences.slots
