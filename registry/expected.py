"""Numbers of targets that the document prints, beside what the register holds. source: CAP-23, XY-3.3, XY-3.5, WL-A

Comparison only: the register decides; a difference says that somebody should look.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.rulebook.selectors import matches
from foundation.rulebook.tables import Quota
from foundation.rulebook.tiers import in_window
from foundation.rulebook.yearly import compare
from registry.facts import facts_of_rows
from registry.models import Target, TierAssignment
from registry.rules import item_lists

_CHUNK = 500
READ_AT_ONCE = 50_000  # beyond this the page would keep people waiting


@dataclass(frozen=True)
class Row:
    """printed: as in the document, 约 included · ok: equal, or within what 约 allows"""

    name: str
    printed: str
    actual: int
    difference: int
    ok: bool
    clause: str

    @property
    def words(self) -> str:
        if not self.difference:
            return "相同"
        gap = f"{'多' if self.difference > 0 else '少'} {abs(self.difference)} 家"
        return f"{gap}，在约数范围内" if self.ok else f"{gap}，请核对有无漏登、重复或已关停"


def too_many(organisation: Organisation) -> bool:
    return Target.objects.of(organisation).present().count() > READ_AT_ONCE


def rows(organisation: Organisation, book: Rulebook | None, on: date) -> list[Row]:
    """Every printed number of the rulebook, in its order; none for books whose document prints none."""
    if book is None or not book.register.expected:
        return []
    lines = {printed.quota: book.line(printed.quota) for printed in book.register.expected}
    counts = dict.fromkeys(lines, 0)
    for quota in _met(organisation, book, lines.values(), on):
        counts[quota] += 1
    found = []
    for printed in book.register.expected:
        compared = compare(counts[printed.quota], printed)
        name, clause = _named(book, lines[printed.quota])
        found.append(
            Row(
                name, f"{'约 ' if printed.about else ''}{printed.count}", compared.computed,
                compared.computed - compared.stated, compared.ok, clause,
            )
        )  # fmt: skip
    return found


def _met(organisation: Organisation, book: Rulebook, lines: Iterable[Quota], on: date) -> Iterator[str]:
    """Ids of the lines a present target belongs to, one target after the other; three queries per 500."""
    lines = list(lines)
    ids = list(Target.objects.of(organisation).present().order_by("id").values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        part = list(Target.objects.filter(pk__in=ids[start : start + _CHUNK]).defer("search"))
        facts = facts_of_rows(part, on)
        held: dict[tuple[int, str], set[str]] = {}
        open_tiers = TierAssignment.objects.filter(target__in=[row.pk for row in part], until=None)
        for target, body, tier in open_tiers.values_list("target", "body", "tier"):
            held.setdefault((target, body), set()).add(tier)
        for row in part:
            for line in lines:
                given = {tier for body in line.bodies for tier in held.get((row.pk, body), ())}
                if matches(line.when, facts[row.pk], on, tiers=given) and in_window(
                    line.window, facts[row.pk], on
                ):
                    yield line.id


def _named(book: Rulebook, line: Quota) -> tuple[str, str]:
    """Whom the number is about, and the clause that prints it."""
    shipped = next((one for one in item_lists.shipped(book.id).lines if one.quota == line.id), None)
    if shipped:
        return shipped.target, shipped.clause
    tier = next((one for one in book.tiers if one.id in line.when.names("tier")), None)
    return tier.zh if tier else line.id, book.register.origin("expected").ref
