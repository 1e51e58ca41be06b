"""The rulebook the register is kept by, if the bureau has adopted one yet."""

from datetime import date

from foundation.organisation.adoption import rulebook_of
from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook


def book_of(organisation: Organisation, on: date) -> Rulebook | None:
    """None before the first adoption: people may be registered before there is a rulebook. Two queries.

    raises: RulebookMissing when the adopted file has been changed
    """
    if not organisation.adoptions.in_force(on).exists():
        return None
    return rulebook_of(organisation, on)
