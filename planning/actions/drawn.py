"""What the draws tell planning: who was drawn under which line. Called inside the draw's own transaction."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, Unit, User
from foundation.rulebook.periods import Period
from planning import trial
from planning.actions.quotas import plan_in_force
from planning.models import Drawn
from planning.rules.terms import own_period
from registry.models import Target

Row = tuple[str, Unit | int, Target | int]


@transaction.atomic
def note_drawn(
    *,
    organisation: Organisation,
    period: str,
    rows: Iterable[Row],
    draw_number: str,
    on: date,
    by: User | None,
) -> int:
    """Keep who was drawn; safe to repeat.

    period: of the draw; each row is kept under its line's own period · rows: (line id, unit, target), objects or ids ·
    returns: how many were new
    """
    asked = Period.parse(period)
    book = trial.book_of(plan_in_force(organisation, asked.year))
    wanted = [
        Drawn(
            organisation=organisation, period=own_period(trial.any_line(book, organisation, line), asked).id, line=line, unit_id=_id(unit),
            target_id=_id(target), draw_number=draw_number, drawn_on=on,
        )
        for line, unit, target in rows
    ]  # fmt: skip
    known = set(Drawn.objects.filter(draw_number=draw_number).values_list("line", "unit", "target"))
    new = [row for row in wanted if (row.line, row.unit_id, row.target_id) not in known]
    Drawn.objects.bulk_create(new)
    if new:
        ledger.record(
            actor=by, act="planning.note_drawn", subject=organisation,
            data={"draw": draw_number, "period": period, "count": len(new)},
        )  # fmt: skip
    return len(new)


@transaction.atomic
def note_voided(
    *,
    organisation: Organisation,
    draw_number: str,
    on: date,
    by: User | None,
    rows: Iterable[Row] | None = None,
) -> int:
    """Take drawn targets back: those of a replacement round, or all of a void draw (rows=None). Safe to repeat."""
    standing = Drawn.objects.standing().filter(organisation=organisation, draw_number=draw_number)
    if rows is not None:
        keys = {(line, _id(unit), _id(target)) for line, unit, target in rows}
        ids = [pk for pk, *key in standing.values_list("pk", "line", "unit", "target") if tuple(key) in keys]
        standing = Drawn.objects.filter(pk__in=ids)
    count = standing.update(voided_on=on)
    if count:
        ledger.record(
            actor=by,
            act="planning.note_voided",
            subject=organisation,
            data={"draw": draw_number, "count": count},
        )
    return count


def _id(value: Unit | Target | int) -> int:
    return value if isinstance(value, int) else value.pk
