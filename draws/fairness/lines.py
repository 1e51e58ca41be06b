"""What the fairness report consists of. Names are kept apart from numbers, so that the public gets numbers only."""

from dataclasses import dataclass, field

from draws.rules.fairness.evenness import Evenness
from draws.rules.fairness.people import Leaving, Pair

UNTESTED = {
    "no_lots": "没有靠运气的名额（全部抽或不抽），不需要检验",
    "one_group": "只有一个片区，没有可比的",
    "too_few": "数量太少（合并后仍有片区预期不足 5 家），检验不可靠，只看数字",
    "weighted": "本层有加权，机会本来就不等，不作检验",
}
GRADES = {
    "usual": "在正常波动内",
    "unusual": "偏少见，请对照名录和名额看一遍",
    "rare": "很少见，请逐次核验这些抽取",
}


@dataclass(frozen=True)
class StratumLine:
    """One stratum over the year: how many draws, how many drawn against expected per area, the test."""

    key: str
    name: str
    draws: int
    pool: int
    drawn: int
    test: Evenness
    areas: dict[str, str]

    @property
    def verdict(self) -> str:
        return UNTESTED[self.test.untested] if self.test.untested else GRADES[self.test.grade]

    @property
    def in_a_thousand(self) -> str:
        """How often chance alone is off as far, per thousand years like this one."""
        often = self.test.p * 1000
        return f"{often:.0f}" if often >= 10 else f"{often:.1f}" if often >= 0.1 else "不到 0.1"

    @property
    def cells(self) -> list[dict[str, object]]:
        """Rows for charts and tables: area by name, size, expected, drawn."""
        return [
            {
                "area": "、".join(self.areas.get(group, group) or "未分片区" for group in cell.groups),
                "size": cell.size, "expected": round(cell.expected, 1), "observed": cell.observed,
            }
            for cell in self.test.cells
        ]  # fmt: skip

    @property
    def labels(self) -> list[object]:
        return [cell["area"] for cell in self.cells]

    @property
    def expected(self) -> list[object]:
        return [cell["expected"] for cell in self.cells]

    @property
    def series(self) -> list[dict[str, object]]:
        return [{"label": "实际抽出", "values": [cell["observed"] for cell in self.cells]}]


@dataclass(frozen=True)
class Never:
    """A target that could be drawn this year and never was; `missed`: how likely that was."""

    target: int
    uid: str
    name: str
    area: str
    times: int
    missed: float


@dataclass(frozen=True)
class VoidLine:
    """Drawn and voided per stratum and period."""

    name: str
    period: str
    drawn: int
    voided: int

    @property
    def rate(self) -> float:
        return self.voided / self.drawn if self.drawn else 0.0


@dataclass(frozen=True)
class Asked:
    """Who asked for replacements and what became of them."""

    person: int
    name: str
    asked: int
    done: int
    refused: int
    voids: int


@dataclass(frozen=True)
class Report:
    """Everything of one year; `draws` are the valid formal ones, `void` those ended before time."""

    year: int
    draws: tuple[str, ...]
    void: tuple[str, ...]
    strata: tuple[StratumLine, ...]
    often: tuple[int, ...]
    never: tuple[Never, ...]
    pairs: tuple[Pair, ...]
    people: tuple[Leaving, ...]
    voids: tuple[VoidLine, ...]
    reasons: dict[str, int]
    asked: tuple[Asked, ...]
    broken: tuple[str, ...] = ()
    names: dict[int, str] = field(default_factory=dict, repr=False)

    @property
    def tested(self) -> list[StratumLine]:
        return [line for line in self.strata if not line.test.untested]

    @property
    def odd(self) -> list[StratumLine]:
        return [line for line in self.tested if line.test.grade != "usual"]

    @property
    def small(self) -> bool:
        """Too little to say anything: no stratum could be tested."""
        return not self.tested

    @property
    def could(self) -> int:
        """Targets that could be drawn at least once."""
        return sum(self.often)
