"""待公示: lists by state, the preview, the verbs."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from disclosure import actions, desk, policies
from disclosure.forms import ExemptionForm, TaskFilter
from disclosure.models import DisclosureTask
from disclosure.rules import states
from foundation.asked import wholes
from foundation.documents import actions as documents
from foundation.errors import NotAllowed, RuleBroken

PER_PAGE = 50
BATCH = {"propose": "送审", "approve": "批准", "publish": "发布"}
BATCH_ACTS = {"propose": actions.propose_all, "approve": actions.approve_all, "publish": actions.publish_all}


def scope(request: HttpRequest) -> Any:
    policies.check_viewer(request.user)
    return DisclosureTask.objects.visible_to(request.user).with_subjects()


@require_GET
def publish(request: HttpRequest) -> HttpResponse:
    """One list sorted by deadline; the tab is a state, 逾期 cuts across them."""
    try:
        found = scope(request)
    except NotAllowed as broken:
        return desk.refused(request, broken)
    today, tab = timezone.localdate(), request.GET.get("tab", "waiting")
    form = TaskFilter(request.GET)
    rows = desk.filtered(desk.of_tab(found, tab, today), form)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page, "rows": desk.rows(page.object_list, today), "tabs": desk.tabs(found, tab, today), "tab": tab,
        "form": form, "today": today, "batch": desk.batch_of(request.user, tab),
        "may_refresh": policies.may(request.user, "disclosure.edit"),
    }  # fmt: skip
    return render(request, "disclosure/publish.html", context)


@require_GET
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """What would be published, exactly as the public will see it, and what was checked about it."""
    found = get_object_or_404(scope(request), pk=task_id)
    exemption = ExemptionForm(book=desk.book_of(found))
    context = desk.preview(found, request.user, timezone.localdate()) | {"exemption": exemption}
    return render(request, "disclosure/task.html", context)


@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    if not policies.may(request.user, "disclosure.edit"):
        return desk.refused(request, NotAllowed("公示任务由公示员登记。"))
    done = actions.ensure_tasks(
        organisation=request.user.organisation, on=timezone.localdate(), by=request.user
    )
    messages.success(request, f"新登记 {done.opened} 件，期限变动 {done.moved} 件。")
    return redirect("disclosure:publish")


VERBS: dict[str, Callable[[HttpRequest, DisclosureTask], Any]] = {
    "propose": lambda request, task: actions.propose(by=request.user, task=task),
    "approve": lambda request, task: actions.approve(by=request.user, task=task),
    "publish": lambda request, task: actions.publish(by=request.user, task=task),
    "return": lambda request, task: actions.return_(by=request.user, task=task, reason=_reason(request)),
    "correct": lambda request, task: actions.correct(by=request.user, task=task, reason=_reason(request)),
    "withdraw": lambda request, task: actions.withdraw(by=request.user, task=task, reason=_reason(request)),
    "exempt": lambda request, task: actions.exempt(
        by=request.user, task=task, exemption=request.POST.get("exemption", ""), reason=_reason(request)
    ),
}
SAID = {
    "propose": "已送审。", "approve": "已批准。", "publish": "已发布，公众现在可以查到。", "return": "已退回。",
    "correct": "更正已送审，批准并发布后成为新版本。", "withdraw": "撤回已送审。", "exempt": "不公开的申请已送审。",
}  # fmt: skip


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")[:300]


@require_POST
def do(request: HttpRequest, task_id: int, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise Http404("没有这个动作")
    found = get_object_or_404(scope(request), pk=task_id)
    try:
        VERBS[verb](request, found)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, SAID[verb])
    return redirect("disclosure:task", found.pk)


@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """The same verb for the ticked rows; what is refused is named, the rest goes through."""
    verb = request.POST.get("action", "")
    if verb not in BATCH:
        raise Http404("没有这个动作")
    ids = wholes(request.POST.getlist("selected"))
    ticked = scope(request).filter(pk__in=ids).order_by("due_on", "pk")
    outcome = BATCH_ACTS[verb](by=request.user, tasks=ticked)
    if outcome.done:
        messages.success(request, f"已{BATCH[verb]} {len(outcome.done)} 件。")
    for broken in outcome.refused[:5]:
        messages.error(request, broken.message)
    if len(outcome.refused) > 5:
        messages.error(request, f"另有 {len(outcome.refused) - 5} 件没有办成，原因同类，请逐件打开查看。")
    if not ids:
        messages.warning(request, "没有勾选任何一件。")
    back = request.POST.get("back", "")
    return redirect(reverse("disclosure:publish") + (back if back.startswith("?") else ""))


@require_GET
def corrections(request: HttpRequest) -> HttpResponse:
    """Published records that differ from what is public, and corrections under way."""
    found = scope(request).exclude(first_published_on=None).filter(kind=DisclosureTask.Kind.RESULT)
    today = timezone.localdate()
    context = {
        "pending": desk.rows(found.exclude(state=states.PUBLISHED), today),
        "changed": desk.changed(found),
        "today": today,
    }
    return render(request, "disclosure/corrections.html", context)


@require_POST
def sheet(request: HttpRequest, task_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=task_id)
    current = found.publications.order_by("-version").first()
    if current is None:
        messages.error(request, "还没有公示，没有公示单可以打印。")
        return redirect("disclosure:task", found.pk)
    documents.request(
        kind="disclosure_sheet", subject_id=current.pk, title=f"{current.number}公示单", organisation=found.organisation, by=request.user
    )  # fmt: skip
    messages.success(request, "公示单正在生成，完成后在本页下载。")
    return redirect("disclosure:task", found.pk)
