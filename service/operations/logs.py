"""Where log lines go and what they look like: JSON for machines, colours for people, never a sentence."""

import logging
import time
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

from service.errors import SettingsError
from service.operations.repeats import RepeatLimitedHandler

OWN = "claimwire"  # the root of our own loggers
LIBRARY_LINES = 5  # a library may write from one place in its code, in LIBRARY_WINDOW_S; more tell nothing new
LIBRARY_WINDOW_S = 60
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
TEXT_FIELDS = frozenset({"text", "texts", "sentence", "sentences", "value", "values"})


def configure(
    stream: TextIO, *, json: bool | None = None, level: str = "info", clock: Callable[[], float] = time.monotonic
) -> None:
    """Send the log of structlog and of every library to the stream, in one form; calling again replaces it.

    `json` None means JSON unless the stream is a terminal. `level` is for our own lines; libraries are heard from
    warnings on, whatever it is, because kafka-python's debug lines hold whole records. `clock` counts the windows of
    the limit on libraries that repeat themselves. Raises SettingsError for a level that does not exist.
    """
    if level not in LEVELS:
        key = "CLAIMWIRE_LOG_LEVEL"
        raise SettingsError((key,), f"{key}={level} is no level. Set it to one of {', '.join(LEVELS)}.")
    handler = RepeatLimitedHandler(stream, OWN, LIBRARY_LINES, LIBRARY_WINDOW_S, clock)
    handler.setFormatter(_formatter(_to_json() if json or (json is None and not stream.isatty()) else _to_read(stream)))
    _install(handler)
    logging.getLogger(OWN).setLevel(LEVELS[level])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_logger,
    )


def withhold_texts(_: object, method: str, event: EventDict) -> EventDict:
    """Take the sentences out of every line but those at debug; a structlog processor."""
    if method != "debug":
        for name in TEXT_FIELDS & event.keys():
            event[name] = "[withheld]"
    return event


def _logger(*names: str) -> logging.Logger:
    return logging.getLogger(".".join((OWN, *names)))


def _install(handler: logging.Handler) -> None:
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, RepeatLimitedHandler)]:
        root.removeHandler(earlier)
        earlier.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("kafka").setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _shared() -> list[Processor]:
    return [
        withhold_texts,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(rendering: list[Processor]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )


def _to_json() -> list[Processor]:
    return [structlog.processors.format_exc_info, _facts_last, structlog.processors.JSONRenderer()]


def _facts_last(_: object, __: str, event: EventDict) -> EventDict:
    # JSON has no order, but whoever reads it raw looks for the time first.
    return {name: event[name] for name in ("timestamp", "level", "logger", "event") if name in event} | dict(event)


def _to_read(stream: TextIO) -> list[Processor]:
    # The default formatter of tracebacks prints local variables, and with them sentences.
    return [
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
        )
    ]
