"""Decides whether a new model may take the place of the one that ships."""

from collections.abc import Mapping

from models.errors import ClaimwireError

SLACK = 0.005  # two trainings of one kind differ by as much
JUDGED_BY = ("macro_f1", "denial_average_precision", "clarification_average_precision", "challenge_macro_f1")


class WorseModelError(ClaimwireError):
    """A new model is worse than the one that ships; it is not written."""

    def __init__(self, worse: Mapping[str, tuple[float, float]]) -> None:
        told = "; ".join(f"{name} {new:.3f}, and {old:.3f} ships" for name, (new, old) in worse.items())
        super().__init__(f"The new model is worse: {told}. Nothing was written. If it must be, use --worse.")
        self.worse = dict(worse)


def check(new: Mapping[str, float], shipped: Mapping[str, float]) -> None:
    """Compare figures of cross-validation and of the challenge set; raises WorseModelError."""
    worse = {
        name: (new[name], shipped[name]) for name in JUDGED_BY if name in shipped and new[name] < shipped[name] - SLACK
    }
    if worse:
        raise WorseModelError(worse)
