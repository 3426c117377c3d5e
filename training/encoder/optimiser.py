"""AdamW for a stack of encoders, each with a learning rate of its own."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from training.encoder.batches import Integers
from training.encoder.recipe import Recipe
from training.encoder.weights import SHAPE, Weights

FIRST_MOMENT, SECOND_MOMENT, EPSILON = 0.9, 0.999, 1e-8  # the usual ones: Loshchilov and Hutter 2019, arXiv:1711.05101


class Optimiser:
    """Keeps the moments of every weight; `steps` says for each copy after how many steps its rate reaches 0."""

    def __init__(self, weights: Weights, recipes: Sequence[Recipe], steps: Integers) -> None:
        self._recipes, self._steps = recipes, steps
        highest = {name: [_rate(name, recipe) for recipe in recipes] for name in weights}
        self.learning = {name: weights[name].requires_grad_() for name in weights if any(highest[name])}
        self._highest = np.array([highest[name] for name in self.learning])
        self._first = {name: torch.zeros_like(weight) for name, weight in self.learning.items()}
        self._second = {name: torch.zeros_like(weight) for name, weight in self.learning.items()}

    @torch.no_grad()
    def step(self, step: int) -> None:
        """Move every weight against its gradient, by the rate that its copy has at this step (counted from 0)."""
        rates, kept = self._rates(step)
        for place, (name, weight) in enumerate(self.learning.items()):
            gradient = weight.grad
            assert gradient is not None
            first = self._first[name].lerp_(gradient, 1 - FIRST_MOMENT)
            second = self._second[name].mul_(SECOND_MOMENT).addcmul_(gradient, gradient, value=1 - SECOND_MOMENT)
            move = first / second.sqrt().add_(EPSILON)
            each_copy = (-1, *[1] * (weight.ndim - 1))
            if weight.ndim > 2:  # matrices only: a bias or a norm that decays is a smaller model, not a smoother one
                weight.mul_(kept[place].view(each_copy))
            weight.addcmul_(move, rates[place].view(each_copy), value=-1)
            weight.grad = None

    def _rates(self, step: int) -> tuple[Tensor, Tensor]:
        """For each weight and copy: the rate, freed of the moments' bias towards 0, and what decay leaves."""
        schedule = [_schedule(step, int(end), r.warming) for end, r in zip(self._steps, self._recipes, strict=True)]
        rates = self._highest * np.array(schedule)
        kept = 1 - rates * np.array([recipe.weight_decay for recipe in self._recipes])
        debiased = np.sqrt(1 - SECOND_MOMENT ** (step + 1)) / (1 - FIRST_MOMENT ** (step + 1))
        device = next(iter(self.learning.values())).device
        both = torch.from_numpy(np.stack([rates * debiased, kept]).astype(np.float32)).to(device)
        return both[0], both[1]


def _schedule(step: int, end: int, warming: float) -> float:
    """Up over the first steps, then down to 0 in a straight line."""
    warm = max(1.0, end * warming)
    return min((step + 1) / warm, max(0.0, (end - step) / (end - warm)))


def _rate(name: str, recipe: Recipe) -> float:
    if name.startswith("head"):
        return recipe.head_rate
    layer = int(name.split(".")[0]) if name[0].isdigit() else -1
    below_head = SHAPE.layers - 1 - layer
    return recipe.rate * recipe.layer_decay**below_head * (recipe.words_rate if name == "words" else 1.0)
