"""What the results of several inspections are made of, read together in a fixed number of queries."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from draws import queries as draws
from draws.errors import SecretLost
from draws.models import Draw, DrawEvent, DrawStratum, SnapshotTarget
from foundation.errors import RuleBroken
from inspections.models import FollowUp, Record, TeamMember, Visit, VisitCredit, VisitItem
from planning.models import PlanTask
from registry.models import TierAssignment

UNLISTED = ("", "unlisted")
Opening = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """Visits by id and what surrounds them.

    bodies: body that drew, by (draw id, stratum) · directed: (plan id, line) of tasks that name their targets ·
    lines: by (draw id, stratum) · tiers: by (target id, body) · codes, openings: by (draw id, commitment)
    """

    visits: dict[int, Visit]
    bodies: dict[tuple[int, str], str]
    lines: dict[tuple[int, str], str]
    directed: set[tuple[int, str]]
    tiers: dict[tuple[int, str], str]
    codes: dict[tuple[int, str], str]
    openings: dict[tuple[int, str], Opening]


def read_visits(ids: Collection[int]) -> Reading:
    visits = {visit.pk: visit for visit in _whole_visits(ids)}
    credited = [credit for visit in visits.values() for credit in credits_of(visit)]
    found = {draw.pk: draw for draw, _, _ in credited}
    strata = list(
        DrawStratum.objects.filter(draw__in=list(found))
        .order_by("pk")
        .values_list("draw", "stratum", "unit__body", "line")
    )
    plans = {visit.draw.plan_id for visit in visits.values()}
    directed = PlanTask.objects.filter(plan__in=plans, directed=True).values_list("plan", "line")
    codes = _codes(credited)
    return Reading(
        visits=visits,
        bodies={(draw, stratum): body for draw, stratum, body, _ in strata},
        lines={(draw, stratum): line for draw, stratum, _, line in strata},
        directed=set(directed),
        tiers=_tiers([visit.target_id for visit in visits.values()]),
        codes=codes,
        openings=_openings(found.values(), codes),
    )


def credits_of(visit: Visit) -> list[tuple[Draw, str, list[str]]]:
    """(draw, commitment, strata) of every draw this visit counts for, its own first. source: AMB-26"""
    own = (visit.draw, visit.commitment, visit.strata)
    rows = [(row.draw, row.commitment, row.strata) for row in visit.credits.all() if row.ended_at is None]
    return [own, *(row for row in rows if row[1] != visit.commitment)]


def is_open(draw: Draw, commitment: str) -> bool:
    """The chain says this name was opened to the public."""
    return commitment in _opened([draw.pk]).get(draw.pk, set())


def _whole_visits(ids: Collection[int]) -> Iterable[Visit]:
    """Draws, plans, items and check points are few and shared: they are fetched once, not joined to every row."""
    items = VisitItem.objects.prefetch_related("item", "checks__checkpoint").order_by("pk")
    return (
        Visit.objects.filter(pk__in=ids)
        .select_related("target__area", "target__entity", "waived_for")
        .prefetch_related(
            "organisation",
            "draw__plan",
            "joint_task__plan__lead",
            "joint_task__plan__participants",
            Prefetch("items", items),
            Prefetch("team", TeamMember.objects.select_related("inspector").order_by("position")),
            Prefetch("followups", FollowUp.objects.order_by("opened_at", "pk")),
            Prefetch("records", Record.objects.order_by("-version")),
            Prefetch("credits", VisitCredit.objects.prefetch_related("draw").order_by("pk")),
        )
    )


def _codes(credited: Collection[tuple[Draw, str, list[str]]]) -> dict[tuple[int, str], str]:
    rows = SnapshotTarget.objects.filter(
        draw__in={draw.pk for draw, _, _ in credited}, commitment__in=[c for _, c, _ in credited]
    )
    return {(draw, c): code for draw, c, code in rows.values_list("draw", "commitment", "code")}


def _tiers(targets: Collection[int]) -> dict[tuple[int, str], str]:
    """Tier by target and body as it stands; an overlay goes before what lies under it."""
    rows = TierAssignment.objects.filter(target__in=targets, until=None).exclude(tier__in=UNLISTED)
    found: dict[tuple[int, str], str] = {}
    for target, body, tier in rows.order_by("-overlay", "pk").values_list("target", "body", "tier"):
        found.setdefault((target, body), tier)
    return found


def _opened(ids: Collection[int]) -> dict[int, set[str]]:
    """Codes that the chains of these draws say were opened to the public."""
    rows = DrawEvent.objects.filter(Q(content__contains='"to":"public"'), draw__in=ids, type="opening")
    found: dict[int, set[str]] = {}
    for draw, content in rows.values_list("draw", "content"):
        found.setdefault(draw, set()).update(json.loads(content)["body"]["cs"])
    return found


def _openings(found: Iterable[Draw], codes: Collection[tuple[int, str]]) -> dict[tuple[int, str], Opening]:
    """Salt and record of the codes once they have been opened to the public; none when the key is lost."""
    by_id = {draw.pk: draw for draw in found}
    openings: dict[tuple[int, str], Opening] = {}
    for pk, opened in _opened(list(by_id)).items():
        wanted = [c for draw, c in codes if draw == pk and c in opened]
        openings |= {(pk, opening["c"]): opening for opening in _opening_rows(by_id[pk], wanted)}
    return openings


def _opening_rows(draw: Draw, wanted: list[str]) -> list[Opening]:
    try:
        return draws.openings_for(draw, wanted) if wanted else []
    except (SecretLost, RuleBroken):
        return []
