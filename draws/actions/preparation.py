"""Before the freeze: what is drawn, when and where, who is present, the announcement."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from draws import policies
from draws.actions.common import lock, lock_organisation, moment, settle_joint
from draws.chain import append, stamp
from draws.models import Draw, DrawStratum, Presence
from draws.readiness.missing import before_announcement
from draws.refusals import act
from draws.rules.mc1.patterns import CODE
from draws.rules.protocol import ANNOUNCE_WORKDAYS
from draws.sources import check_planned, check_window, joint_of, verifier_hashes
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can as may
from foundation.workdays.models import calendar
from foundation.workdays.rules import workdays_between
from planning.models import PlanTask, Quota
from planning.trial import book_of


class Portion(NamedTuple):
    """What one draw takes of a quota. `planned` is needed when it is not the last batch of the period."""

    quota: Quota
    planned: int | None = None
    last: bool = True
    extra: int = 0
    extra_reason: str = ""


@act("draws.prepare")
def prepare(
    *, by: User, organisation: Organisation, period: str, kind: str, quotas: Iterable[Sequence[Any]],
    scheduled_at: datetime, place: str, discipline: User | None, team_size: int | None = None,
    retries: Draw | None = None, pub: tuple[str, str] | None = None, pub_expected_at: datetime | None = None,
    now: datetime | None = None,
) -> Draw:  # fmt: skip
    """A new draw with the next serial of its organisation and period; rehearsals count apart.

    quotas: (quota, planned or None, last[, extra, extra_reason]) per stratum
    pub: (source, issue) of a public lottery, cn.ssq / cn.dlt / cn.3d, and when it is drawn: after the freeze
    raises: RuleBroken for quotas that are not confirmed, items not published, a day outside the rulebook's window;
        NotAllowed when another body leads the joint plan a line stands in. source: QS-9.3, WL-6.4
    """
    policies.check_prepare(by, organisation)
    portions = [Portion(*portion) for portion in quotas]
    plan, book = check_planned(organisation, period, [portion.quota for portion in portions])
    joint = joint_of(organisation, period, [portion.quota.line for portion in portions])
    if kind == Draw.Kind.FORMAL:
        policies.check_lead(by, joint.values())
        check_window(organisation, book, period, timezone.localdate(scheduled_at))
    _check_people(by, discipline, organisation, book.draw.witnesses)
    lock_organisation(organisation)
    _check_not_held(organisation, kind, portions, scheduled_at, place)
    serial = _next_serial(organisation, period, kind)
    draw = Draw(
        organisation=organisation, period=period, kind=kind, serial=serial, plan=plan,
        number=f"{organisation.code}-{period}-{serial}", rulebook_id=book.id, rulebook_hash=book.hash,
        retries=retries, scheduled_at=scheduled_at, place=place.strip(), operator=by, discipline=discipline,
        team_size=_team_size(team_size, book.team.min), created_at=moment(now),
    )  # fmt: skip
    draw.pub_source, draw.pub_issue = pub or ("", "")
    draw.pub_expected_at = pub_expected_at if pub else None
    draw.full_clean(exclude=["legend"])
    draw.save()
    _write_strata(draw, portions, joint)
    Presence.objects.create(draw=draw, role=Presence.Role.OPERATOR, user=by, confirmed_at=moment(now))
    _note(by, "draws.prepare", draw)
    return draw


@act("draws.revise")
def revise(
    *, by: User, draw: Draw, quotas: Iterable[Sequence[Any]] | None = None, scheduled_at: datetime | None = None,
    place: str | None = None, discipline: User | None = None, team_size: int | None = None,
    pub: tuple[str, str] | None = None, pub_expected_at: datetime | None = None,
) -> Draw:  # fmt: skip
    """Change the arrangements of a draw that is not announced yet; what is None stays. pub ("", ""): no lottery"""
    lock_organisation(draw.organisation)
    lock(draw)
    policies.check_revise(by, draw)
    draw.scheduled_at = scheduled_at or draw.scheduled_at
    draw.place = draw.place if place is None else place.strip()
    on = timezone.localdate(draw.scheduled_at)
    book = book_of(draw.plan)
    if discipline is not None:
        _check_people(draw.operator, discipline, draw.organisation, book.draw.witnesses)
        draw.discipline = discipline
        draw.presences.filter(role=Presence.Role.DISCIPLINE).exclude(user=discipline).delete()
    draw.team_size = _team_size(team_size or draw.team_size, book.team.min)
    if pub is not None:
        draw.pub_source, draw.pub_issue = pub
        draw.pub_expected_at = pub_expected_at if pub[0] else None
    if draw.kind == Draw.Kind.FORMAL:
        check_window(draw.organisation, book, draw.period, on)
    if quotas is not None:
        portions = [Portion(*portion) for portion in quotas]
        _check_not_held(draw.organisation, draw.kind, portions, draw.scheduled_at, draw.place, besides=draw)
        draw.plan, _ = check_planned(draw.organisation, draw.period, [part.quota for part in portions])
        joint = joint_of(draw.organisation, draw.period, [portion.quota.line for portion in portions])
        if draw.kind == Draw.Kind.FORMAL:
            policies.check_lead(by, joint.values())
        draw.strata.all().delete()
        _write_strata(draw, portions, joint)
    draw.full_clean(exclude=["legend"])
    draw.save()
    _note(by, "draws.revise", draw)
    return draw


@act("draws.confirm_presence")
def confirm_presence(*, by: User, draw: Draw, role: str, now: datetime | None = None) -> Presence:
    """ "I am here", with one's own login: operator, discipline officer, system administrator, approver."""
    lock(draw)
    policies.check_confirm_presence(by, draw, role)
    if draw.presences.filter(user=by).exclude(role=role).exists():
        raise RuleBroken("您已经以另一种身份确认在场，须由另一个人确认。", code="already_present")
    presence, created = Presence.objects.update_or_create(
        draw=draw, role=role, defaults={"user": by, "confirmed_at": moment(now)}
    )
    if created or presence.user_id == by.pk:
        ledger.record(actor=by, act="draws.confirm_presence", subject=draw, data={"role": role})
    return presence


