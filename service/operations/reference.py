"""Writes `docs/metrics.md` from the catalogue: `python -m service.operations.reference > docs/metrics.md`."""

import sys
from textwrap import fill

from service.operations.catalogue import SECTIONS
from service.operations.family import Dimension, Family

WIDTH = 120  # characters of a line, as in the rest of the repository

INTRODUCTION = """\
# Metrics

`claimwire run` serves these to Prometheus on `http://127.0.0.1:9464/metrics`; CLAIMWIRE_METRICS_HOST and
CLAIMWIRE_METRICS_PORT move them. Beside them are `/livez`, `/readyz` and `/startupz`. They are up before the broker is.

This page is made from `service/operations/catalogue.py`, where every metric is declared; `make docs` makes it again. A
test holds it, the declarations and a real scrape together.

Counters with a fixed set of labels start at 0. Counters start again at 0 with the process, which `rate()` allows for.
Each process shows only its own partitions: sum over the processes of a group.
"""


def page() -> str:
    """The whole page, in Markdown."""
    sections = ("\n".join([f"## {title}\n", *map(_entry, families)]) for title, families in SECTIONS.items())
    return "\n".join([INTRODUCTION, *sections]).rstrip() + "\n"


def _entry(family: Family) -> str:
    facts = [family.kind, *([family.unit] if family.unit else []), *map(_label, family.dimensions)]
    paragraphs = [", ".join(facts) + _buckets(family), family.meaning, f"*When it is bad:* {family.remedy}"]
    return (
        "\n\n".join([f"### `{family.name}`", *(fill(text, WIDTH, break_on_hyphens=False) for text in paragraphs)])
        + "\n"
    )


def _label(dimension: Dimension) -> str:
    values = ", ".join(f"`{value}`" for value in dimension.values)
    return f"by `{dimension.name}`" + (f" ({values})" if values else "")


def _buckets(family: Family) -> str:
    return f"; buckets up to {', '.join(f'{bound:g}' for bound in family.buckets)}" if family.buckets else ""


if __name__ == "__main__":
    sys.stdout.write(page())
