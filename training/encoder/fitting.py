"""Trains many encoders side by side: one step of twenty costs little more than one step of one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.labels import LABELS
from training.encoder import network
from training.encoder.encoding import Encoded
from training.encoder.lesson import Copy, Lesson
from training.encoder.optimiser import Optimiser
from training.encoder.recipe import DROPOUT, Recipe
from training.encoder.weights import Weights, stacked

REPORTS = 100  # steps between two words to whoever waits


@dataclass(frozen=True)
class Machine:
    """Where to compute, and with which numbers; the weights themselves are kept in 32 bits."""

    device: str = "cpu"
    precision: torch.dtype = torch.float32


def fit(
    base: Weights,
    encoded: Encoded,
    targets: NDArray[np.float32],
    copies: Sequence[Copy],
    machine: Machine,
    report: Callable[[str], None],
) -> Weights:
    """Fine-tune one copy of `base` for each of `copies`; returns the stack of their weights, in that order."""
    weights = {name: weight.to(machine.device) for name, weight in stacked(base, len(copies)).items()}
    recipes = [copy.recipe for copy in copies]
    lesson = Lesson(encoded, targets, copies, machine.device)
    optimiser = Optimiser(weights, recipes, [copy.steps for copy in copies])
    for step, (ids, labels) in enumerate(lesson.batches()):
        losses = _learn(weights, ids, labels, recipes, machine.precision)
        optimiser.step(step)
        if step % REPORTS == 0:
            report(f"step {step:,}: mean loss {losses.mean().item():.3f}")
    return {name: weight.detach() for name, weight in weights.items()}


def _learn(weights: Weights, ids: Tensor, labels: Tensor, recipes: Sequence[Recipe], precision: torch.dtype) -> Tensor:
    """Add a batch's gradients to the weights; returns the loss of each copy."""
    if any(recipe.consistency for recipe in recipes):
        ids, labels = ids.repeat(1, 2, 1), labels.repeat(1, 2, 1)
    working = {name: weight.to(precision) for name, weight in weights.items()}
    losses = _losses(network.scores(working, ids, DROPOUT), labels, recipes)
    losses.sum().backward()
    return losses.detach()


def _losses(logits: Tensor, labels: Tensor, recipes: Sequence[Recipe]) -> Tensor:
    """Cross-entropy of each copy, and how far its two readings of a batch are apart, where there are two."""
    log = functional.log_softmax(logits, dim=-1)
    smoothing = torch.tensor([recipe.smoothing for recipe in recipes], device=log.device).view(-1, 1, 1)
    soft = labels * (1 - smoothing) + smoothing / len(LABELS)
    losses = -(soft * log).sum(dim=-1).mean(dim=1)
    weight = torch.tensor([recipe.consistency for recipe in recipes], device=log.device)
    if not weight.any():
        return losses
    one, two = log.chunk(2, dim=1)
    # Both directions of the Kullback-Leibler divergence, halved.
    apart = ((one.exp() - two.exp()) * (one - two)).sum(dim=-1).mean(dim=1) / 2
    return losses + weight * apart
