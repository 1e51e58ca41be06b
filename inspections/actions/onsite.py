"""On site: arrival with certificates shown, state of production, items, end of the visit."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from draws import actions as draws
from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from inspections import books, policies
from inspections.actions.assisting import check_present
from inspections.actions.common import lock, moment, words
from inspections.models import Visit
from inspections.rules import modes, outcomes, signing, states


@transaction.atomic
def arrive(
    *, by: User, visit: Visit, steps: list[str] | None = None, received_by: str = "", code: str = "",
    device: str = "", now: datetime | None = None,
) -> Visit:  # fmt: skip
    """Begin: the server's clock, the certificates valid today, every step of the rulebook confirmed. source: CAP-81

    steps: the confirmed ones, in the rulebook's words · code: 入企码 where one is in use
    device: number of the phone it is done on; the record is made on it from here on. source: QZ-7.1
    raises: NotAllowed, OutOfOrder before the notice is out, SignatureWrong, RuleBroken naming a missing step
    """
    lock(visit, "target")
    policies.check_arrive(by, visit)
    at = moment(now)
    book = books.rulebook_of_visit(visit)
    signing.check_team(books.team_of(visit), timezone.localdate(at), book.team.min)
    check_present(visit, timezone.localdate(at))
    wanted = modes.steps(book.inspection.onsite_steps, visit.mode)
    missing = [step for step in wanted if step not in (steps or [])]
    if missing:
        raise RuleBroken(
            f"现场步骤还没有确认：{'、'.join(missing)}。请逐项办理后勾选。", code="steps_missing"
        )
    visit.state = states.after(visit.state, "arrive")
    at = visit.field_started_at or at
    visit.arrived_at, visit.arrived_by, visit.onsite_steps = at, by, list(wanted)
    visit.device = visit.device or words(device, 60, "设备编号")
    visit.received_by, visit.arrival_code = words(received_by, 60, "在场人员"), words(code, 80, "入企码")
    visit.save()
    for credit in visit.credits.filter(ended_at=None).select_related("draw"):
        draws.note_started(
            draw=credit.draw, commitments=[credit.commitment], on=timezone.localdate(at), by=by
        )
    ledger.record(actor=by, act="inspections.arrive", subject=visit, data={
        "at": at, "steps": list(wanted), "received_by": visit.received_by, "code": visit.arrival_code,
        "device": visit.device,
    })  # fmt: skip
    return visit


@transaction.atomic
def set_production_state(
    *, by: User, visit: Visit, state: str, note: str = "", sampled: bool | None = None, source: str = ""
) -> Visit:
    """What was met: the state of production, whether samples were taken, off site what was looked at instead.

    sampled, source: None and "" leave what was said before
    raises: NotAllowed, OutOfOrder, RuleBroken for an unknown state or one that needs words"""
    lock(visit)
    policies.check_record(by, visit)
    if state not in outcomes.PRODUCTION:
        raise RuleBroken("请选择生产状态。", code="production_missing")
    if state in outcomes.GONE and not note.strip():
        raise RuleBroken(
            f"生产状态是“{outcomes.PRODUCTION[state]}”的，要写明现场情况。", code="production_unexplained"
        )
    visit.production_state, visit.production_note = state, words(note, 300, "生产状态说明")
    visit.sampled = visit.sampled if sampled is None else sampled
    visit.off_site_source = words(source, 200, "所用文件或数据来源") or visit.off_site_source
    visit.save(update_fields=["production_state", "production_note", "sampled", "off_site_source"])
    ledger.record(
        actor=by,
        act="inspections.set_production_state",
        subject=visit,
        data={
            "state": state,
            "note": note.strip(),
            "sampled": visit.sampled,
            "source": visit.off_site_source,
        },
    )
    return visit


@transaction.atomic
def finish(*, by: User, visit: Visit, at: datetime | None = None, now: datetime | None = None) -> Visit:
    """End of the visit; the clock for entering the result starts here. source: QZ-7.4

    at: when it really ended, between arrival and now
    """
    lock(visit)
    policies.check_finish(by, visit)
    end = end_of(visit, at, moment(now))
    note_end(visit, end)
    visit.save(update_fields=["finished_at", "enter_due_on"])
    ledger.record(
        actor=by,
        act="inspections.finish",
        subject=visit,
        data={"at": end, "enter_due_on": visit.enter_due_on},
    )
    return visit


def end_of(visit: Visit, at: datetime | None, now: datetime) -> datetime:
    """raises: RuleBroken for an end before the arrival or in the future"""
    end = at or visit.finished_at or visit.field_ended_at or now
    if visit.arrived_at and end < visit.arrived_at:
        raise RuleBroken("检查结束时间早于到场时间，请改正。", code="ends_before_arrival")
    if end > now:
        raise RuleBroken("检查结束时间还没有到，请改正。", code="ends_in_future")
    return end


def note_end(visit: Visit, end: datetime) -> None:
    visit.finished_at = end
    visit.enter_due_on = books.enter_due_on(books.rulebook_of_visit(visit), timezone.localdate(end))
