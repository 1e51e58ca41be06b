"""A rulebook file after type checking, before its references are resolved."""

from dataclasses import dataclass, field
from typing import Any

from .errors import Problem
from .model import Table
from .values import Origin


@dataclass
class Parsed:
    """One table of the file. `given`: keys the file writes; `values`: those of them with the right type."""

    table: Table
    index: int
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    src: dict[str, Origin] = field(default_factory=dict)

    @property
    def title(self) -> str:
        if not self.table.many:
            return f"[{self.table.name}]"
        return f"[[{self.table.name}]] 第 {self.index} 项" + (f"（{self.name}）" if self.name else "")

    @property
    def identity(self) -> tuple[Any, ...]:
        return tuple(self.values.get(key) for key in self.table.identity)


@dataclass
class ParsedBook:
    """All tables of one file and the faults found so far."""

    file: str
    hash: str
    base_hash: str | None = None
    tables: dict[str, list[Parsed]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def all(self, table: str) -> list[Parsed]:
        return self.tables.get(table, [])

    def one(self, table: str) -> Parsed:
        return self.tables[table][0]

    def ids(self, table: str) -> list[str]:
        return [entry.values["id"] for entry in self.all(table) if "id" in entry.values]

    def add(self, table: str, key: str, fact: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, table, key, fact, remedy))

    def report(self, entry: Parsed, key: str, fact: str, remedy: str) -> None:
        self.add(entry.title, key, fact, remedy)
