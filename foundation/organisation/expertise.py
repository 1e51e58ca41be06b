"""The bureau's words for expertise. The dictionary is kept with the people; the item list, which may not know them, asks here.

source: QS-12.2, decisions/0042
"""

from django.conf import settings
from django.utils.module_loading import import_string

from foundation.organisation.models import Organisation


def words(organisation: Organisation) -> list[str]:
    """Words on offer in the dictionary and those somebody in the register has."""
    return import_string(settings.EXPERTISE_WORDS)(organisation)  # type: ignore[no-any-return]
