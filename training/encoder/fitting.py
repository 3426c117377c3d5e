"""Trains many encoders side by side: one step of all of them costs little more than one step of one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.labels import LABELS
from training.encoder import network
from training.encoder.batches import Encoded, Integers, batches_per_epoch, epoch
from training.encoder.optimiser import Optimiser
from training.encoder.recipe import Method, Recipe
from training.encoder.weights import Weights, stacked

MASK, FIRST_WORD = 103, 999  # in BERT's vocabulary: [MASK], and the first id that is no special or unused piece
WIDTH = 8  # word pieces are padded to a multiple of this, which the matrix units of a GPU like


@dataclass(frozen=True)
class Copy:
    """One encoder to train: by which recipe, on which sentences, shuffled by which seed."""

    recipe: Recipe
    members: Integers
    seed: int


@dataclass(frozen=True)
class Machine:
    """Where to compute, and with which numbers; the master copy of the weights stays in fp32."""

    device: str = "cpu"
    precision: torch.dtype = torch.float32


@dataclass(frozen=True)
class Corpus:
    """Encoded sentences and the index of each one's label, or a row of probabilities to imitate."""

    encoded: Encoded
    targets: NDArray[np.float32]


def fit(base: Weights, corpus: Corpus, copies: Sequence[Copy], method: Method, machine: Machine, report: Callable[[str], None]) -> Weights:
    """Fine-tune a stack of copies of `base`, one for each of `copies`; returns their weights in that order."""
    weights = {name: weight.to(machine.device) for name, weight in stacked(base, len(copies)).items()}
    lesson = _Lesson.of(corpus, copies, method, machine)
    optimiser = Optimiser(weights, [copy.recipe for copy in copies], lesson.steps)
    running = 0.0
    for step, (ids, targets) in enumerate(lesson.batches()):
        loss = lesson.learn(weights, ids, targets)
        optimiser.step(step)
        running = loss if step == 0 else 0.98 * running + 0.02 * loss
        if step % 100 == 0:
            report(f"step {step}: mean loss {float(running):.3f}")
    return {name: weight.detach() for name, weight in weights.items()}


@dataclass(frozen=True)
class _Lesson:
    """The data of a stack on its machine, and how a batch of it is turned into gradients."""

    ids: Tensor
    targets: Tensor
    lengths: Integers
    emphasis: Tensor
    copies: Sequence[Copy]
    method: Method
    machine: Machine
    steps: Integers

    @classmethod
    def of(cls, corpus: Corpus, copies: Sequence[Copy], method: Method, machine: Machine) -> "_Lesson":
        per_epoch = batches_per_epoch([copy.members for copy in copies], method.batch)
        return cls(
            torch.from_numpy(corpus.encoded.ids.astype(np.int32)).to(machine.device),
            torch.from_numpy(corpus.targets).to(machine.device),
            corpus.encoded.lengths,
            torch.stack([_emphasis(corpus.targets, copy) for copy in copies]).to(machine.device),
            copies,
            method,
            machine,
            np.array([copy.recipe.epochs * per_epoch for copy in copies]),
        )

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Ids of shape (copies, batch, pieces) and targets of shape (copies, batch, labels), over all epochs."""
        shuffler = np.random.default_rng(0)
        own = [np.random.default_rng([1, copy.seed]) for copy in self.copies]
        members = [copy.members for copy in self.copies]
        for _ in range(max(copy.recipe.epochs for copy in self.copies)):
            for rows in epoch(self.lengths[0], members, self.method.batch, shuffler, own):
                yield self._shown(rows, own), self.targets[torch.from_numpy(rows).to(self.machine.device)]

    def _shown(self, rows: Integers, own: Sequence[np.random.Generator]) -> Tensor:
        """The ids of a batch, some sentences in a variant, some pieces hidden."""
        variants = len(self.lengths)
        chosen = np.zeros_like(rows)
        hidden = np.zeros((*rows.shape, self.ids.shape[2]), bool)
        for place, (copy, generator) in enumerate(zip(self.copies, own, strict=True)):
            if copy.recipe.variants:
                varied = generator.random(rows.shape[1]) < copy.recipe.variants
                chosen[place] = varied * generator.integers(1, variants, rows.shape[1])
            if copy.recipe.masking:
                hidden[place] = generator.random(hidden.shape[1:]) < copy.recipe.masking
        longest = self.lengths[chosen, rows].max()
        width = min(-(-longest // WIDTH) * WIDTH, self.ids.shape[2])
        device = self.machine.device
        ids = self.ids[torch.from_numpy(chosen).to(device), torch.from_numpy(rows).to(device), :width]
        return ids.masked_fill(torch.from_numpy(hidden[:, :, :width]).to(device) & (ids >= FIRST_WORD), MASK)

    def learn(self, weights: Weights, ids: Tensor, targets: Tensor) -> Tensor:
        """Add a batch's gradients to the weights; returns the mean loss over the copies."""
        if self.method.consistency:
            ids, targets = ids.repeat(1, 2, 1), targets.repeat(1, 2, 1)
        low = {name: weight.to(self.machine.precision) for name, weight in weights.items()}
        vectors, mask = network.embed(low, ids), ids > 0
        loss = self._loss(network.scores(low, vectors, mask, self.method.dropout), targets)
        if self.method.adversary:
            (slope,) = torch.autograd.grad(loss.sum(), vectors, retain_graph=True)
            pushed = vectors + self.method.adversary * _direction(slope)
            loss = loss + self._loss(network.scores(low, pushed, mask, self.method.dropout), targets)
        loss.sum().backward()
        return loss.detach().mean()

    def _loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """One loss per copy: cross-entropy, and with `consistency` the divergence of the two readings."""
        log = functional.log_softmax(logits, dim=-1)
        smoothing = torch.tensor([copy.recipe.smoothing for copy in self.copies], device=log.device).view(-1, 1, 1)
        soft = targets * (1 - smoothing) + smoothing / len(LABELS)
        weight = (targets * self.emphasis.unsqueeze(1)).sum(-1)
        loss = (-(soft * log).sum(-1) * weight).sum(1) / weight.sum(1)
        if not self.method.consistency:
            return loss
        one, two = log.chunk(2, dim=1)
        apart = ((one.exp() - two.exp()) * (one - two)).sum(-1).mean(1) / 2
        return loss + self.method.consistency * apart


