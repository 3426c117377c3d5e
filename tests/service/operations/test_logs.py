"""The log: one form for all lines, and never a sentence in it."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from service.errors import SettingsError
from service.operations.logs import LEVELS, LIBRARY_LINES, configure
from service.operations.repeats import RepeatLimitedHandler
from service.settings import LogLevel

SENTENCE = "The mayor of Aldwick denies that the bridge was ever closed."


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Take away what `configure` has installed in the process."""
    root = logging.getLogger()
    level = root.level
    yield
    for handler in [one for one in root.handlers if isinstance(one, RepeatLimitedHandler)]:
        root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("kafka").setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    """A stream at which nobody looks."""
    return io.StringIO()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """What has been written, line by line."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_where_nobody_looks(stream: io.StringIO) -> None:
    """A stream that is no terminal gets one object a line, with time, level, logger and fields."""
    configure(stream)

    structlog.get_logger("loop").info("Batch committed", records=1000)

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert {"event": "Batch committed", "records": 1000, "level": "info", "logger": "claimwire.loop"} == line


def test_a_line_is_coloured_on_a_terminal() -> None:
    """A person sees the level by its colour."""
    terminal = Terminal()
    configure(terminal)

    structlog.get_logger().info("Batch committed")

    assert "\x1b[" in terminal.getvalue()


def test_json_can_be_asked_for_on_a_terminal() -> None:
    """The setting wins over what the stream is."""
    terminal = Terminal()
    configure(terminal, json=True)

    structlog.get_logger().info("Batch committed")

    assert "Batch committed" == lines(terminal)[0]["event"]


def test_readable_lines_can_be_asked_for_in_a_file(stream: io.StringIO) -> None:
    """They have no colours there."""
    configure(stream, json=False)

    structlog.get_logger().info("Batch committed", records=7)

    assert "records=7" in stream.getvalue()
    assert "\x1b[" not in stream.getvalue()


def test_lines_below_the_level_are_not_written(stream: io.StringIO) -> None:
    """The level is the least important line that is still written."""
    configure(stream, level="warning")

    structlog.get_logger().info("Batch committed")
    structlog.get_logger().warning("Transaction aborted")

    assert ["Transaction aborted"] == [line["event"] for line in lines(stream)]


def test_a_level_that_does_not_exist_is_refused(stream: io.StringIO) -> None:
    """The message names the setting and the levels that there are."""
    with pytest.raises(SettingsError, match="Set it to one of debug, info, warning, error") as raised:
        configure(stream, level="loud")

    assert ("CLAIMWIRE_LOG_LEVEL",) == raised.value.keys


def test_the_levels_are_those_of_the_settings() -> None:
    """Whatever the settings accept, the log accepts."""
    assert set(LogLevel) == set(LEVELS)


def test_a_librarys_warning_has_the_same_form(stream: io.StringIO) -> None:
    """One reader of the log suffices for all of it."""
    configure(stream)

    logging.getLogger("kafka.net").warning("Connection to %s lost", "broker-1")

    (line,) = lines(stream)
    assert ("Connection to broker-1 lost", "warning", "kafka.net") == (line["event"], line["level"], line["logger"])


def test_python_warnings_are_in_the_log(stream: io.StringIO) -> None:
    """A library's deprecation does not break the form of the log."""
    configure(stream)

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn("kettle() is deprecated", DeprecationWarning, stacklevel=1)

    assert "kettle() is deprecated" in lines(stream)[0]["event"]


def test_a_library_is_not_heard_below_warnings_even_at_debug(stream: io.StringIO) -> None:
    """kafka-python's debug lines hold whole records."""
    configure(stream, level="debug")

    logging.getLogger("kafka.protocol").debug("Received %s", SENTENCE)
    logging.getLogger("kafka.protocol").info("Received %s", SENTENCE)

    assert "" == stream.getvalue()


def test_a_library_that_repeats_itself_is_cut_off(stream: io.StringIO) -> None:
    """A broker that is down does not fill the disk."""
    configure(stream, clock=lambda: 0.0)

    for _ in range(1400):
        logging.getLogger("kafka.coordinator").warning("Marking the coordinator dead")

    assert LIBRARY_LINES == len(lines(stream))


@pytest.mark.parametrize("level", ["info", "warning", "error", "critical"])
def test_a_sentence_given_as_a_field_is_withheld(stream: io.StringIO, level: str) -> None:
    """Who logs a record by mistake does not publish it."""
    configure(stream)

    getattr(structlog.get_logger(), level)("Odd record", text=SENTENCE, offset=7)

    assert ("[withheld]", 7) == (lines(stream)[0]["text"], lines(stream)[0]["offset"])


def test_a_sentence_is_shown_at_debug(stream: io.StringIO) -> None:
    """Whoever asks for debug lines wants to see what is read."""
    configure(stream, level="debug")

    structlog.get_logger().debug("Reading", text=SENTENCE)

    assert SENTENCE == lines(stream)[0]["text"]


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "terminal"])
def test_a_traceback_holds_no_local_variables(stream: io.StringIO) -> None:
    """The variables of a failing function are often the sentence itself."""
    configure(stream)

    def fail(text: str) -> None:
        raise ValueError(len(text))

    try:
        fail(SENTENCE)
    except ValueError:
        structlog.get_logger().exception("Labelling failed")

    assert "in fail" in stream.getvalue()
    assert "Aldwick" not in stream.getvalue()


def test_configuring_again_replaces_the_first(stream: io.StringIO) -> None:
    """No line is written twice."""
    configure(io.StringIO())
    configure(stream)

    structlog.get_logger().info("Batch committed")

    assert 1 == len(lines(stream))
