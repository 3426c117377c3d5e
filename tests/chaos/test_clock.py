"""The clock that jumps."""

import os
import subprocess
import sys
import time

import pytest

from tests.chaos.clock import Clock
from tests.chaos.unplayable import UnplayableError

WAITS = "import time; start = time.monotonic(); time.sleep(0.1); print(time.time(), time.monotonic() - start)"


def test_a_process_takes_it_for_the_time() -> None:
    """It is an hour ahead, and a tenth of a second lasts as long as ever."""
    try:
        clock = Clock()
    except UnplayableError as missing:
        pytest.skip(str(missing))
    with clock:
        clock.set_off(3_600)
        asked = [sys.executable, "-c", WAITS]
        said = subprocess.run(asked, env=os.environ | clock.environment, capture_output=True, text=True, check=True)

    wall, waited = map(float, said.stdout.split())
    assert 3_600 == pytest.approx(wall - time.time(), abs=60)
    assert 0.1 == pytest.approx(waited, abs=5)


def test_without_the_library_the_remedy_is_named() -> None:
    """A scenario that needs it is not played, and says how it could be."""
    with pytest.raises(UnplayableError, match="apt install libfaketime"):
        Clock(places=())
