"""One draw on the desk: what is ready, what is not, what may be done next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.actions.freeze import missing_before_freeze
from draws.forms import ReviseForm
from draws.models import ConflictOfInterest, Draw, Presence, Seat
from draws.rules.protocol import SMALL_ROSTER
from draws.scenes.strata import lines_of
from draws.views.common import attempt, staff_draw, verb
from foundation.documents import actions as documents
from foundation.documents.rendering import unavailable_reason
from foundation.errors import RuleBroken
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.policies import can
from personnel.models import Inspector

HOME = "draws:draw"
S = Draw.State


@require_safe
def draw(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    held = staff_draw(request, number)
    lines = lines_of(held)
    context = {
        "draw": held, "lines": lines, "total": sum(line.draw for line in lines), "tasks": tasks_of(request, held),
        "checks": _missing(held), "form": ReviseForm.of(held), "presences": held.presences.select_related("user").order_by("pk"),
        "why": _reasons(request, held), "refusals": held.refusals.order_by("-pk")[:10], "document": documents.latest("draw_minutes", held.pk),
        "pdf_reason": unavailable_reason(), "successor": Draw.objects.filter(retries=held).first(),
        "rehearsals": _rehearsals(held), **more,
    }  # fmt: skip
    return render(request, "draws/draw.html", context, status=status)


def _reasons(request: HttpRequest, held: Draw) -> dict[str, str]:
    check, user = policies.why_not, request.user
    return {
        "revise": check(policies.check_revise, user, held), "announce": check(policies.check_announce, user, held),
        "presence": check(policies.check_confirm_presence, user, held, Presence.Role.OPERATOR),
        "rehearse": check(policies.check_prepare, user, held.organisation), "close": check(policies.check_close, user, held),
        "operate": check(policies.check_operator, user, held), "supervise": check(policies.check_supervisor, user, held),
    }  # fmt: skip


def _missing(held: Draw) -> list[str]:
    """What the freeze would still refuse, in the words of the action."""
    if held.state not in (S.PREPARING, S.ANNOUNCED):
        return []
    try:
        return missing_before_freeze(held, timezone.localdate())
    except RuleBroken as broken:
        return [broken.message]


def _rehearsals(held: Draw) -> list[Draw]:
    return list(
        Draw.objects.filter(
            organisation=held.organisation, period=held.period, kind=Draw.Kind.REHEARSAL
        ).order_by("pk")
    )


def tasks_of(request: HttpRequest, held: Draw) -> list[dict[str, str]]:
    """The task list in the order of the work; what is done is plain, what is not is coloured."""
    on = timezone.localdate()
    builders = (_quotas, _inspectors, _conflicts, _seats, _people, _chain, _rehearsal, _announcement, _freeze)
    tasks = [builder(held, on) for builder in builders]
    if not can(request.user, "personnel.conflicts"):
        tasks = [{**task, "url": ""} if task["url"] == reverse("draws:conflicts") else task for task in tasks]
    return tasks


def _task(
    label: str, done: bool, status: str, hint: str = "", url: str = "", warn: bool = False
) -> dict[str, str]:
    tone, icon = ("", "") if done else ("warn", "alert") if warn else ("info", "clock")
    return {"label": label, "url": url, "hint": hint, "status": status, "tone": tone, "icon": icon}


def _quotas(held: Draw, on: Any) -> dict[str, str]:
    lines = lines_of(held)
    short = [line.label for line in lines if line.draw > line.pool]
    hint = f"{len(lines)} 层，基数 {sum(line.base for line in lines)} 家，可抽 {sum(line.pool for line in lines)} 家"
    if short:
        return _task("名单与配额", False, "可抽不足", f"{hint}；{'、'.join(short)}可抽的不够", warn=True)
    return _task("名单与配额", True, f"拟抽 {sum(line.draw for line in lines)} 家", hint, url="#quotas")


def _inspectors(held: Draw, on: Any) -> dict[str, str]:
    people = Inspector.objects.of(held.organisation).active()
    total, able = people.count(), people.available_on(on).count()
    hint = f"在岗 {total} 人，今天证件有效、没有请假的 {able} 人，每组 {held.team_size} 人"
    if able < held.team_size:
        return _task("检查人员与证件", False, "人手不足", hint, warn=True)
    if total < SMALL_ROSTER:
        hint += f"；少于 {SMALL_ROSTER} 人，人员名单行在办结前只给观察席"
    return _task("检查人员与证件", True, "可以编组", hint)


def _conflicts(held: Draw, on: Any) -> dict[str, str]:
    count = ConflictOfInterest.objects.filter(organisation=held.organisation).in_force(on).count()
    return _task(
        "利害关系", True, f"在册 {count} 条", "冻结时写成回避，抽取时自动避开", url=reverse("draws:conflicts")
    )


def _seats(held: Draw, on: Any) -> dict[str, str]:
    url = reverse("draws:seats", args=[held.number])
    seats = list(held.seats.all())
    if not seats:
        return _task(
            "席位与席位码", False, "还没有席位", "至少一个组织方以外的席位，建议再加 20 枚十面骰", url
        )
    sealed = [seat for seat in seats if seat.method == Seat.Method.SEALED]
    joined = sum(seat.joined_at is not None for seat in sealed)
    hint = f"{len(sealed)} 个封签席，{len(seats) - len(sealed)} 个当众掷骰"
    return _task(
        "席位与席位码", bool(sealed) and joined == len(sealed), f"已入席 {joined} / {len(sealed)}", hint, url
    )


def _people(held: Draw, on: Any) -> dict[str, str]:
    present = {presence.role: presence for presence in held.presences.all()}
    wanted = set(rulebook_of(held.organisation, on).draw.witnesses) | {Presence.Role.OPERATOR}
    if held.discipline_id:
        wanted.add(Presence.Role.DISCIPLINE)
    waiting = [Presence.Role(role).label for role in wanted if role not in present]
    hint = f"还差：{'、'.join(waiting)}" if waiting else "须到场的人都已用自己的账号确认"
    return _task(
        "在场确认", not waiting, f"{len(wanted) - len(waiting)} / {len(wanted)}", hint, url="#people"
    )


def _chain(held: Draw, on: Any) -> dict[str, str]:
    url = reverse("live:oversight", args=[held.number])
    if held.chain_b:
        return _task(
            "乙方密钥（链 B）",
            True,
            f"{held.chain_b_by.name if held.chain_b_by else ''}已交存",
            "密钥只在持有人手里，替换时逐轮交出",
            url,
        )
    who = held.discipline.name if held.discipline else "批准替换的分管领导"
    return _task("乙方密钥（链 B）", False, "未交存", f"由{who}在自己的浏览器里生成", url)


def _rehearsal(held: Draw, on: Any) -> dict[str, str]:
    if held.kind == Draw.Kind.REHEARSAL:
        return _task("演练", True, "这一场就是演练", "编号带 R，全程有水印，不占配额")
    finished = [row for row in _rehearsals(held) if row.state in (S.RESULT, S.SIGNED, S.CLOSED)]
    if finished:
        return _task(
            "演练",
            True,
            f"{finished[-1].number} 已走通",
            "",
            reverse("draws:draw", args=[finished[-1].number]),
        )
    return _task("演练", False, "没有演练", "建议在正式抽取前走一遍，不是必经步骤", url="#rehearse")


def _announcement(held: Draw, on: Any) -> dict[str, str]:
    if held.announced_at:
        when = timezone.localtime(held.announced_at).strftime("%Y-%m-%d %H:%M")
        return _task("公告", True, f"{when} 已公告", held.short_notice)
    return _task(
        "公告", False, "未公告", "时间、地点、核验程序指纹向社会公开，至少提前 1 个工作日", url="#announce"
    )


def _freeze(held: Draw, on: Any) -> dict[str, str]:
    url = reverse("draws:console", args=[held.number])
    if held.frozen_at:
        when = timezone.localtime(held.frozen_at).strftime("%Y-%m-%d %H:%M")
        return _task("冻结名单", True, f"{when} 已冻结", "", url)
    return _task("冻结名单", False, "未冻结", "到会后在控制台当众冻结", url)


# -- verbs ------------------------------------------------------------------------------------------------


@verb(HOME)
def revise(request: HttpRequest, number: str) -> HttpResponse:
    held = staff_draw(request, number)
    form = ReviseForm(request.POST)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    return attempt(
        request,
        held,
        lambda: actions.revise(by=request.user, draw=held, **form.cleaned_data),
        page=_page,
        home=HOME,
        said="安排已改。",
    )


@verb(HOME)
def announce(request: HttpRequest, number: str) -> HttpResponse:
    held = staff_draw(request, number)
    why = request.POST.get("short_notice", "")
    return attempt(
        request, held, lambda: actions.announce(by=request.user, draw=held, short_notice=why), page=_page, home=HOME,
        said="已公告。观看网址和核验程序指纹已经公开。",
    )  # fmt: skip


@verb(HOME)
def presence(request: HttpRequest, number: str) -> HttpResponse:
    held = staff_draw(request, number)
    return attempt(
        request, held, lambda: actions.confirm_presence(by=request.user, draw=held, role=Presence.Role.OPERATOR), page=_page, home=HOME,
        said="已确认在场。",
    )  # fmt: skip


@verb(HOME)
def rehearse(request: HttpRequest, number: str) -> HttpResponse:
    """A rehearsal of the same quotas with the same people; its number has an R."""
    held = staff_draw(request, number)
    made: list[Draw] = []
    quotas = [
        (row.quota, row.planned, row.last, row.extra, row.extra_reason)
        for row in held.strata.select_related("quota__unit", "quota__plan")
    ]

    def act() -> None:
        made.append(actions.prepare(
            by=request.user, organisation=held.organisation, period=held.period, kind=Draw.Kind.REHEARSAL, quotas=quotas,
            scheduled_at=held.scheduled_at, place=held.place, discipline=held.discipline, team_size=held.team_size,
        ))  # fmt: skip

    refused = attempt(request, held, act, page=_page, home=HOME, said="已建立演练，席位要另外安排。")
    return redirect(HOME, made[0].number) if made else refused


@verb(HOME)
def close(request: HttpRequest, number: str) -> HttpResponse:
    held = staff_draw(request, number)
    return attempt(
        request,
        held,
        lambda: actions.close(by=request.user, draw=held),
        page=_page,
        home=HOME,
        said="已办结。",
    )


@verb(HOME)
def minutes(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the PDF; it is made outside the request."""
    held = staff_draw(request, number)
    return attempt(
        request, held,
        lambda: documents.request(
            kind="draw_minutes", subject_id=held.pk, title=f"{held.number}抽取记录单", organisation=held.organisation, by=request.user
        ),
        page=_page, home=HOME, said="正在生成抽取记录单，好了这里会变成下载链接。",
    )  # fmt: skip


@require_safe
def minutes_state(request: HttpRequest, number: str) -> HttpResponse:
    """The part of the page that says how far the PDF is; asked for every second while it waits."""
    held = staff_draw(request, number)
    return render(
        request, "draws/_minutes.html", {"draw": held, "document": documents.latest("draw_minutes", held.pk)}
    )
