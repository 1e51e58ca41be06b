"""Which rulebook a bureau goes by on a day, and who its drawing bodies are."""

from datetime import date

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation, Unit
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook


class RulebookMissing(RuleBroken):
    code = "rulebook_missing"


def rulebook_of(organisation: Organisation, on: date) -> Rulebook:
    """The rulebook in force on a day. One query.

    raises: RulebookMissing when none is adopted, or the file no longer has the adopted fingerprint
    """
    adoption = organisation.adoptions.in_force(on).first()
    if adoption is None:
        raise RulebookMissing(
            f"{organisation.name}在 {on} 还没有采用规则书。请由分管领导在“规则书”页登记采用。"
        )
    book = library.get(adoption.rulebook_id)
    if book.hash != adoption.rulebook_hash:
        raise RulebookMissing(
            f"规则书 {adoption.rulebook_id} 的文件与采用时不一致（{adoption.rulebook_hash[:8]} → {book.hash[:8]}）。"
            "请恢复原文件，或重新登记采用。"
        )
    return book


def drawing_units(organisation: Organisation, body: str) -> list[Unit]:
    """Instances of one body of the rulebook, in code order."""
    return list(
        Unit.objects.filter(organisation=organisation, body=body).prefetch_related("areas").order_by("code")
    )
