"""Printed papers of a draw: 抽取记录单, and the sealed copy of the organiser's secret."""

from typing import Any

from django.conf import settings

from draws.actions.closing import signature_digest
from draws.chain import events_of, state_of
from draws.models import Draw, RefusedAct, Seat
from draws.queries import strata_names, visits_of
from draws.rules.ladder import sentence_of
from draws.rules.mc1.voids import WORDS as VOID_WORDS
from foundation.documents.rendering import Page
from foundation.ledger.models import Head
from foundation.organisation.models import User
from foundation.organisation.policies import can
from foundation.rulebook import library

OPINIONS = {"agree": "无异议", "object": "有异议", "noted": "未签"}


def minutes(subject_id: str) -> Page:
    """抽取记录单 of one draw (subject_id: its primary key), as it stands now."""
    draw = Draw.objects.select_related("organisation", "operator", "discipline", "plan").get(pk=subject_id)
    return Page("draws/minutes_print.html", f"{draw.number}抽取记录单", minutes_context(draw))


def minutes_context(draw: Draw) -> dict[str, Any]:
    """Values of the minutes; also for the page that shows them on screen."""
    events = events_of(draw)
    by_type: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_type.setdefault(event["type"], []).append(event)
    checkpoint = Head.objects.filter(pk=1).first()
    return {
        "draw": draw, "bureau_name": draw.organisation.name, "hash_value": draw.head, "page_url": verify_url(draw),
        "mark": "演练" if draw.kind == Draw.Kind.REHEARSAL else "",
        "rulebook": library.get(draw.rulebook_id), "manifest": state_of(draw).manifest if draw.freeze_hash else None,
        "seed": state_of(draw).seed, "heads": _heads(draw), "strata": _strata(draw, by_type), "teams": _teams(draw),
        "rung": _rung(draw, by_type), "seats": _seats(draw), "people": _people(draw), "objections": _objections(draw),
        "retries": _retries(draw, by_type), "voids": _voids(by_type), "rounds": by_type.get("round_result", []),
        "refused": RefusedAct.objects.filter(draw=draw).count(), "checkpoint": checkpoint,
        "one_office": _one_office(draw), "closing": by_type.get("close", []),
    }  # fmt: skip


def sealed_copy(draw: Draw, secret: str) -> Page:
    """The paper for the envelope of the chain-B holder; rendered for the one who prints it, never stored."""
    groups = [secret[at : at + 8] for at in range(0, len(secret), 8)]
    context = {
        "draw": draw,
        "bureau_name": draw.organisation.name,
        "groups": groups,
        "page_url": verify_url(draw),
    }
    return Page("draws/sealed_copy_print.html", f"{draw.number}秘密副本", context)


def verify_url(draw: Draw) -> str:
    """Where anybody recomputes this draw; absolute, because it is printed."""
    return f"{settings.PUBLIC_URL}/draw/{draw.number}/verify/"


def _heads(draw: Draw) -> list[dict[str, Any]]:
    """Heads that belong on paper: after the freeze, the result, the signatures, and now. source: MC1 §5"""
    shown = draw.events.filter(type__in=["freeze", "result", "sign", "void", "close"]).order_by("seq")
    words = {"freeze": "冻结", "result": "抽出", "sign": "签字", "void": "中止", "close": "办结"}
    return [
        {"seq": event.seq, "name": words[event.type], "at": event.at, "head": event.head} for event in shown
    ]


def _strata(draw: Draw, by_type: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One row per stratum: quota sentence, base, pool, need, drawn, shortfall."""
    results = {row["id"]: row for event in by_type.get("result", []) for row in event["body"]["strata"]}
    manifest = {row["id"]: row for event in by_type.get("freeze", []) for row in event["body"]["strata"]}
    names, rows = strata_names(draw), []
    for stratum in draw.strata.select_related("quota", "unit").order_by("pk"):
        entry, result = manifest.get(stratum.stratum, {}), results.get(stratum.stratum)
        rows.append({
            "stratum": stratum, "name": names[stratum.stratum],
            "sentence": stratum.quota.explanation.get("sentence", ""), "draw": entry.get("draw"),
            "before": entry.get("before", 0), "result": result, "drawn": len(result["sel"]) if result else None,
        })  # fmt: skip
    return rows


def _teams(draw: Draw) -> list[dict[str, Any]]:
    """Codes only: names stay closed until the visit."""
    names = strata_names(draw)
    codes = dict(draw.snapshot_inspectors.values_list("inspector_id", "code"))
    return [
        {"code": visit.code, "strata": [names[stratum] for stratum in visit.strata], "members": [codes[person.pk] for person in visit.team], "lacking": visit.lacking}
        for visit in visits_of(draw)
    ]  # fmt: skip


def _rung(draw: Draw, by_type: dict[str, list[dict[str, Any]]]) -> str:
    if not by_type.get("result"):
        return ""
    return sentence_of(state_of(draw).manifest["team"]["ladder"][by_type["result"][-1]["body"]["level"]])


def _seats(draw: Draw) -> list[dict[str, Any]]:
    return [
        {"seat": seat, "opinion": OPINIONS.get(seat.opinion, "未签"), "ref": signature_digest(draw, seat) if seat.signed_at else ""}
        for seat in draw.seats.order_by("position")
    ]  # fmt: skip


def _people(draw: Draw) -> list[dict[str, Any]]:
    return [
        {"presence": person, "opinion": OPINIONS.get(person.opinion, "未签"), "ref": signature_digest(draw, person) if person.signed_at else ""}
        for person in draw.presences.select_related("user").order_by("pk")
    ]  # fmt: skip


def _objections(draw: Draw) -> list[dict[str, str]]:
    """Verbatim."""
    seats = draw.seats.filter(opinion__in=["object", "noted"]).order_by("position")
    found = [{"who": seat.title, "kind": OPINIONS[seat.opinion], "words": seat.statement} for seat in seats]
    people = draw.presences.filter(opinion="object").order_by("pk")
    return found + [{"who": p.get_role_display(), "kind": "有异议", "words": p.statement} for p in people]


def _retries(draw: Draw, by_type: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    titles = dict(Seat.objects.filter(draw=draw).values_list("seat", "title"))
    return [
        {"attempt": event["body"]["attempt"], "missing": [titles.get(seat, seat) for seat in event["body"]["missing"]]}
        for event in by_type.get("retry", [])
    ]  # fmt: skip


def _voids(by_type: dict[str, list[dict[str, Any]]]) -> list[dict[str, str]]:
    return [
        {"why": VOID_WORDS[event["body"]["why"]], "text": event["body"]["text"], "at": event["at"]}
        for event in by_type.get("void", [])
    ]  # fmt: skip


def _one_office(draw: Draw) -> bool:
    """§10: where both chain holders sit in one office, the paper says so."""
    holder = draw.chain_b_by
    return bool(holder and draw.operator.unit_id and holder.unit_id == draw.operator.unit_id)


def may_read_minutes(user: User, subject_id: str) -> bool:
    """Staff who see draws; the minutes name nobody who was drawn."""
    return can(user, "draws.view")
