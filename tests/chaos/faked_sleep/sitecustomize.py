"""Read by Python at its start in a process whose clock is faked: a sleep that libfaketime does not break.

Python sleeps until a moment of the monotonic clock. libfaketime 0.9.10 takes such a moment for one of the clock that it
fakes, and the call fails with EINVAL. Waiting for nothing lets the same time pass.
"""

import select
import time
from typing import SupportsIndex


def sleep(seconds: float | SupportsIndex) -> None:
    """Do nothing for so long."""
    select.select([], [], [], float(seconds))


time.sleep = sleep
