"""Whether labels may be given: groups of the rulebook or free ones, words of the dictionary where there is one."""

from collections.abc import Mapping
from datetime import date

from foundation.organisation.adoption import RulebookMissing, rulebook_of
from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from registry.models import LabelTerm, Target, TargetTag
from registry.rules.labels import check_group, check_words

OVERLAPPING = "overlapping_activity"


def book_or_none(organisation: Organisation, on: date) -> Rulebook | None:
    try:
        return rulebook_of(organisation, on)
    except RulebookMissing:
        return None


def labels_of(target: Target) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group, value in TargetTag.objects.filter(target=target).order_by("id").values_list("group", "value"):
        found.setdefault(group, []).append(value)
    return found


def check_labels(
    organisation: Organisation, tags: Mapping[str, list[str]], on: date, held: Mapping[str, list[str]]
) -> None:
    """held: what the target has already; it may keep a word that went out of use. raises: LabelUnknown"""
    given = {group: values for group, values in tags.items() if values or group in held}
    book = book_or_none(organisation, on) if given else None
    for group in given:
        if book and group != OVERLAPPING and group not in held:
            check_group(group, book.register.labels, free=book.register.free_labels)
    terms = LabelTerm.objects.filter(organisation=organisation, group__in=given)
    listed = set(terms.values_list("group", flat=True)) if given else set()
    for group in listed:
        allowed = terms.filter(group=group).in_force(on).order_by("value").values_list("value", flat=True)
        check_words(group, [word for word in given[group] if word not in held.get(group, ())], list(allowed))
