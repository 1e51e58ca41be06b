"""What the rulebook behind a visit says of it: results, modes, cap, dates. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from foundation.rulebook import deadlines
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.pool import ModeRule, mode_rule
from foundation.rulebook.selectors import Facts, matches
from foundation.workdays.models import calendar
from inspections.models import Visit
from inspections.rules import demanding, modes, signing
from planning.trial import book_of
from registry.facts import facts_of_rows
from registry.models import Target, TierAssignment


def rulebook_of_visit(visit: Visit) -> Rulebook:
    """The version the draw went by."""
    return book_of(visit.draw.plan)


def codes(book: Rulebook) -> dict[str, str]:
    """Result vocabulary in the order of the book: id → Chinese."""
    return {code.id: code.zh for code in book.results.codes}


def names_stay_closed(book: Rulebook) -> bool:
    """Each target's name is secret until its visit starts. source: QZ-9.3"""
    return book.draw.list_secret_until in ("visit",)


def period_of(visit: Visit) -> Period:
    return Period.parse(visit.draw.period)


def due_on(book: Rulebook, period: Period) -> date:
    """Last day for a visit drawn for a period: the rulebook's, else the plan's, which is the period itself. source: AMB-65"""
    due = deadlines.finish_due(book, calendar(), period=period)
    return due.date if due else period.last


def enter_due_on(book: Rulebook, finished_on: date) -> date | None:
    """Last day to enter the result of a visit that ended on a day; None where the rulebook sets none."""
    if book.inspection.enter_within is None:
        return None
    due = deadlines.entry_due(book, calendar(), visit_end=finished_on)
    return due.date if due else None


@dataclass(frozen=True)
class Standing:
    """What a rulebook judges a target by, on one day."""

    on: date
    facts: Facts
    tiers: list[str]


def standing_of(target: Target, on: date) -> Standing:
    """Facts and tiers of a target as they stand on a day; five queries."""
    facts = facts_of_rows([target], on)[target.pk]
    tiers = TierAssignment.objects.filter(target=target, until=None).values_list("tier", flat=True)
    return Standing(on, facts, sorted(set(tiers)))


def modes_of(visit: Visit, on: date) -> ModeRule:
    """Modes open to the target; optional reliefs are open too, so that they may be chosen with a reason. source: INV-12"""
    return modes_for(rulebook_of_visit(visit), standing_of(visit.target, on))


def modes_for(book: Rulebook, standing: Standing) -> ModeRule:
    return mode_rule(book, standing.facts, standing.on, tiers=standing.tiers)


def mode_labels(rule: ModeRule) -> Mapping[str, str]:
    return {mode: modes.MODES[mode] for mode in rule.modes}


def cap_for(book: Rulebook, standing: Standing) -> int | None:
    """The smallest yearly cap that binds a target; None when it is exempt or there is none. source: AMB-07"""
    facts, on, tiers = standing.facts, standing.on, standing.tiers
    return min(
        (cap.max for cap in book.caps if not matches(cap.exempt, facts, on, tiers=tiers)), default=None
    )


def team_of(visit: Visit) -> list[signing.Member]:
    """Present members as values, lead first. One query."""
    rows = visit.team.filter(left_at=None).select_related("inspector").order_by("auxiliary", "position", "id")
    return [
        signing.Member(
            row.inspector_id, row.inspector.name, row.position, row.auxiliary, row.inspector.certificate_no,
            row.inspector.certificate_issued_on, row.inspector.certificate_valid_until,
        )
        for row in rows
    ]  # fmt: skip


def helpers_of(visit: Visit) -> list[dict[str, str]]:
    """Present assistants as papers name them: never as inspectors. One query. source: AMB-25"""
    rows = visit.helpers.filter(left_at=None).select_related("assistant").order_by("id")
    return [
        {
            "name": row.assistant.name, "institution": row.assistant.institution,
            "kind": row.assistant.get_kind_display(), "document": row.document, "task": row.task,
        }
        for row in rows
    ]  # fmt: skip


def held_of(visit: Visit) -> demanding.Held:
    """What the record of a visit rests on so far."""
    return demanding.Held(
        visit.mode, visit.device, visit.sampled, len(visit.survey_files), visit.off_site_source
    )
