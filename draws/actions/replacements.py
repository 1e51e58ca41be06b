"""Recusal and replacement: requested, approved by another, causes chained, then both keys, then the result. source: MC1 §10"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from draws import freezing, policies, secrets
from draws.actions.common import lock, moment
from draws.actions.swaps import ask_everybody
from draws.chain import append, state_of
from draws.models import Draw, ReplacementRequest, SnapshotInspector, SnapshotTarget
from draws.queries import credited_rows
from draws.refusals import act
from draws.rules import grounds
from draws.rules.mc1.canonical import canon
from draws.rules.mc1.chains import chain_release
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.standing import Standing
from draws.rules.screen import INSPECTOR
from draws.swaps import Consents, consents_of, full_started
from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import User
from foundation.rulebook import library
from personnel.models import Inspector
from planning import actions as planning

Kind, State = ReplacementRequest.Kind, ReplacementRequest.State


@act("draws.request_replacement")
def request_replacement(
    *, by: User, draw: Draw, kind: str, why: str, reason: str, target: str = "", inspector: str = "",
    inspectors: Iterable[Inspector] = (), evidence: str = "", now: datetime | None = None,
) -> ReplacementRequest:  # fmt: skip
    """Ask for one of the five causes; `target` and `inspector` are commitments, `inspectors` people to add.

    why: CODE of the reason, e.g. KIN, ILL, CLOSED
    """
    lock(draw)
    policies.check_request_replacement(by, draw)
    _check_ground(draw, kind, why, evidence)
    added = list(inspectors)
    _check_asked(_standing(draw), draw, kind, target, inspector, added)
    _check_not_asked(draw, kind, target, inspector, added)
    asked = ReplacementRequest(
        draw=draw, kind=kind, target=target, inspector=inspector, why=why, reason=reason.strip(),
        evidence=evidence.strip(), requested_by=by, requested_at=moment(now),
    )  # fmt: skip
    asked.full_clean()
    asked.save()
    asked.inspectors.set(added)
    people = ask_everybody(asked, by, asked.requested_at) if kind == Kind.SWAP else 0
    ledger.record(
        actor=by,
        act="draws.request_replacement",
        subject=draw,
        data={"request": asked.pk, "kind": kind, "why": why, **({"people": people} if people else {})},
    )
    return asked


@act("draws.decide_replacement")
def decide_replacement(
    *, by: User, request: ReplacementRequest, approve: bool, note: str = "", now: datetime | None = None
) -> ReplacementRequest:
    """Another person with the rulebook's approving role says yes or no."""
    draw = lock(request.draw)
    request.refresh_from_db()
    request.draw = draw
    policies.check_decide_replacement(by, request)
    if not approve and not note.strip():
        raise RuleBroken("不同意的，请写明理由。", code="reason_missing")
    if approve and request.kind == Kind.SWAP:
        _check_agreed(consents_of(draw, request))
    request.state = State.APPROVED if approve else State.REFUSED
    request.decided_by, request.decided_at, request.decision_note = by, moment(now), note.strip()
    request.save()
    ledger.record(
        actor=by,
        act="draws.decide_replacement",
        subject=draw,
        data={"request": request.pk, "approve": approve},
    )
    return request


@act("draws.note_started")
def note_started(*, draw: Draw, commitments: Collection[str], on: date, by: User | None = None) -> int:
    """Visits that have begun may not be replaced any more; the inspections app tells. Returns how many are new."""
    lock(draw)
    rows = SnapshotTarget.objects.filter(draw=draw, commitment__in=list(commitments), started_on=None)
    count = rows.update(started_on=on)
    if count:
        ledger.record(actor=by, act="draws.note_started", subject=draw, data={"count": count, "on": on})
    return count


@act("draws.start_round")
def start_round(
    *, by: User, draw: Draw, requests: Iterable[ReplacementRequest], now: datetime | None = None
) -> Draw:
    """Chain the causes of a round before either key is released."""
    lock(draw)
    policies.check_start_round(by, draw)
    state = state_of(draw)
    if state.opened is not None:
        raise OutOfOrder(
            f"第 {state.round} 轮替换的原因已登记，要先由乙方交出密钥完成这一轮。", code="round_open"
        )
    approved = _approved(draw, requests)
    r, at = state.round + 1, moment(now)
    causes = sorted((_cause(draw, state.standing, asked, r, at) for asked in approved), key=canon)
    _check_swaps(draw, approved, causes)
    approver = library.get(draw.rulebook_id).team.replacement_approver
    append(
        draw,
        "round_causes",
        {"r": r, "approver": approver, "started": full_started(draw), "causes": causes},
        now=at,
    )
    ReplacementRequest.objects.filter(pk__in=[asked.pk for asked in approved]).update(round=r)
    ledger.record(actor=by, act="draws.start_round", subject=draw, data={
        "r": r, "requests": [asked.pk for asked in approved], "head": draw.head,
    })  # fmt: skip
    return draw