def _emphasis(targets: NDArray[np.float32], copy: Copy) -> Tensor:
    share = targets[copy.members].mean(axis=0)
    return torch.from_numpy((share.max() / share) ** copy.recipe.balance).float()


def _direction(slope: Tensor) -> Tensor:
    """The slope of each sentence's loss, of length 1 over all its word pieces."""
    return slope / (slope.float().norm(dim=(2, 3), keepdim=True) + 1e-12).to(slope.dtype)


def probabilities(weights: Weights, encoded: Encoded, members: Sequence[Integers], machine: Machine, budget: int = 2**18) -> list[NDArray[np.float32]]:
    """What each copy makes of its own members: one array of shape (members, labels) a copy.

    `budget` is how many word pieces are computed at a time, over all copies.
    """
    low = {name: weight.to(machine.precision) for name, weight in weights.items()}
    size = max(len(own) for own in members)
    by_length = [own[np.argsort(encoded.lengths[0][own], kind="stable")] for own in members]
    rows = np.stack([np.concatenate([np.full(size - len(own), own[0]), own]) for own in by_length])
    found = np.empty((*rows.shape, len(LABELS)), np.float32)
    for start, end in _spans(encoded.lengths[0][rows].max(axis=0), budget // len(members)):
        width = encoded.lengths[0][rows[:, start:end]].max()
        ids = torch.from_numpy(encoded.ids[0][rows[:, start:end], :width].astype(np.int32)).to(machine.device)
        with torch.no_grad():
            logits = network.scores(low, network.embed(low, ids), ids > 0)
        found[:, start:end] = logits.softmax(-1).cpu().numpy()
    return [_in_order(own, row, scores) for own, row, scores in zip(members, rows, found, strict=True)]


def _spans(lengths: Integers, budget: int) -> Iterator[tuple[int, int]]:
    """Runs of sentences, already sorted by length, that fit the budget of word pieces."""
    start = 0
    while start < len(lengths):
        end = start + 1
        while end < len(lengths) and (end + 1 - start) * lengths[end] <= budget:
            end += 1
        yield start, end
        start = end


def _in_order(own: Integers, row: Integers, scores: NDArray[np.float32]) -> NDArray[np.float32]:
    place = dict(zip(row.tolist(), range(len(row)), strict=True))
    return scores[[place[member] for member in own.tolist()]]
