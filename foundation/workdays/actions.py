"""Writing the holiday arrangement: import of a year's notice. The only writers of this app."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from foundation.errors import RuleBroken
from foundation.ledger import actions as ledger
from foundation.organisation import policies
from foundation.organisation.models import Organisation, User

from .imports import HolidayFile
from .models import Holiday, HolidayYear

__all__ = ["HolidayChange", "HolidayFileHasErrors", "import_holidays", "preview_holidays"]


class HolidayFileHasErrors(RuleBroken):
    code = "holiday_file_has_errors"


@dataclass(frozen=True)
class HolidayChange:
    """What an import does to a year: days that appear, disappear, or change kind or name."""

    year: int
    added: tuple[date, ...]
    removed: tuple[date, ...]
    changed: tuple[date, ...]
    was_final: bool

    @property
    def sentence(self) -> str:
        parts = (("新增", self.added), ("删去", self.removed), ("改动", self.changed))
        counts = "，".join(f"{word} {len(days)} 天" for word, days in parts if days) or "没有变化"
        return f"{self.year} 年放假安排：{counts}"


def preview_holidays(parsed: HolidayFile) -> HolidayChange:
    """What `import_holidays` would change; writes nothing."""
    return _change(parsed)


@transaction.atomic
def import_holidays(
    *, by: User | None, parsed: HolidayFile, source: str, organisation: Organisation | None = None
) -> HolidayChange:
    """Replaces the days of a year by those of the notice and makes the year final.

    by: the account, None from the command line, then `organisation` says whose ledger it is
    source: number of the State Council notice, shown beside every deadline of the year
    raises: NotAllowed; HolidayFileHasErrors with the first faults; RuleBroken without a source
    Stored deadlines are recomputed by the apps that hold them; this app knows none of them.
    """
    if by is not None:
        policies.check_may(by, "holidays.manage")
    check_importable(parsed, source)
    year, _ = HolidayYear.objects.select_for_update(of=("self",), no_key=True).get_or_create(year=parsed.year)
    change = _change(parsed)
    year.days.all().delete()
    Holiday.objects.bulk_create(
        Holiday(year=year, date=row.date, kind=row.kind, name=row.name) for row in parsed.rows
    )
    year.status, year.source = HolidayYear.Status.FINAL, source.strip()
    year.save(update_fields=["status", "source"])
    ledger.record(
        actor=by,
        organisation=organisation,
        act="workdays.import_holidays",
        subject=year,
        data={
            "source": year.source,
            "added": change.added,
            "removed": change.removed,
            "changed": change.changed,
            "days": [[row.date, row.kind, row.name] for row in parsed.rows],
        },
    )
    return change


def check_importable(parsed: HolidayFile, source: str) -> None:
    if parsed.errors:
        listed = "；".join(map(str, parsed.errors[:5]))
        raise HolidayFileHasErrors(
            f"文件有 {len(parsed.errors)} 处错误，没有导入：{listed}。请改正后重新上传。"
        )
    if not parsed.rows:
        raise HolidayFileHasErrors("文件中没有一天的安排，没有导入。请核对文件。")
    if not source.strip():
        raise RuleBroken("没有填写放假通知的文号。请填写后再导入。", code="holiday_source_missing")


def _change(parsed: HolidayFile) -> HolidayChange:
    stored = {
        day: (kind, name)
        for day, kind, name in Holiday.objects.filter(year=parsed.year).values_list("date", "kind", "name")
    }
    coming = {row.date: (row.kind, row.name) for row in parsed.rows}
    return HolidayChange(
        year=parsed.year,
        added=tuple(sorted(coming.keys() - stored.keys())),
        removed=tuple(sorted(stored.keys() - coming.keys())),
        changed=tuple(sorted(day for day in coming.keys() & stored.keys() if coming[day] != stored[day])),
        was_final=HolidayYear.objects.final().filter(year=parsed.year).exists(),
    )