@act("draws.release_b")
def release_b(*, by: User, draw: Draw, xb: str, now: datetime | None = None) -> Draw:
    """The holder of chain B gives the next key; chain A follows and the round is computed at once."""
    lock(draw)
    policies.check_release_b(by, draw)
    state = state_of(draw)
    if state.opened is None:
        raise OutOfOrder("没有登记了原因、等待密钥的替换轮，请先由主持人登记原因。", code="no_round")
    length = state.manifest["chains"]["len"]
    xa = chain_release(state.suite, secrets.unseal(draw).chain_a, length, state.round)
    before, at = state.standing, moment(now)
    append(draw, "round_result", state.round_result_body(xa, xb.strip().lower()), now=at)
    ReplacementRequest.objects.filter(draw=draw, round=state.round, state=State.APPROVED).update(
        state=State.DONE
    )
    assert before is not None
    _tell_planning(draw, before, by, timezone.localdate(at))
    ledger.record(actor=by, act="draws.release_b", subject=draw, data={"r": state.round, "head": draw.head})
    return draw


def _standing(draw: Draw) -> Standing:
    standing = state_of(draw).standing
    if standing is None:
        raise OutOfOrder("还没有抽取结果，不能替换。", code="no_result")
    return standing


def _check_ground(draw: Draw, kind: str, why: str, evidence: str) -> None:
    """The rulebook knows this way, the reason fits it, and a locked list is changed with a proof only."""
    book = library.get(draw.rulebook_id)
    if kind not in grounds.REASONS:
        raise RuleBroken("请选择替换的类别。", code="unknown_kind")
    refused = grounds.ground_of(book, kind).why_not
    if refused:
        raise RuleBroken(refused, code="not_in_the_rulebook")
    if why not in grounds.REASONS[kind]:
        fitting = "、".join(grounds.REASONS[kind].values())
        raise RuleBroken(
            f"这个原因不适用于“{grounds.TITLES[kind]}”，可选：{fitting}。", code="reason_does_not_fit"
        )
    if grounds.needs_evidence(book, kind) and not evidence.strip():
        raise RuleBroken("名单锁定以后变更要有证据，请填材料名称或编号。", code="evidence_missing")


def _check_asked(
    standing: Standing, draw: Draw, kind: str, target: str, inspector: str, added: list[Inspector]
) -> None:
    if kind == Kind.ADD:
        _check_added(draw, added)
        return
    if added:
        raise RuleBroken(
            "替补人员由系统随机抽取，不能指定。请不选人，只提交原因。",
            code="substitute_named",
            clause="INV-05",
        )
    if kind != Kind.ABSENT:
        visit = standing.visits.get(target)
        if visit is None:
            raise RuleBroken("这个对象不在抽中名单里，请刷新后重选。", code="not_a_visit")
        if draw.snapshot_targets.filter(commitment=target).exclude(started_on=None).exists():
            raise RuleBroken("这个对象的检查已经开始，不能替换。", code="already_started")
        if kind != Kind.VOID and inspector not in visit.team:
            raise RuleBroken("这名检查人员不在该对象的检查组里，请刷新后重选。", code="not_in_team")
    elif inspector not in standing.inspectors:
        raise RuleBroken("这名检查人员不在本次抽取的名单里。", code="unknown_inspector")


def _check_not_asked(draw: Draw, kind: str, target: str, inspector: str, added: list[Inspector]) -> None:
    """The back button and a second tab send the same request again; it waits already."""
    same = draw.replacements.filter(
        kind=kind, target=target, inspector=inspector, state__in=(State.REQUESTED, State.APPROVED)
    )
    if any(set(row.inspectors.all()) == set(added) for row in same):
        raise OutOfOrder(
            "同样的替换申请已在办理，没有再登记。请在下面的清单里看它的进度。", code="asked_already"
        )


def _check_added(draw: Draw, added: list[Inspector]) -> None:
    if not added:
        raise RuleBroken("请选择要增补的检查人员。", code="nobody_added")
    known = set(draw.snapshot_inspectors.values_list("inspector_id", flat=True))
    for person in added:
        if person.organisation_id != draw.organisation_id or person.pk in known:
            raise RuleBroken(f"{person.name}已在本次抽取的名单里或不属于本局，不能增补。", code="cannot_add")


