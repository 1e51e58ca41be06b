"""Which drawn codes are public and which are not yet, why, and until when: per draw, by code only."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from disclosure.models import DisclosureTask
from draws import names
from draws.models import Draw
from inspections.models import Visit, VisitCredit


@dataclass(frozen=True)
class Closed:
    """A drawn code whose name is not public; `late`: its deadline has passed."""

    code: str
    reason: str
    due_on: date | None
    late: bool


def closed_codes(draw: Draw) -> list[Closed]:
    """In the order of the codes. Three queries beside the chain."""
    today = timezone.localdate()
    credits = VisitCredit.objects.filter(draw=draw).select_related("visit")
    visits = {credit.commitment: credit.visit for credit in credits}
    tasks = {task.visit_id: task for task in DisclosureTask.objects.filter(visit__in=list(visits.values()))}
    found = []
    for code in names.drawn_codes(draw):
        if code.opened:
            continue
        visit = visits.get(code.commitment)
        task = tasks.get(visit.pk) if visit else None
        due = task.due_on if task else None
        reason = _reason(code, visit, task)
        found.append(Closed(code.code, reason, due, bool(due and due < today and not _is_exempt(task))))
    return found


def _is_exempt(task: DisclosureTask | None) -> bool:
    return task is not None and task.state == DisclosureTask.State.EXEMPT


def _reason(code: names.Code, visit: Visit | None, task: DisclosureTask | None) -> str:
    if task is not None and _is_exempt(task):
        return f"依法不公开：{task.exemption}"
    if code.voided or visit is None:
        return code.reason
    if visit.state == Visit.State.WAIVED:
        return "免予检查"
    if task is not None and task.first_published_on:
        return "结果已公示，名称随后公开"
    words: dict[str, str] = {Visit.State.ASSIGNED: "还没有检查", Visit.State.STARTED: "检查中"}
    return words.get(visit.state, "已检查，待审核或待公示")
