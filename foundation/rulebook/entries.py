"""Base of every table of a rulebook: values that know where they come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .schema import attribute_names, specs
from .values import Origin


@dataclass(frozen=True)
class Value:
    """One field as the rulebook viewer shows it."""

    key: str
    zh: str
    value: Any
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A table of the rulebook. `src` maps a key, or "*" for all other keys, to its origin."""

    table: ClassVar[str] = ""
    zh_name: ClassVar[str] = ""
    src: Mapping[str, Origin] = field(default_factory=dict, compare=False, repr=False)
    present: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def origin(self, name: str) -> Origin:
        """Origin of a field by its key in the file; a value the file leaves to the schema is a default."""
        if name not in self.present and name not in self.src:
            return Origin("default", "")
        return self.src.get(name) or self.src["*"]

    def values(self) -> Iterator[Value]:
        """Every field in schema order with its Chinese label and origin, absent ones included."""
        names = attribute_names(type(self))
        for key, spec in specs(type(self)).items():
            yield Value(key, spec.zh, getattr(self, names[key]), self.origin(key))
