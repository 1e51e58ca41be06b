"""What can be wrong with a rulebook, in words its author can act on."""

from collections.abc import Iterable
from dataclasses import dataclass

from foundation.errors import RuleBroken


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: where it is (file, table, field), what is wrong, what to do."""

    file: str
    table: str
    field: str
    fact: str
    remedy: str

    @property
    def text(self) -> str:
        place = "　".join(part for part in (self.file, self.table, self.field) if part)
        return f"{place}：{self.fact}。{self.remedy}。"


class RulebookInvalid(RuleBroken):
    """A rulebook file breaks the schema; carries every fault found, in file order."""

    code = "rulebook_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(f"{number}. {problem.text}" for number, problem in enumerate(self.problems, 1))
        super().__init__(f"规则书有 {len(self.problems)} 处错误：\n{listed}")


class UnknownRulebook(RuleBroken):
    """No rulebook with this id is shipped."""

    code = "unknown_rulebook"

    def __init__(self, rulebook_id: str, known: Iterable[str]) -> None:
        self.rulebook_id = rulebook_id
        super().__init__(f"没有编号为“{rulebook_id}”的规则书。现有：{'、'.join(known)}。请核对编号。")


class CannotEvaluate(RuleBroken):
    """The numbers needed to apply a rule are missing or make no sense."""

    code = "cannot_evaluate"
