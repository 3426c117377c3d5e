"""Whether the service is well: three questions that a supervisor asks, each answered with a list of checks."""

from collections.abc import Callable
from typing import NamedTuple


class Check(NamedTuple):
    """One thing that was looked at, and what was seen."""

    name: str
    passed: bool
    seen: str


class Answer(NamedTuple):
    """What is answered to one question; it is yes when every check has passed."""

    checks: tuple[Check, ...]

    @property
    def healthy(self) -> bool:
        """Whether every check has passed."""
        return all(check.passed for check in self.checks)

    def text(self) -> str:
        """One line a check, for a person at a terminal."""
        return "".join(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.seen}\n" for check in self.checks)


class Health:
    """What the loop has told of itself, and what follows from it.

    The loop and kafka-python's own thread tell, the HTTP threads ask. No lock is needed: each fact is one attribute,
    set in one assignment and read once an answer. The limits are in seconds of `clock`, which only goes forward.
    """

    def __init__(
        self, clock: Callable[[], float], stall_limit_s: float, unstable_limit_s: float, broker_limit_s: float
    ) -> None:
        self._clock = clock
        self._stall_limit_s = stall_limit_s
        self._unstable_limit_s = unstable_limit_s
        self._broker_limit_s = broker_limit_s
        self._started = False
        self._turned_at = clock()
        self._unstable_since: float | None = self._turned_at
        self._broker_answered_at: float | None = None

    def started(self) -> None:
        """The model is verified and warm, and a broker has been reached: the limits of `live` count from now."""
        self._turned_at = now = self._clock()
        if self._unstable_since is not None:
            self._unstable_since = now
        self._started = True

    def turned(self) -> None:
        """The loop has begun another step of its turn."""
        self._turned_at = self._clock()

    def membership(self, stable: bool) -> None:
        """Whether we are a stable member of the group just now; owning no partition is stable too."""
        if stable:
            self._unstable_since = None
        elif self._unstable_since is None:
            self._unstable_since = self._clock()

    def broker_answered(self) -> None:
        """A broker has just answered us."""
        self._broker_answered_at = self._clock()

    def live(self) -> Answer:
        """Whether to let the process run on; if not, only a restart helps.

        No broker is asked: while the brokers are down a restart helps nobody, and all processes of a group restarting
        at once is one rebalance after another. The membership is, because a group's leader can be stranded for good
        with a loop that turns.
        """
        return Answer((self._loop(), self._stability()))

    def ready(self) -> Answer:
        """Whether the process can label what comes; a roll-out waits for it. Owning no partition is ready."""
        return Answer((self._start(), self._joined(), self._broker()))

    def startup(self) -> Answer:
        """Whether the model is verified and a broker has been reached; until then `live` says yes."""
        return Answer((self._start(),))

    def _start(self) -> Check:
        return Check("start", self._started, "complete" if self._started else "loading the model or reaching a broker")

    def _loop(self) -> Check:
        if not self._started:
            return Check("loop", passed=True, seen="not started yet, see /startupz")
        age = self._clock() - self._turned_at
        return Check(
            "loop", age <= self._stall_limit_s, f"last turned {age:.1f} s ago, limit {self._stall_limit_s:g} s"
        )

    def _stability(self) -> Check:
        since = self._unstable_since
        if not self._started:
            return Check("membership", passed=True, seen="not started yet, see /startupz")
        if since is None:
            return Check("membership", passed=True, seen="stable")
        age = self._clock() - since
        seen = f"not stable for {age:.1f} s, limit {self._unstable_limit_s:g} s"
        return Check("membership", age <= self._unstable_limit_s, seen)

    def _joined(self) -> Check:
        joined = self._unstable_since is None
        return Check("membership", joined, "stable" if joined else "not a stable member of the group")

    def _broker(self) -> Check:
        answered_at = self._broker_answered_at
        if answered_at is None:
            return Check("broker", passed=False, seen="has not answered yet")
        age = self._clock() - answered_at
        return Check(
            "broker", age <= self._broker_limit_s, f"answered {age:.1f} s ago, limit {self._broker_limit_s:g} s"
        )
