"""The task list of a draw: each task with its page and its state, all read from the data."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from draws.models import ConflictOfInterest, Draw, FeasibilityRun, Presence, Seat
from draws.policies import seats_of
from draws.readiness import missing
from draws.readiness.fingerprint import latest_check, parts_of, whole
from draws.readiness.roster import ALARMS, needs_of, roster_of
from draws.rules.enough import seating_gap
from draws.rules.protocol import SMALL_ROSTER
from draws.scenes.strata import lines_of
from foundation.rulebook.periods import Period
from planning.models import Quota
from planning.trial import book_of

S = Draw.State
Task = dict[str, str]


def groups_of(held: Draw) -> list[tuple[str, list[Task]]]:
    """准备 in the order of the work, then what happens in the room."""
    on = timezone.localdate()
    before = [
        arrangement,
        counts,
        pool,
        roster,
        conflicts,
        seats,
        feasibility,
        rehearsal,
        announcement,
        confirmation,
    ]
    room = (people, chain, freeze)
    return [("准备", [build(held, on) for build in before]), ("到会", [build(held, on) for build in room])]


def rehearsals_of(held: Draw) -> list[Draw]:
    same = Draw.objects.filter(organisation=held.organisation, period=held.period, kind=Draw.Kind.REHEARSAL)
    return list(same.order_by("pk"))


def _task(label: str, done: bool, status: str, hint: str = "", url: str = "", warn: bool = False) -> Task:
    tone, icon = ("warn", "alert") if warn else ("", "") if done else ("info", "clock")
    return {"label": label, "url": url, "hint": hint, "status": status, "tone": tone, "icon": icon}


def _page(held: Draw, name: str) -> str:
    return reverse(f"draws:{name}", args=[held.number])


def arrangement(held: Draw, on: date) -> Task:
    lines = lines_of(held)
    hint = f"{Period.parse(held.period).zh}，{len(lines)} 层，每组 {held.team_size} 人，{held.place}"
    short = [line.label for line in lines if line.draw > line.pool]
    if short:
        return _task(
            "期次与名额",
            False,
            "可抽不足",
            f"{hint}；{'、'.join(short)}可抽的不够",
            _page(held, "arrange"),
            warn=True,
        )
    return _task(
        "期次与名额", True, f"拟抽 {sum(line.draw for line in lines)} 家", hint, _page(held, "arrange")
    )


def counts(held: Draw, on: date) -> Task:
    rows = list(held.strata.select_related("quota"))
    before = _bases_before(rows)
    total = sum(row.quota.base for row in rows)
    hint = f"确认配额时基数 {total} 家；打开看今天的数和每一家的进出"
    if not before:
        return _task("冻结数与上期", True, "没有上期可比", hint, _page(held, "counts"))
    change = sum(row.quota.base - before[row.pk] for row in rows if row.pk in before)
    word = "与上期家数相同" if not change else f"比上期{'多' if change > 0 else '少'} {abs(change)} 家"
    return _task("冻结数与上期", True, word, hint, _page(held, "counts"))


def _bases_before(rows: list[Any]) -> dict[int, int]:
    found = {}
    for row in rows:
        period = Period.parse(row.period).shift(-1).id
        base = Quota.objects.filter(
            line=row.line, unit=row.unit_id, period=period, confirmed_at__isnull=False
        )
        number = base.values_list("base", flat=True).first()
        if number is not None:
            found[row.pk] = number
    return found


def pool(held: Draw, on: date) -> Task:
    waiting, rows = missing.undecided(held), held.pool_changes.filter(refused_at=None)
    hint = "要分管领导批准、纪检监督员核可，申请的人两样都不能办"
    if waiting:
        return _task("排除与放回", False, f"{len(waiting)} 份待办", hint, _page(held, "pool"), warn=True)
    count = rows.count()
    return _task("排除与放回", True, f"{count} 家" if count else "没有", hint, _page(held, "pool"))


def roster(held: Draw, on: date) -> Task:
    day = timezone.localdate(held.scheduled_at)
    rows = roster_of(held, day)
    needs = needs_of(held, rows)
    alarms = sum(row.certificate in ALARMS for row in rows)
    hint = f"在岗 {needs.total} 人，{day} 可派 {needs.available} 人，要 {needs.seats} 人次"
    hint += f"；{alarms} 人的证件过期、快到期或没有" if alarms else ""
    url = _page(held, "roster")
    if not needs.enough:
        return _task("检查人员与证件", False, "人手不足", hint, url, warn=True)
    if needs.lacking:
        return _task("检查人员与证件", False, "专长要看", f"{hint}；{needs.lacking[0]}", url, warn=True)
    if needs.total < SMALL_ROSTER:
        hint += f"；少于 {SMALL_ROSTER} 人，人员名单行在办结前只给观察席"
    return _task("检查人员与证件", True, "可以编组", hint, url)


def conflicts(held: Draw, on: date) -> Task:
    declared = ConflictOfInterest.objects.filter(organisation=held.organisation, assistant=None)
    count = declared.in_force(on).count()
    return _task(
        "利害关系",
        True,
        f"在册 {count} 条",
        "冻结时写成回避，抽取时自动避开；内容只有纪检监督员看得到",
        _page(held, "draw-conflicts"),
    )


def seats(held: Draw, on: date) -> Task:
    url, rows = _page(held, "seats"), list(held.seats.all())
    if not rows:
        return _task(
            "席位与席位码", False, "还没有席位", "至少一个组织方以外的席位，建议再加 20 枚十面骰", url
        )
    gap = seating_gap(seats_of(held))
    if gap:
        return _task("席位与席位码", False, "熵不够", gap, url, warn=True)
    sealed = [seat for seat in rows if seat.method == Seat.Method.SEALED]
    joined = sum(seat.joined_at is not None for seat in sealed)
    hint = f"{len(sealed)} 个封签席，{len(rows) - len(sealed)} 个当众掷骰"
    return _task("席位与席位码", joined == len(sealed), f"已入席 {joined} / {len(sealed)}", hint, url)


def feasibility(held: Draw, on: date) -> Task:
    url, run = _page(held, "feasibility"), held.feasibility_runs.order_by("-pk").first()
    hint = "用 200 个作废的种子各抽一遍，看编组会卡在哪里"
    if run is None:
        return _task("可行性试抽", False, "没有试过", hint, url)
    if run.state in (FeasibilityRun.State.WAITING, FeasibilityRun.State.RUNNING):
        return _task("可行性试抽", False, f"{run.done} / {run.seeds}", "正在后台试抽", url)
    if run.state == FeasibilityRun.State.FAILED:
        return _task("可行性试抽", False, "没有做成", run.problem, url, warn=True)
    stale = held.state in (S.PREPARING, S.ANNOUNCED) and run.inputs != whole(parts_of(held))
    if stale:
        return _task("可行性试抽", False, "安排改过，要重试", _finding(run), url)
    failed = run.report.get("failed", 0)
    if failed:
        return _task("可行性试抽", False, f"{run.seeds} 次里 {failed} 次缺组", _finding(run), url, warn=True)
    return _task("可行性试抽", True, f"{run.seeds} 次都能编成", _finding(run), url)


def _finding(run: FeasibilityRun) -> str:
    found = run.report.get("bottlenecks", [])
    return found[0]["sentence"] if found else "每一次都不用放宽条件"


def rehearsal(held: Draw, on: date) -> Task:
    if held.kind == Draw.Kind.REHEARSAL:
        return _task("演练", True, "这一场就是演练", "编号带 R，全程有水印，不占配额")
    finished = [row for row in rehearsals_of(held) if row.state in (S.RESULT, S.SIGNED, S.CLOSED)]
    if finished:
        return _task(
            "演练",
            True,
            f"{finished[-1].number} 已走通",
            "编号带 R，屏幕、文件、打印件都有演练水印",
            _page(finished[-1], "draw"),
        )
    return _task("演练", False, "没有演练", "建议在正式抽取前走一遍，不是必经步骤", url="#rehearse")


def announcement(held: Draw, on: date) -> Task:
    url = _page(held, "announcement")
    if held.announced_at:
        when = timezone.localtime(held.announced_at).strftime("%Y-%m-%d %H:%M")
        return _task("公告", True, f"{when} 已公告", held.short_notice, url)
    gaps = missing.before_announcement(held, timezone.now())
    if gaps:
        return _task("公告", False, "还不能公告", "；".join(gaps), url, warn=True)
    return _task(
        "公告", False, "未公告", "编号、时间、地点、彩票、上一场链首、核验程序指纹，至少提前 1 个工作日", url
    )


def confirmation(held: Draw, on: date) -> Task:
    url, who = _page(held, "confirm"), held.discipline.name if held.discipline else "分管领导"
    check = latest_check(held)
    if held.kind == Draw.Kind.REHEARSAL and check is None:
        return _task("纪检确认", True, "演练不要求", "可以照样走一遍", url)
    gap = missing.confirmation_gap(held) if held.state in (S.PREPARING, S.ANNOUNCED) else ""
    if check is None:
        return _task("纪检确认", False, "未确认", f"由{who}核对以上各项后确认，主持人不能代办", url)
    if gap:
        return _task("纪检确认", False, "要重新确认", gap, url, warn=True)
    when = timezone.localtime(check.at).strftime("%Y-%m-%d %H:%M")
    return _task("纪检确认", True, f"{check.by.name} {when} 已确认", check.note, url)


def people(held: Draw, on: date) -> Task:
    present = {presence.role: presence for presence in held.presences.all()}
    wanted = {*book_of(held.plan).draw.witnesses, Presence.Role.OPERATOR}
    if held.discipline_id:
        wanted.add(Presence.Role.DISCIPLINE)
    waiting = [Presence.Role(role).label for role in wanted if role not in present]
    hint = f"还差：{'、'.join(waiting)}" if waiting else "须到场的人都已用自己的账号确认"
    return _task(
        "在场确认", not waiting, f"{len(wanted) - len(waiting)} / {len(wanted)}", hint, url="#people"
    )


def chain(held: Draw, on: date) -> Task:
    url = reverse("live:oversight", args=[held.number])
    if held.chain_b:
        name = held.chain_b_by.name if held.chain_b_by else ""
        return _task("乙方密钥（链 B）", True, f"{name}已交存", "密钥只在持有人手里，替换时逐轮交出", url)
    who = held.discipline.name if held.discipline else "批准替换的分管领导"
    return _task("乙方密钥（链 B）", False, "未交存", f"由{who}在自己的浏览器里生成", url)


def freeze(held: Draw, on: date) -> Task:
    url = _page(held, "console")
    if held.frozen_at:
        when = timezone.localtime(held.frozen_at).strftime("%Y-%m-%d %H:%M")
        return _task("冻结名单", True, f"{when} 已冻结", "", url)
    return _task("冻结名单", False, "未冻结", "到会后在控制台当众冻结", url)
