"""What readers call the strata of a draw."""

from draws.models import Draw
from planning.rules import naming
from planning.trial import book_as_planned


def strata_names(draw: Draw) -> dict[str, str]:
    """Stratum id -> 重点, or 重点（一大队） where several units draw. One query."""
    book = book_as_planned(draw.plan)
    strata = list(draw.strata.select_related("unit").order_by("pk"))
    several = len({stratum.unit_id for stratum in strata}) > 1
    return {
        stratum.stratum: naming.short_name(book, book.line(stratum.line))
        + (f"（{stratum.unit.name}）" if several else "")
        for stratum in strata
    }
