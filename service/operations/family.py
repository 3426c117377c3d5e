"""What is said of a metric before it is counted: name, kind, unit, labels, meaning, and the remedy when it is bad."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How Prometheus treats the numbers of a family."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Dimension(NamedTuple):
    """A label of a family, which Prometheus splits its numbers by; no `values` means that the names are not ours."""

    name: str
    values: tuple[str, ...] = ()


class Family(NamedTuple):
    """One metric: a name, and a number for each combination of its labels.

    `unit` is what the number counts, `buckets` the upper bounds of a histogram, in that unit and without infinity.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    remedy: str
    dimensions: tuple[Dimension, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels' names, in the order in which their values are given."""
        return tuple(dimension.name for dimension in self.dimensions)

    @property
    def unit_suffix(self) -> str:
        """The unit if the name ends in it, else nothing: OpenMetrics allows no other `# UNIT` line."""
        return self.unit if self.name.endswith(f"_{self.unit}") else ""
