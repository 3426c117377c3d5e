"""`claimwire settings`: what is in force, and what can be set."""

import os
from collections.abc import Iterator

import click
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.settings import FILE_KEY, Settings, key, load


@click.command()
@click.option("--markdown", is_flag=True, help="Print the reference page with the defaults instead.")
def settings(*, markdown: bool) -> None:
    """Print the effective settings; secrets are never shown."""
    if markdown:
        click.echo(reference())
        return
    effective = load(os.environ)
    console = Console()
    if not console.is_terminal:
        for field, value in _shown(effective):
            click.echo(f"{key(field)}={value}")
        return
    table = Table("setting", "value", "meaning", box=None, pad_edge=False)
    for field, value in _shown(effective):
        known = Settings.model_fields[field]
        changed = getattr(effective, field) != known.default
        # A Text, because Rich takes the brackets of an IPv6 address for an order to itself.
        table.add_row(key(field), Text(value), known.description, style="bold" if changed else None)
    console.print(table)


def reference() -> str:
    """The reference page, in Markdown, one row a setting."""
    rows = "\n".join(
        f"| `{key(field)}` | {f'`{default}`' if (default := _text(info.default)) else ''} | {info.description} |"
        for field, info in Settings.model_fields.items()
    )
    return f"""# Settings

Set them in the environment, or without the prefix and in lower case in a TOML file that `{FILE_KEY}` names; the
environment wins. A secret can also be a file under `/run/secrets`, such as `/run/secrets/claimwire_sasl_password`.
An unknown `CLAIMWIRE_*` key is an error. `claimwire settings` prints what is in force.

| variable | default | meaning |
|---|---|---|
{rows}"""


def _shown(effective: Settings) -> Iterator[tuple[str, str]]:
    for field in Settings.model_fields:
        yield field, _text(getattr(effective, field))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return "(set, not shown)"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