@act("draws.announce")
def announce(
    *,
    by: User,
    draw: Draw,
    verifiers: list[str] | None = None,
    short_notice: str = "",
    now: datetime | None = None,
) -> Draw:
    """Chain the announcement: time, place, lottery, fingerprints of the verifiers.

    verifiers: SHA-256 of the verifier files; None = the files that ship with the product
    short_notice: why a formal draw is announced less than one working day before; source: MC1 §12
    """
    lock(draw)
    settle_joint(draw)
    policies.check_announce(by, draw)
    at = moment(now)
    missing = before_announcement(draw, at)
    if missing:
        raise OutOfOrder("还不能公告：" + "；".join(missing) + "。", code="not_ready")
    if draw.kind == Draw.Kind.FORMAL:
        _check_notice(draw, at, short_notice)
    hashes = verifier_hashes() if verifiers is None else verifiers
    chain_announcement(draw, hashes, short_notice, at)
    _note(by, "draws.announce", draw, short_notice=draw.short_notice)
    return draw


def chain_announcement(draw: Draw, hashes: list[str], short_notice: str, at: datetime) -> None:
    """The `announce` event; the caller holds the draw's lock and has judged whether it may come."""
    append(draw, "announce", {
        "draw_id": draw.number, "kind": draw.kind, "when": stamp(draw.scheduled_at), "place": draw.place,
        "pub": pub_of(draw), "verifiers": sorted(set(hashes)),
    }, now=at)  # fmt: skip
    draw.announced_at, draw.short_notice = at, short_notice.strip()
    draw.save(update_fields=["announced_at", "short_notice"])


def pub_of(draw: Draw) -> dict[str, str] | None:
    """The lottery of the manifest, or None."""
    return {"source": draw.pub_source, "issue": draw.pub_issue} if draw.pub_source else None


def _check_notice(draw: Draw, at: datetime, short_notice: str) -> None:
    announced, held = timezone.localdate(at), timezone.localdate(draw.scheduled_at)
    if workdays_between(calendar(), announced, held) < ANNOUNCE_WORKDAYS and not short_notice.strip():
        raise RuleBroken(
            f"抽取会定在 {held}，今天 {announced} 公告不足 {ANNOUNCE_WORKDAYS} 个工作日。"
            "请改期，或写明提前不足的理由（会写进记录单）。",
            code="short_notice", clause="MC1-12",
        )  # fmt: skip


