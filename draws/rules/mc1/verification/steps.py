"""The 21 steps, their sentences, and the report (§14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SENTENCES = {
    "V01": "文件格式正确",
    "V02": "事件链首尾相接，没有增删改",
    "V03": "事件先后次序合规",
    "V04": "检查对象名单与冻结单一致",
    "V05": "检查人员名单与冻结单一致",
    "V06": "回避名单与冻结单一致",
    "V07": "应抽数量计算正确",
    "V08": "各席先封存、后公开",
    "V09": "各席公开的数字与封存一致",
    "V10": "组织方秘密与事先封存一致",
    "V11": "种子计算正确",
    "V12": "抽中名单由种子算出",
    "V13": "检查组由种子算出",
    "V14": "缺组证明成立",
    "V15": "替换原因成立且先于密钥",
    "V16": "两方密钥逐轮吻合",
    "V17": "替换结果由新种子算出",
    "V18": "其余事项记录一致",
    "V19": "公开的名称与盲号吻合",
    "V20": "公开的名称与名单行一致、没有重复",
    "V21": "与纸质记录、上一次抽取衔接",
}
PASS, FAIL, NA, SKIPPED = "pass", "fail", "na", "skipped"
WORDS = {PASS: "通过", FAIL: "不通过", NA: "不适用", SKIPPED: "未检查"}


@dataclass
class Report:
    """What a verification found. `why` is the reason of the failed step, for the screen."""

    steps: dict[str, str] = field(default_factory=dict)
    failed: str | None = None
    why: str = ""
    seed: str | None = None
    head: str | None = None
    visits: int = 0

    @property
    def ok(self) -> bool:
        return self.failed is None

    def fail(self, step: str, why: str) -> None:
        """Mark the first failure: every later step is unchecked, also rounds that had passed."""
        self.failed, self.why = step, why
        for name in SENTENCES:
            if name == step:
                self.steps[name] = FAIL
            elif name > step:
                self.steps[name] = SKIPPED

    def as_json(self) -> dict[str, Any]:
        """The `--json` object of §14."""
        return {
            "ok": self.ok,
            "failed": self.failed,
            "steps": {name: self.steps[name] for name in SENTENCES},
            "seed": self.seed,
            "head": self.head,
            "visits": self.visits,
        }

    def lines(self) -> list[str]:
        """One line per step: number, 通过 / 不通过 / 不适用 / 未检查, sentence."""
        return [f"{name} {WORDS[self.steps[name]]} {sentence}" for name, sentence in SENTENCES.items()]
