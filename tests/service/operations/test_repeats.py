"""A library that repeats itself is heard, and no more than is useful."""

import io
import logging
from collections.abc import Iterator

import pytest

from service.operations.repeats import RepeatLimitedHandler
from tests.service.operations.clock import Clock

LIMIT, WINDOW_S = 3, 60.0


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test moves it."""
    return Clock()


@pytest.fixture
def stream() -> io.StringIO:
    """What has been written."""
    return io.StringIO()


@pytest.fixture
def handler(stream: io.StringIO, clock: Clock) -> RepeatLimitedHandler:
    """A handler for which the loggers below `ours` are our own."""
    return RepeatLimitedHandler(stream, own="ours", limit=LIMIT, window_s=WINDOW_S, clock=clock)


@pytest.fixture
def library(handler: RepeatLimitedHandler) -> Iterator[logging.Logger]:
    """A logger of somebody else."""
    yield from attached("library.client", handler)


@pytest.fixture
def ours(handler: RepeatLimitedHandler) -> Iterator[logging.Logger]:
    """A logger of our own."""
    yield from attached("ours.loop", handler)


def attached(name: str, handler: logging.Handler) -> Iterator[logging.Logger]:
    """A logger that writes to this handler and to no other, for as long as a test runs."""
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    logger.propagate = False
    yield logger
    logger.removeHandler(handler)


def storm(logger: logging.Logger, lines: int) -> None:
    """Log so many lines from one place in the code."""
    for attempt in range(lines):
        logger.warning("Coordinator %d is dead", attempt)


def test_a_storm_is_cut_off_at_the_limit(library: logging.Logger, stream: io.StringIO) -> None:
    """The first lines are shown, with what differs in each."""
    storm(library, 1000)

    assert "Coordinator 0 is dead\nCoordinator 1 is dead\nCoordinator 2 is dead\n" == stream.getvalue()


def test_a_message_that_the_library_formats_itself_is_limited_too(library: logging.Logger, stream: io.StringIO) -> None:
    """Lines are counted by their place in the code, because their texts may all differ."""
    for attempt in range(1000):
        library.error(f"Attempt {attempt} failed")

    assert LIMIT == len(stream.getvalue().splitlines())


def test_another_place_has_a_limit_of_its_own(library: logging.Logger, stream: io.StringIO) -> None:
    """A storm hides nothing else that the library has to say."""
    storm(library, 1000)
    library.error("Disk is full")

    assert "Disk is full" == stream.getvalue().splitlines()[-1]


def test_our_own_lines_are_never_held_back(ours: logging.Logger, stream: io.StringIO) -> None:
    """One line a batch is what the log is for."""
    storm(ours, 10 * LIMIT)

    assert 10 * LIMIT == len(stream.getvalue().splitlines())


def test_a_name_that_only_begins_like_ours_is_not_ours(handler: RepeatLimitedHandler, stream: io.StringIO) -> None:
    """`ours_too` is somebody else's."""
    for logger in attached("ours_too", handler):
        storm(logger, 10 * LIMIT)

    assert LIMIT == len(stream.getvalue().splitlines())


def test_after_the_window_the_next_line_of_anyone_brings_the_count(
    library: logging.Logger, ours: logging.Logger, stream: io.StringIO, clock: Clock
) -> None:
    """A storm that is over is still accounted for."""
    storm(library, 1000)
    clock.now += WINDOW_S

    ours.warning("Batch committed")

    assert ["Held back 997 more like this: Coordinator 999 is dead", "Batch committed"] == (
        stream.getvalue().splitlines()[LIMIT:]
    )


def test_nothing_is_said_where_nothing_was_held_back(
    library: logging.Logger, stream: io.StringIO, clock: Clock
) -> None:
    """Up to the limit no line is missing, so no count is due."""
    storm(library, LIMIT)
    clock.now += WINDOW_S
    library.error("Disk is full")

    assert LIMIT + 1 == len(stream.getvalue().splitlines())


def test_a_new_window_shows_lines_again(library: logging.Logger, stream: io.StringIO, clock: Clock) -> None:
    """A storm that lasts is shown to last."""
    storm(library, LIMIT)
    clock.now += WINDOW_S
    storm(library, LIMIT)

    assert 2 * LIMIT == len(stream.getvalue().splitlines())


def test_closing_says_what_was_held_back(
    library: logging.Logger, handler: RepeatLimitedHandler, stream: io.StringIO
) -> None:
    """A process that ends in the middle of a storm leaves the count behind."""
    storm(library, LIMIT + 1)

    handler.close()

    assert "Held back 1 more like this: Coordinator 3 is dead" == stream.getvalue().splitlines()[-1]


def test_raw_bytes_are_replaced_by_their_number(library: logging.Logger, stream: io.StringIO) -> None:
    """kafka-python logs a response that it cannot parse as it is; sentences are in it."""
    library.error("Unable to decode %d-byte buffer: %r", 4, b"news")

    assert "Unable to decode 4-byte buffer: '<4 bytes>'\n" == stream.getvalue()


def test_the_record_itself_is_left_as_it_was(handler: RepeatLimitedHandler) -> None:
    """Another handler sees what the library said."""
    record = logging.LogRecord("library", logging.ERROR, "there.py", 1, "%r", (b"news",), None)

    handler.emit(record)

    assert (b"news",) == record.args