def _check_swaps(draw: Draw, approved: list[ReplacementRequest], causes: list[dict[str, Any]]) -> None:
    """One swap in a round, and everybody whom this very round may exchange has agreed. source: AMB-24"""
    swaps = [asked for asked in approved if asked.kind == Kind.SWAP]
    if len(swaps) > 1:
        raise RuleBroken(
            "一轮只办一件互换：前一件换了人，后一件可能换到没有征求过的人。请分两轮。",
            code="one_swap_a_round",
        )
    for asked in swaps:
        _check_agreed(consents_of(draw, asked, causes))


def _check_agreed(consents: Consents) -> None:
    if not consents.complete:
        raise OutOfOrder(consents.sentence, code="swap_not_agreed")


def _approved(draw: Draw, requests: Iterable[ReplacementRequest]) -> list[ReplacementRequest]:
    ids = {asked.pk for asked in requests}
    approved = list(draw.replacements.filter(pk__in=ids, state=State.APPROVED, round=None).order_by("pk"))
    if not ids or len(approved) != len(ids):
        raise OutOfOrder("只能执行本次抽取中已批准、还没有执行的申请。", code="not_approved")
    return approved


def _cause(
    draw: Draw, standing: Standing | None, asked: ReplacementRequest, r: int, at: datetime
) -> dict[str, Any]:
    """The cause of one request, with the digest of its reason and evidence."""
    assert standing is not None
    cause: dict[str, Any] = {"k": asked.kind, "why": asked.why, "ev": _proof(asked)}
    if asked.kind == Kind.ADD:
        return {**cause, "rows": _added_rows(draw, asked, r, timezone.localdate(at))}
    if asked.kind == Kind.ABSENT:
        begun = set(draw.snapshot_targets.exclude(started_on=None).values_list("commitment", flat=True))
        ts = sorted(
            t for t, visit in standing.visits.items() if asked.inspector in visit.team and t not in begun
        )
        if not ts:
            raise RuleBroken("这名检查人员没有尚未开始的检查，不需要替换。", code="nothing_to_replace")
        return {**cause, "i": asked.inspector, "ts": ts}
    if asked.kind == Kind.VOID:
        return {**cause, "t": asked.target}
    return {**cause, "t": asked.target, "i": asked.inspector}


def _proof(asked: ReplacementRequest) -> str:
    text = canon({
        "decided_by": asked.decided_by.username if asked.decided_by else "", "evidence": asked.evidence,
        "id": asked.pk, "kind": asked.kind, "note": asked.decision_note, "reason": asked.reason, "why": asked.why,
    })  # fmt: skip
    return suite_of(asked.draw.version).digest(text.encode()).hex()


def _added_rows(draw: Draw, asked: ReplacementRequest, r: int, on: date) -> list[str]:
    """Freeze the people who are added, with the capacity of the others."""
    frame = freezing.Frame.of_frozen(draw, secrets.unseal(draw), on)
    roster = freezing.Roster(frame)
    people = asked.inspectors.select_related("unit").prefetch_related("areas")
    rows = roster.rows_of(list(people), _capacity(draw))
    count = draw.snapshot_inspectors.count()
    for number, row in enumerate(rows, count + 1):
        row.added_round, row.code = r, f"{INSPECTOR}{number:02}"
    SnapshotInspector.objects.bulk_create(rows)
    draw.legend = {kind: {**draw.legend.get(kind, {}), **words} for kind, words in frame.legend.items()}
    draw.save(update_fields=["legend"])
    return sorted(row.row for row in rows)


def _capacity(draw: Draw) -> int:
    row = draw.snapshot_inspectors.filter(added_round=0).values_list("row", flat=True).first()
    return int(row.split("|")[4]) if row else 1


def _tell_planning(draw: Draw, before: Standing, by: User, on: date) -> None:
    """Substitutes count as drawn, voided ones no longer."""
    if draw.kind != Draw.Kind.FORMAL:
        return
    after = _standing(draw)
    new = {
        t: set(v.credits) - set(before.visits[t].credits if t in before.visits else ())
        for t, v in after.visits.items()
    }
    gone = {t: visit.credits for t, visit in before.visits.items() if t not in after.visits}
    if gone:
        planning.note_voided(
            organisation=draw.organisation,
            draw_number=draw.number,
            on=on,
            by=by,
            rows=credited_rows(draw, gone),
        )
    if any(new.values()):
        planning.note_drawn(
            organisation=draw.organisation, period=draw.period, on=on, by=by, draw_number=draw.number,
            rows=credited_rows(draw, {t: its for t, its in new.items() if its}),
        )  # fmt: skip
