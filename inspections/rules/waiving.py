"""When a drawn visit may be closed without going: another check of the listed kinds was carried out. source: AMB-41"""

from datetime import date

from foundation.errors import RuleBroken
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.selectors import Facts, matches

OVERLAP = "overlapping_activity"


class WaiverRefused(RuleBroken):
    code = "waiver_refused"


def activities(book: Rulebook) -> dict[str, str]:
    """Kinds of checks that may stand in for the drawn one, id → Chinese; empty where the rulebook allows no waiver."""
    waivable = [exclusion for exclusion in book.exclusions if exclusion.effect == "waivable"]
    return {
        activity.id: activity.zh
        for activity in book.activities
        if any(matches(e.when, Facts({OVERLAP: (activity.id,)}), date.min) for e in waivable)
    }


def check(book: Rulebook, *, activity: str, checked_on: date, period: Period, reason: str) -> str:
    """The clause that allows the waiver.

    checked_on: day of the other check, inside the drawn period
    raises: WaiverRefused
    """
    allowed = activities(book)
    if not allowed:
        raise WaiverRefused(
            "采用的规则书没有“可以不再检查”的规定，抽中的对象要检查。对象不能检查的，请申请替换。"
        )
    if activity not in allowed:
        raise WaiverRefused(f"只有这些检查可以代替抽中的检查：{'、'.join(allowed.values())}。")
    if not period.contains(checked_on):
        raise WaiverRefused(f"那次检查在 {checked_on}，不在本期（{period.zh}）内，不能代替。")
    if not reason.strip():
        raise WaiverRefused("免予检查要写明理由。")
    waivable = next(e for e in book.exclusions if e.effect == "waivable")
    return str(waivable.origin("use"))
