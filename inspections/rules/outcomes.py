"""From answers to a result: per item, for the visit, and the follow-ups it opens.

The vocabulary is the rulebook's (`results.codes`, extended locally where a bureau did); what a code means for
the next step is fixed here for the shipped codes, and any other code counts as a problem to be dealt with.
source: AMB-45, INV-07, INV-11
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from foundation.errors import RuleBroken

NO_PROBLEM, DEREGISTERED, UNCOOPERATIVE = "no_problem", "deregistered", "uncooperative"
WHOLE_VISIT = (DEREGISTERED, UNCOOPERATIVE)
HEAVIEST_FIRST = ("case_filed", "transferred", "ordered_correct", "pending", UNCOOPERATIVE)
FOLLOW_UPS = {
    "ordered_correct": "rectification", "case_filed": "case", "transferred": "referral",
    "pending": "pending", UNCOOPERATIVE: "pending",
}  # fmt: skip
PRODUCTION = {
    "normal": "正常生产", "partial": "部分停产", "suspended": "停产", "closed": "关闭，不再经营",
    "deregistered": "已注销", "moved": "已迁出", "none": "不涉及生产",
}  # fmt: skip
GONE = ("closed", "deregistered", "moved")


class ResultWrong(RuleBroken):
    code = "result_wrong"


@dataclass(frozen=True)
class Answer:
    """One line of a checklist: result is clear, problem or na (不涉及)."""

    result: str
    note: str = ""


@dataclass(frozen=True)
class ItemResult:
    """One item of a visit. `points`: number of check points on its list; `result`: code, empty = not decided."""

    name: str
    result: str
    note: str
    answers: Sequence[Answer] = ()
    points: int = 0

    @property
    def problems(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.result == "problem"]

    @property
    def complete(self) -> bool:
        return bool(self.result) and len(self.answers) >= self.points

    @property
    def text(self) -> str:
        """The problem in words: notes of the lines, then of the item."""
        words = [answer.note.strip() for answer in self.problems] + [self.note.strip()]
        return "；".join(word.rstrip("。；") for word in words if word)


@dataclass(frozen=True)
class Problem:
    """What opens a follow-up. `item` is the position among the items, None for the visit as a whole."""

    item: int | None
    kind: str
    text: str


def item_codes(codes: Mapping[str, str]) -> dict[str, str]:
    """Codes one item may carry: a deregistered target is a finding about the whole visit."""
    return {code: label for code, label in codes.items() if code != DEREGISTERED}


def implied(answers: Sequence[Answer], points: int, chosen: str) -> str:
    """Result of an item as saved: no problem needs no choice once every line is answered."""
    if chosen:
        return chosen
    whole = points > 0 and len(answers) >= points
    return NO_PROBLEM if whole and not any(answer.result == "problem" for answer in answers) else ""


def check_item(item: ItemResult, codes: Mapping[str, str]) -> None:
    """One item, complete or not, does not contradict itself.

    raises: ResultWrong
    """
    for answer in item.answers:
        if answer.result not in ("clear", "problem", "na"):
            raise ResultWrong(f"“{item.name}”有一行的结果不在可选范围。请选未发现问题、发现问题或不涉及。")
        if answer.result == "problem" and not answer.note.strip():
            raise ResultWrong(f"“{item.name}”选了发现问题，要写清位置、数量和现象。")
    if not item.result:
        return
    if item.result not in item_codes(codes):
        raise ResultWrong(
            f"“{item.name}”的结果不在规则书的结果里，只能是：{'、'.join(item_codes(codes).values())}。"
        )
    if item.result == NO_PROBLEM and item.problems:
        raise ResultWrong(
            f"“{item.name}”有 {len(item.problems)} 行发现问题，结果不能是{codes[NO_PROBLEM]}。请选处理方式。"
        )
    if item.result != NO_PROBLEM and not item.text:
        raise ResultWrong(f"“{item.name}”的结果是{codes[item.result]}，要写明问题。")


def derive(results: Iterable[str]) -> str:
    """Overall result of the items' codes: the heaviest; local codes come after the shipped ones.

    raises: ResultWrong when there is nothing to derive from
    """
    found = set(results)
    problems = found - {NO_PROBLEM}
    if not found or "" in found:
        raise ResultWrong("还有事项没有结果，不能得出检查结果。")
    if not problems:
        return NO_PROBLEM
    return next((code for code in HEAVIEST_FIRST if code in problems), min(problems))


def settle(
    *, chosen: str, items: Sequence[ItemResult], codes: Mapping[str, str], production: str, summary: str
) -> str:
    """The visit's result, derived or as chosen, once everything fits.

    chosen: "" = derive; a whole-visit code (deregistered, uncooperative) needs no item results
    raises: ResultWrong naming the item or field and the remedy
    """
    if chosen and chosen not in codes:
        raise ResultWrong(f"“{chosen}”不在规则书的结果里，只能是：{'、'.join(codes.values())}。")
    for item in items:
        check_item(item, codes)
    if chosen in WHOLE_VISIT:
        _check_whole(chosen, items, codes, production, summary)
        return chosen
    missing = [item.name for item in items if not item.complete]
    if missing:
        raise ResultWrong(
            f"还有 {len(missing)} 个事项没有填完：{'、'.join(missing[:3])}。请填完再签字。",
            code="items_missing",
        )
    derived = derive(item.result for item in items)
    if chosen and chosen != derived:
        raise ResultWrong(
            f"各事项的结果得出的是“{codes[derived]}”，不能改成“{codes[chosen]}”。要改先改事项的结果。",
            code="outcome_contradicts",
        )
    return derived


def _check_whole(
    chosen: str, items: Sequence[ItemResult], codes: Mapping[str, str], production: str, summary: str
) -> None:
    if chosen == DEREGISTERED and production not in GONE:
        gone = "、".join(PRODUCTION[state] for state in GONE)
        raise ResultWrong(f"结果是{codes[chosen]}的，生产状态要是{gone}之一。请先改生产状态。")
    if chosen == DEREGISTERED and any(item.result not in ("", NO_PROBLEM) or item.problems for item in items):
        raise ResultWrong(f"已有事项发现问题，结果不能是{codes[chosen]}。请按发现的问题得出结果。")
    if not summary.strip():
        raise ResultWrong(f"结果是{codes[chosen]}的，要在检查情况里写明经过。")


def problems(outcome: str, items: Sequence[ItemResult], summary: str) -> list[Problem]:
    """One follow-up per item with a problem; one for the visit when it could not be carried out. source: INV-07"""
    found = [
        Problem(at, FOLLOW_UPS.get(item.result, "pending"), item.text)
        for at, item in enumerate(items)
        if item.result not in ("", NO_PROBLEM) or item.problems
    ]
    if outcome == UNCOOPERATIVE and not any(
        items[p.item].result == outcome for p in found if p.item is not None
    ):
        found.append(Problem(None, FOLLOW_UPS[outcome], summary.strip()))
    return found


def has_problem(outcome: str) -> bool:
    """For the prior-inspection row: a deregistered target is not a problem found."""
    return outcome not in (NO_PROBLEM, DEREGISTERED)
