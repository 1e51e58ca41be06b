"""What a recomputation on some day would change; nothing is written. source: AMB-11, CAP-15"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from registry.facts import facts_of_rows
from registry.models import Target, TierAssignment
from registry.rules import tiers as rules

_CHUNK = 500
READ_AT_ONCE = 50_000  # beyond this the page only offers the file, which is streamed


@dataclass(frozen=True)
class Shift:
    """One body's tier of one target, now and then. `kept`: a person's decision stays, only the rules' side changes."""

    target: Target
    body: str
    old: str
    new: str
    reason: str
    clause: str
    kept: bool


def shifts(organisation: Organisation, book: Rulebook, on: date) -> Iterator[Shift]:
    """Streamed by name; three queries and one more per 500 targets."""
    ids = list(Target.objects.of(organisation).present().order_by("name", "id").values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        rows = (
            Target.objects.filter(pk__in=ids[start : start + _CHUNK]).select_related("area").defer("search")
        )
        yield from _shifts_of(list(rows.order_by("name", "id")), book, on)


def summary(found: Iterable[Shift]) -> list[tuple[str, str, int]]:
    """(now, then, how many), most frequent first."""
    return [(old, new, n) for (old, new), n in Counter((row.old, row.new) for row in found).most_common()]


def _shifts_of(rows: list[Target], book: Rulebook, on: date) -> Iterator[Shift]:
    facts = facts_of_rows(rows, on)
    on_file: dict[tuple[int, str, bool], list[TierAssignment]] = {}
    for held in TierAssignment.objects.filter(target__in=rows, until=None).order_by("id"):
        on_file.setdefault((held.target_id, held.body, held.overlay), []).append(held)
    for target in rows:
        computed: dict[tuple[str, bool], list[rules.Tiering]] = {}
        for row in rules.tierings(book, facts[target.pk], on):
            computed.setdefault((row.body, row.overlay), []).append(row)
        for body, overlay in dict.fromkeys([*computed, *(key[1:] for key in on_file if key[0] == target.pk)]):
            yield from _compared(
                target, body, on_file.get((target.pk, body, overlay), []), computed.get((body, overlay), [])
            )


def _compared(
    target: Target, body: str, old: list[TierAssignment], new: list[rules.Tiering]
) -> Iterator[Shift]:
    before, after = {row.computed_tier for row in old}, {row.tier for row in new}
    if before == after:
        return
    why = next((row for row in new if row.tier not in before), None)
    kept = any(row.override_reason for row in old)
    yield Shift(
        target, body, _names(before), _names(after), why.reason if why else "不再符合认定条件", why.clause if why else "", kept
    )  # fmt: skip


def _names(tiers: set[str]) -> str:
    return "、".join(rules.LABELS[tier] for tier in rules.LABELS if tier in tiers)
