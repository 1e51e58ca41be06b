"""From publications and draws to what the public templates show. Reads only."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from disclosure.models import Publication
from disclosure.public import links
from disclosure.public.marks import mark, mark_of
from disclosure.rules import masking
from disclosure.rules.deadlines import CLOCKS
from disclosure.rules.differences import Change, changes
from disclosure.rules.wording import CLEAN
from draws import queries
from draws.models import Draw, DrawEvent
from foundation.errors import RuleBroken
from foundation.organisation.adoption import RulebookMissing, rulebook_of
from foundation.organisation.models import Organisation

RUNNING = (Draw.State.ANNOUNCED, Draw.State.FROZEN, Draw.State.LOCKED, Draw.State.REVEALED)
KNOWN = (*RUNNING, Draw.State.RESULT, Draw.State.SIGNED, Draw.State.CLOSED, Draw.State.VOID)
GRACE = timedelta(hours=12)


def cards(publications: Iterable[Publication]) -> list[dict[str, Any]]:
    """Rows of a list of results: name, mark, the sentence."""
    return [
        {
            "publication": row, "mark": mark_of(row), "url": reverse("open:result", args=[row.number]),
            "sentence": row.record.get("sentence") or f"本条已撤回：{row.reason}", "corrected": row.nature == "correction",
        }
        for row in publications
    ]  # fmt: skip


def with_marks(record: dict[str, Any]) -> dict[str, Any]:
    """The record with tone and icon beside each item's result."""
    items = [row | {"tone": found["tone"], "icon": found["icon"]} for row in record.get("items", ())
             if (found := mark(row["code"], row["result"]))]  # fmt: skip
    return record | {"items": items, "lede": lede(record)}


def lede(record: dict[str, Any]) -> dict[str, Any]:
    """The sentence in its parts: the day, what was done, what was found; a finding is marked, a clean result is not."""
    day, did, found = str(record.get("sentence", "")).partition("检查，")
    return {"day": day, "did": did, "found": found, "marked": record.get("outcome", {}).get("code") != CLEAN}


def next_draw() -> dict[str, Any] | None:
    """The next announced formal draw, or the one going on."""
    since = timezone.now() - GRACE
    draw = (
        Draw.objects.formal()
        .filter(state__in=RUNNING, scheduled_at__gte=since)
        .order_by("scheduled_at")
        .first()
    )
    if draw is None:
        return None
    number = draw.strata.aggregate(n=Sum(Coalesce(F("planned"), F("quota__required"))))["n"] or 0
    return {"draw": draw, "number": number, "url": f"/draw/{draw.number}/"}


def latest_draw() -> Draw | None:
    return (
        Draw.objects.formal()
        .filter(state__in=KNOWN)
        .exclude(freeze_hash="")
        .order_by("-frozen_at", "-pk")
        .first()
    )


def hint() -> Publication | None:
    """A name to try in the search box."""
    return Publication.objects.results().current().exclude(nature="withdrawal").newest_first().first()


def why_not_public(draw: Draw) -> str:
    """Why the draw cannot be verified by everybody yet; empty when it can."""
    try:
        return queries.why_not_public(draw) if draw.freeze_hash else "还没有冻结名单。"
    except RuleBroken as broken:
        return broken.message


def promise(today: date) -> str:
    """When results are public, as the bureau's rulebook says; empty before one is adopted."""
    bureau = Organisation.objects.filter(parent=None).order_by("pk").first()
    try:
        book = rulebook_of(bureau, today) if bureau else None
    except RulebookMissing:
        book = None
    if book is None:
        return ""
    return f"结果自{CLOCKS[book.disclosure.clock]}{book.disclosure.within.zh}内公开。"


def draws_named(words: str) -> list[Draw]:
    """Formal draws whose number contains the words; for the box that takes names and numbers alike."""
    if len(words) < 4 or not any(char.isdigit() for char in words):
        return []
    return list(Draw.objects.formal().filter(state__in=KNOWN, number__icontains=words).order_by("-pk")[:3])


def origin(record: dict[str, Any]) -> dict[str, Any]:
    """Where a result was drawn and whether anybody can verify it now; empty for a withdrawn one.

    changed_at: of the draw's chain, on which the answer depends
    """
    if "draw" not in record:
        return {}
    number = record["draw"]["number"]
    draw = Draw.objects.filter(number=number).first()
    last = (
        DrawEvent.objects.filter(draw=draw).order_by("-seq").values_list("recorded_at", flat=True).first()
        if draw
        else None
    )
    return {
        "verify_url": links.verifier(number) if draw and not why_not_public(draw) else "", "changed_at": last,
        "ceremony_url": links.ceremony(number),
    }  # fmt: skip


def corrections(versions: list[Publication]) -> list[dict[str, Any]]:
    """One strip per later version: when, why, what changed. `versions` newest first; by whom: the bureau."""
    pairs = pairwise(versions)
    return [
        {"publication": new, "changes": _changes(old, new), "word": new.get_nature_display()} for new, old in pairs
    ]  # fmt: skip


def _changes(old: Publication, new: Publication) -> list[Change]:
    return [] if new.withdrawn or old.withdrawn else changes(old.record, new.record)


def kept(versions: list[Publication]) -> list[Publication]:
    """Versions whose text can still be read: none once the record is withdrawn."""
    return [] if versions[0].withdrawn else [row for row in versions if not row.withdrawn]


def history(record: dict[str, Any]) -> list[dict[str, Any]]:
    """经过, newest first: public, closed, ordered, checked, drawn."""
    if "draw" not in record:
        return []
    deadline, draw = record["deadline"], record["draw"]
    entries = [_published(deadline)]
    for row in reversed(record.get("followups", [])):
        if row["done"] and row["closed_on"]:
            entries.append({"title": _closing(row), "date": row["closed_on"], "text": row["note"]})
        entries.append(
            {"title": row["kind"], "date": row["opened_on"], "text": row["ordered"], "tone": "warn"}
        )
    people = "、".join(_person(person) for person in record["inspectors"])
    entries.append({"title": record["mode"], "date": record["checked_on"], "text": people})
    entries.append(
        {
            "title": "被随机抽中",
            "date": draw["held_on"],
            "text": f"抽取会 {draw['number']}，盲号 {draw['code']}",
        }
    )
    return entries


def _published(deadline: dict[str, Any]) -> dict[str, Any]:
    late = "" if deadline["on_time"] else "，晚于期限"
    due = f"，期限 {deadline['due_on']}{late}" if deadline["due_on"] else ""
    text = (
        f"{deadline['clock']}后第 {deadline['workdays']} 个工作日{due}"
        if deadline["workdays"]
        else f"期限内公示{due}"
    )
    return {"title": "公示", "date": deadline["first_published_on"], "text": text, "tone": "main"}


def _closing(row: dict[str, Any]) -> str:
    return {"责令整改": "复查合格", "立案调查": "案件办结"}.get(row["kind"], "办结")


def _person(person: dict[str, str]) -> str:
    return (
        f"{person['name']}（执法证号 {person['certificate']}）" if person["certificate"] else person["name"]
    )


def timeline(publications: Iterable[Publication]) -> list[dict[str, Any]]:
    """A company's inspections, newest first; never a score."""
    return [
        {
            "date": row.happened_on.isoformat(), "title": row.status or "检查结果",
            "text": row.record.get("sentence", f"本条已撤回：{row.reason}"), "url": reverse("open:result", args=[row.number]),
        }
        for row in publications
    ]  # fmt: skip


def public_name(name: str, has_code: bool) -> str:
    return masking.masked_name(name) if masking.is_person(name, has_code) else name
