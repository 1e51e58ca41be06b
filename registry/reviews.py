"""What the draws ask of the register's review; a fixed number of queries."""

from datetime import date

from foundation.organisation.models import Organisation, Unit
from foundation.rulebook.model import Rulebook
from registry.models import RegisterReview
from registry.rules.reviews import NONE, Reviewed, ReviewNeed, need_on


def review_need(organisation: Organisation, book: Rulebook, on: date) -> ReviewNeed:
    """What the rulebook asks for on a day and what is there."""
    every = book.register.review_every
    if every == NONE:
        return ReviewNeed(every, "")
    rows = RegisterReview.objects.filter(organisation=organisation, reviewed_on__lte=on)
    found = [Reviewed(*row) for row in rows.values_list("period", "reviewed_on", "unit")]
    return need_on(every, on, reviewing_units(organisation, book), found)


def reviewing_units(organisation: Organisation, book: Rulebook) -> list[tuple[int, str]]:
    """(id, name) of the units that draw from the register."""
    bodies = {body for line in book.quotas if line.role == "draw" for body in line.bodies}
    units = Unit.objects.filter(organisation=organisation, body__in=bodies).order_by("code")
    return list(units.values_list("pk", "name"))
