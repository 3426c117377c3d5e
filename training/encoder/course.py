"""One training from the corpus to an encoder that can ship: cross-validation first, then the encoder itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.labels import LABELS
from models.second_reader import LONGEST
from training.encoder import quantise, weights
from training.encoder.encoding import encoded, targets
from training.encoder.fitting import Machine, fit
from training.encoder.folds import FOLDS, folds
from training.encoder.lesson import Copy
from training.encoder.recipe import Recipe
from training.encoder.scoring import probabilities
from training.sentences import Sentence

HEAD_SEED = 0  # one untrained head for all, so that copies differ by what they were shown
FOLD_SEED, WHOLE_SEED = 200, 300
WATCHED = 400  # sentences by which the encoder is quantised: with more, no channel was seen to reach further

Report = Callable[[str], None]


@dataclass
class Course:
    """A corpus encoded once; `base` is the folder of the published weights and their tokenizer."""

    sentences: Sequence[Sentence]
    base: Path
    machine: Machine
    report: Report

    def __post_init__(self) -> None:
        pieces = Tokenizer.from_file(str(self.base / "tokenizer.json"))
        pieces.enable_truncation(LONGEST)
        pieces.no_padding()
        self._encoded = encoded([sentence.text for sentence in self.sentences], pieces)
        self._targets = targets(self.sentences)

    def out_of_fold(self, recipe: Recipe) -> NDArray[np.float32]:
        """Probabilities of shape (sentences, 4), each sentence's by an encoder that was shown none of its family."""
        fold = folds(self.sentences)
        copies = [Copy(recipe, np.flatnonzero(fold != number), FOLD_SEED + number) for number in range(FOLDS)]
        scores = np.empty((len(self.sentences), len(LABELS)), np.float32)
        for stack in self._stacks(copies):
            held = [np.setdiff1d(np.arange(len(fold)), copy.members) for copy in stack]
            full = Machine(self.machine.device)
            found = probabilities(self._fitted(stack), self._encoded, held, full)
            for members, rows in zip(held, found, strict=True):
                scores[members] = rows
        return scores

    def encoder(self, recipe: Recipe) -> bytes:
        """The ONNX graph, in whole numbers, of an encoder that was shown every sentence."""
        whole = Copy(recipe, np.arange(len(self.sentences)), WHOLE_SEED)
        trained = weights.one_of(self._fitted([whole]), 0)
        arrays = {name: weight.float().cpu().numpy() for name, weight in trained.items()}
        few = range(0, len(self.sentences), max(1, len(self.sentences) // WATCHED))
        ids = [self._encoded.ids[0, place, : self._encoded.lengths[0, place]].tolist() for place in few]
        return bytes(quantise.quantised(arrays, ids).SerializeToString())

    def _fitted(self, copies: Sequence[Copy]) -> weights.Weights:
        torch.manual_seed(copies[0].seed)  # dropout
        base = weights.base(self.base, HEAD_SEED)
        return fit(base, self._encoded, self._targets, copies, self.machine, self.report)

    def _stacks(self, copies: Sequence[Copy]) -> list[list[Copy]]:
        """On a GPU copies train side by side at the price of one; a processor gains nothing by it, and needs memory."""
        size = 1 if self.machine.device == "cpu" else len(copies)
        return [list(copies[start : start + size]) for start in range(0, len(copies), size)]
