"""The material of one verification, read once and shared by the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..entropy import EntropyLog
from ..events import heads
from ..hashing import HashSuite, suite_of
from ..selection import Population
from ..standing import Frozen, Outcome, Standing


@dataclass
class Case:
    """Transcript and what came with it. Properties assume that the earlier steps have passed."""

    transcript: Any
    openings: Any = None
    anchors: Any = None
    previous: Any = None
    outcome: Outcome | None = None
    standing: Standing | None = None
    rounds_done: int = 0

    @cached_property
    def suite(self) -> HashSuite:
        return suite_of(self.transcript["v"])

    @property
    def draw_id(self) -> str:
        return self.transcript["draw_id"]

    @property
    def events(self) -> Sequence[Mapping[str, Any]]:
        return self.transcript["events"]

    @cached_property
    def heads(self) -> list[str]:
        return heads(self.suite, self.draw_id, self.events)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return self.events[1]["body"]

    @cached_property
    def population(self) -> Population:
        return Population(self.transcript["targets"])

    @cached_property
    def frozen(self) -> Frozen:
        rows = self.transcript
        return Frozen.read(
            self.manifest, (), rows["inspectors"], rows["recusals"], population=self.population
        )

    @cached_property
    def entropy(self) -> EntropyLog:
        """Filled event by event in step V08."""
        return EntropyLog(self.manifest["seats"])

    def body(self, kind: str) -> Mapping[str, Any] | None:
        """The body of the first event of a kind, None without one."""
        return next((event["body"] for event in self.events if event["type"] == kind), None)

    @cached_property
    def added(self) -> dict[str, str]:
        """Inspector rows added by rounds, by commitment."""
        return {
            row[:64]: row
            for event in self.events
            if event["type"] == "round_causes"
            for cause in event["body"]["causes"]
            if cause["k"] == "add"
            for row in cause["rows"]
        }
