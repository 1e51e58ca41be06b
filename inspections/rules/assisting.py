"""辅助人员: who may be picked to help a team, and why not. source: NM-18.3, WL-5.8, AMB-25"""

from collections.abc import Iterable
from datetime import date

from foundation.errors import RuleBroken
from foundation.rulebook.model import Rulebook


class AssistantRefused(RuleBroken):
    code = "assistant_refused"


def allowed(book: Rulebook, third_party: Iterable[bool]) -> bool:
    """The rulebook lets assistants be picked, or an item of the visit may be helped with by a third party. source: QS-14.4"""
    return "pick" in book.team.auxiliary or any(third_party)


def check_allowed(book: Rulebook, third_party: Iterable[bool]) -> None:
    """raises: AssistantRefused"""
    if not allowed(book, third_party):
        raise AssistantRefused(
            f"《{book.zh}》没有规定可以挑选辅助人员，这次的事项也没有注明可委托第三方协助，不能加。"
        )


def why_not(*, commissioned: bool, related: bool, on: date) -> str:
    """Why a person may not help at a target on a day; empty when he may. Which relation it is, is nobody's business here."""
    if related:
        return "有应当回避的利害关系"
    return "" if commissioned else f"在 {on} 没有有效的委托或授权"


def check(names: Iterable[tuple[str, str]]) -> None:
    """names: (name, reason) of everybody who is to help. raises: AssistantRefused naming the first with a reason"""
    for name, reason in names:
        if reason:
            raise AssistantRefused(f"辅助人员{name}{reason}，不能参加这次检查。请换一名，或不要辅助人员。")
