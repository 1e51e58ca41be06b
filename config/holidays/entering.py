"""Entering a notice with everything that hangs on it, and the same thing tried out and taken back."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse

from disclosure import actions as disclosure
from disclosure.models import DisclosureTask
from foundation.organisation.models import Organisation, User
from foundation.workdays import actions as workdays
from foundation.workdays.actions import HolidayChange
from foundation.workdays.imports import HolidayFile

Deadlines = dict[int, tuple[date | None, bool]]


@dataclass(frozen=True)
class Moved:
    """One deadline before and after; `settled`: it was provisional and is not any more."""

    name: str
    url: str
    before: date | None
    after: date | None
    settled: bool


@dataclass(frozen=True)
class Trial:
    change: HolidayChange
    moved: list[Moved]


@transaction.atomic
def enter(*, by: User, parsed: HolidayFile, source: str) -> tuple[HolidayChange, int]:
    """The year's days and every open deadline; how many deadlines moved or became final.

    raises: NotAllowed, HolidayFileHasErrors, RuleBroken
    """
    change = workdays.import_holidays(by=by, parsed=parsed, source=source)
    moved = sum(
        disclosure.refresh_deadlines(organisation=each, by=by if each == by.organisation else None)
        for each in Organisation.objects.order_by("id")
    )
    return change, moved


def trial(*, by: User, parsed: HolidayFile, source: str) -> Trial:
    """What `enter` would do: done by `enter` itself, then taken back. raises: as `enter`"""
    with transaction.atomic():
        before = _deadlines()
        change, _ = enter(by=by, parsed=parsed, source=source)
        after = _deadlines()
        transaction.set_rollback(True)
    return Trial(change, _differences(by, before, after))


def _deadlines() -> Deadlines:
    rows = DisclosureTask.objects.open().values_list("pk", "due_on", "provisional")
    return {pk: (due_on, provisional) for pk, due_on, provisional in rows}


def _differences(by: User, before: Deadlines, after: Deadlines) -> list[Moved]:
    """Of the person's own organisation and its branches, in the order of the new deadlines."""
    changed = [pk for pk, then in before.items() if after.get(pk) != then]
    visible = Organisation.objects.visible_to(by)
    tasks = DisclosureTask.objects.filter(pk__in=changed, organisation__in=visible).with_subjects().in_bulk()
    found = [
        Moved(
            str(task), reverse("disclosure:task", args=[pk]), before[pk][0], after[pk][0],
            before[pk][1] and not after[pk][1],
        )
        for pk, task in tasks.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.after or date.max, one.name))
