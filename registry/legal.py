"""Which law the item list rests on: every article cited, how many items cite it, whether it is in force."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from foundation.organisation.models import Organisation
from registry.models import BasisRemap, InspectionItem, LegalBasis
from registry.rules import citations, laws
from registry.rules.citations import Citation

Status = InspectionItem.Status
LIVE = (Status.DRAFT, Status.APPROVED, Status.PUBLISHED)


@dataclass
class BasisRow:
    """One article that items cite, with what is known about it."""

    citation: Citation
    items: list[InspectionItem] = field(default_factory=list)
    recorded: LegalBasis | None = None
    repealed_on: date | None = None
    open_remap: BasisRemap | None = None


def recorded(organisations: Iterable[int]) -> list[laws.DatedBasis]:
    """Repealed law and articles the bureaus recorded. One query."""
    rows = LegalBasis.objects.filter(organisation__in=organisations, repealed_on__isnull=False)
    return [laws.DatedBasis(row.law, row.article, row.repealed_on) for row in rows if row.repealed_on]


def warnings_of(item: InspectionItem, on: date, known: list[laws.DatedBasis]) -> tuple[str, ...]:
    """Sentences for law no longer in force, in the basis and in the contents. source: domain.md §0.1"""
    return laws.repealed_basis([*item.basis, *item.contents], on, known)


def current_items(organisation: Organisation) -> list[InspectionItem]:
    """The newest version of each item that is not repealed: what a change of law has to reach."""
    rows = InspectionItem.objects.filter(organisation=organisation, status__in=LIVE).order_by(
        "code", "-version"
    )
    newest: dict[str, InspectionItem] = {}
    for row in rows:
        newest.setdefault(row.code, row)
    return list(newest.values())


def basis_rows(organisation: Organisation, on: date) -> list[BasisRow]:
    """Everything cited in 检查依据, what is repealed first. Three queries."""
    known = list(LegalBasis.objects.of(organisation))
    waiting = BasisRemap.objects.filter(organisation=organisation, state=BasisRemap.State.PROPOSED)
    open_remaps = {(citations.plain(row.old_law), row.old_article): row for row in waiting}
    rows: dict[tuple[str, str], BasisRow] = {}
    for item in current_items(organisation):
        for one in citations.all_cited(item.basis):
            key = (citations.plain(one.law), one.article)
            rows.setdefault(key, BasisRow(one, open_remap=open_remaps.get(key))).items.append(item)
    for row in rows.values():
        _date(row, known, on)
    return sorted(
        rows.values(), key=lambda row: (row.repealed_on is None, row.citation.law, row.citation.article)
    )


def _date(row: BasisRow, known: list[LegalBasis], on: date) -> None:
    found = [basis for basis in known if laws.covers(basis.law, basis.article, row.citation)]
    row.recorded = max(found, key=lambda basis: bool(basis.article), default=None)
    days = [basis.repealed_on for basis in found if basis.repealed_on and basis.repealed_on <= on]
    shipped = laws.repealed_on(row.citation.law, on)
    row.repealed_on = min([*days, *([shipped] if shipped else [])], default=None)


def citing(organisation: Organisation, law: str, article: str) -> list[InspectionItem]:
    return [
        item for item in current_items(organisation)
        if any(citations.cites(text, law, article) for text in item.basis)
    ]  # fmt: skip