def _check_people(
    operator: User, discipline: User | None, organisation: Organisation, witnesses: Sequence[str]
) -> None:
    if discipline is None:
        if "discipline" in witnesses:
            raise RuleBroken("规则书要求纪检监督员在场，请指定本次的纪检监督员。", code="discipline_needed")
        return
    if discipline.pk == operator.pk:
        raise RuleBroken("主持人和纪检监督员必须是两个人。", code="same_person")
    if discipline.organisation_id != organisation.pk or not may(discipline, "draws.supervise"):
        raise RuleBroken(f"{discipline.name}不是本局的纪检监督员，请另选。", code="not_discipline")


def _check_not_held(
    organisation: Organisation, kind: str, portions: list[Portion], scheduled_at: datetime, place: str,
    besides: Draw | None = None,
) -> None:  # fmt: skip
    """One formal draw at a time prepares a quota; of rehearsals only the very same one twice is a mistake.

    raises: OutOfOrder with the other draw as `held_by`
    """
    held = DrawStratum.objects.filter(
        draw__organisation=organisation, draw__kind=kind, draw__state__in=policies.BEFORE_FREEZE,
        quota__in=[portion.quota for portion in portions],
    ).exclude(draw=besides)  # fmt: skip
    if kind == Draw.Kind.REHEARSAL:
        held = held.filter(draw__scheduled_at=scheduled_at, draw__place=place.strip())
    first = held.select_related("draw").order_by("draw_id").first()
    if first is not None:
        raise OutOfOrder(
            f"这些配额已在 {first.draw.number}（{first.draw.get_state_display()}）里，没有另建。"
            "请打开它接着办；不再举行的，先在它的页面撤回。",
            code="held_already", held_by=first.draw,
        )  # fmt: skip


def _team_size(wanted: int | None, least: int) -> int:
    size = wanted or least
    if not least <= size <= 9:
        raise RuleBroken(f"每组 {size} 人不合规：规则书要求至少 {least} 人，最多 9 人。", code="team_size")
    return size


def _next_serial(organisation: Organisation, period: str, kind: str) -> str:
    number = Draw.objects.filter(organisation=organisation, period=period, kind=kind).count() + 1
    return f"R{number:02}" if kind == Draw.Kind.REHEARSAL else f"{number:02}"


def _write_strata(draw: Draw, portions: list[Portion], joint: Mapping[str, PlanTask]) -> None:
    for portion in portions:
        quota = portion.quota
        taken = DrawStratum.objects.filter(active=True, period=quota.period, line=quota.line, unit=quota.unit)
        if portion.extra and not portion.extra_reason.strip():
            raise RuleBroken("自愿加抽要写明理由。", code="extra_needs_a_reason")
        stratum = DrawStratum(
            draw=draw, quota=quota, stratum=_stratum_id(quota, portions), line=quota.line, unit=quota.unit,
            period=quota.period, batch=taken.count() + 1, last=portion.last, planned=portion.planned,
            extra=portion.extra, extra_reason=portion.extra_reason.strip(),
            joint_task=joint.get(quota.line),
        )  # fmt: skip
        stratum.full_clean()
        stratum.save()


def _stratum_id(quota: Quota, portions: list[Portion]) -> str:
    """The line; with the unit's code where several units share it; a number where that is too long."""
    units = {portion.quota.unit_id for portion in portions if portion.quota.line == quota.line}
    wanted = quota.line if len(units) == 1 else f"{quota.line}.{quota.unit.code}"
    if _is_code(wanted):
        return wanted
    return f"S{[portion.quota.pk for portion in portions].index(quota.pk) + 1}"


def _is_code(text: str) -> bool:
    return bool(re.fullmatch(CODE, text))


def _note(by: User, name: str, draw: Draw, **data: Any) -> None:
    strata = list(draw.strata.values_list("stratum", flat=True))
    ledger.record(actor=by, act=name, subject=draw, data={"number": draw.number, "strata": strata, **data})
