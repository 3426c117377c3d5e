"""Opens the texts that a command is given: files or standard input, in UTF-8."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

STANDARD_INPUT = Path("-")


@contextmanager
def opened(path: Path) -> Iterator[tuple[str, IO[str]]]:
    """A text and the name to speak of it by; `-` is standard input.

    Raises click.ClickException, which names the text, when it turns out not to be UTF-8 while the context is open.
    """
    name = "standard input" if path == STANDARD_INPUT else str(path)
    try:
        with click.open_file(str(path), encoding="utf-8") as text:
            yield name, text
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{name} is not UTF-8: it holds the byte 0x{error.object[error.start]:02x} where none can stand. Convert "
            "it first, for example with iconv."
        ) from None
