"""Decides whether a new model may take the place of the one that ships."""

from collections.abc import Mapping

from models.errors import ClaimwireError
from models.manifest import Manifest

SLACK = 0.01  # trainings that differ by their seed alone differ by as much
EVERYWHERE = ("challenge_macro_f1", "real_news_macro_f1")
"""Figures by which a new model is judged whatever it was trained on, where both have them."""

SAME_CORPUS = ("macro_f1", "denial_average_precision", "clarification_average_precision")
"""Figures of cross-validation: they fall with every hard sentence that a corpus gains, so they compare within one."""


class WorseModelError(ClaimwireError):
    """A new model is worse than the one that ships; it is not written."""

    def __init__(self, worse: Mapping[str, tuple[float, float]]) -> None:
        told = "; ".join(f"{name} {new:.3f}, and {old:.3f} ships" for name, (new, old) in worse.items())
        super().__init__(f"The new model is worse: {told}. Nothing was written. If it must be, use --worse.")
        self.worse = dict(worse)


def check(new: Mapping[str, float], corpus: str, shipped: Manifest | None) -> None:
    """Compare a new model's figures with those of one that ships; raises WorseModelError.

    `corpus` is the digest of the sentences that the new one was trained on.
    """
    if shipped is None:
        return
    names = EVERYWHERE + (SAME_CORPUS if shipped.corpus.sha256 == corpus else ())
    worse = {
        name: (new[name], shipped.figures[name])
        for name in names
        if name in shipped.figures and name in new and new[name] < shipped.figures[name] - SLACK
    }
    if worse:
        raise WorseModelError(worse)
