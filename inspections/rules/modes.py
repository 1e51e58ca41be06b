"""How a visit is carried out: the default, what else is open, what needs a reason. source: INV-12, AMB-37"""

from foundation.errors import RuleBroken
from foundation.rulebook.pool import ModeRule

MODES = {
    "onsite": "实地检查", "offsite": "非现场检查", "documents": "书面检查", "third_party_assisted": "实地检查（第三方协助）",
    "remote_sensing": "卫星遥感", "drone": "无人机巡查", "outfall_sampling": "排口采样",
}  # fmt: skip
AT_THE_SITE = ("onsite", "third_party_assisted")
GENERAL_STEPS = ("出示执法证件", "说明检查事项和依据", "告知权利义务")


class ModeRefused(RuleBroken):
    code = "mode_refused"


def choose(rule: ModeRule, mode: str, reason: str) -> str:
    """The mode of a visit: empty = the default; another needs a reason.

    raises: ModeRefused
    """
    if not rule.modes:
        raise ModeRefused("规则书没有给这个对象留下可用的检查方式。请核对规则书和正面清单。")
    if not mode or mode == rule.modes[0]:
        return rule.modes[0]
    if mode in rule.refused:
        raise ModeRefused(f"不能用{MODES[mode]}：{rule.refused[mode]}。请改用{MODES[rule.modes[0]]}。")
    if mode not in rule.modes:
        raise ModeRefused(f"检查方式只能是：{'、'.join(MODES[name] for name in rule.modes)}。")
    if not reason.strip():
        raise ModeRefused(
            f"默认方式是{MODES[rule.modes[0]]}，用{MODES[mode]}要写理由。", code="mode_reason_missing"
        )
    return mode


def meets_the_enterprise(mode: str) -> bool:
    """Somebody of the inspected party is met, so steps are confirmed and it signs."""
    return mode in AT_THE_SITE


def steps(onsite_steps: tuple[str, ...], mode: str) -> tuple[str, ...]:
    """What is confirmed on arrival: the rulebook's list, else what every inspection on site begins with."""
    return (onsite_steps or GENERAL_STEPS) if meets_the_enterprise(mode) else ()
