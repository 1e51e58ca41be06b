"""What a person keeps for finding again: saved filters; and comparisons of permit lists."""

from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation.models import Organisation, User
from registry import policies
from registry.completeness import compare
from registry.models import PermitComparison, SavedFilter

KEPT = 30
_PASSING = frozenset({"page", "csrfmiddlewaretoken"})


def save_filter(*, user: User, name: str, query: str) -> SavedFilter:
    """One's own filter under a name; the same name is overwritten. raises: NotAllowed, RuleBroken"""
    policies.check_may_view(user)
    pairs = [(key, value) for key, value in parse_qsl(query) if value and key not in _PASSING]
    if not name.strip():
        raise RuleBroken("请给这组条件起个名称，例如“东湾镇重点”。", code="filter_needs_a_name")
    if not pairs:
        raise RuleBroken("现在没有任何条件，不用保存。请先筛选。", code="filter_is_empty")
    text = urlencode(pairs)
    if len(text) > 1000:
        raise RuleBroken("条件太长，保存不了。请减少条件，或直接收藏网址。", code="filter_is_too_long")
    mine = SavedFilter.objects.filter(user=user)
    if mine.count() >= KEPT and not mine.filter(name=name.strip()).exists():
        raise RuleBroken(f"最多保存 {KEPT} 组条件。请先删去不用的。", code="too_many_filters")
    row, _ = SavedFilter.objects.update_or_create(user=user, name=name.strip()[:30], defaults={"query": text})
    return row


def drop_filter(*, saved: SavedFilter, user: User) -> None:
    """raises: NotAllowed for another person's"""
    policies.check_owns(saved, user)
    saved.delete()


@transaction.atomic
def compare_permits(*, organisation: Organisation, file_name: str, data: bytes, by: User) -> PermitComparison:
    """Compare a permit platform's export with the register and keep the result. raises: NotAllowed, SheetRefused"""
    policies.check_may_edit(by, organisation)
    found = compare(organisation, file_name, data)
    row = PermitComparison.objects.create(
        organisation=organisation, file_name=file_name[:200], sha256=found.sha256, rows=found.rows, matched=found.matched,
        missing=found.missing, unlisted=found.unlisted, faulty=found.faulty, by=by,
    )  # fmt: skip
    ledger.record(
        actor=by, act="registry.compare_permits", subject=row,
        data={"sha256": found.sha256, "rows": found.rows, "missing": len(found.missing), "unlisted": len(found.unlisted)},
    )  # fmt: skip
    return row
