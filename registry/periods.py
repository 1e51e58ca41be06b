"""Status periods of a target: one ends on the day before the next begins. Used by the actions only."""

from datetime import date, timedelta

from registry.models import StatusPeriod, Target


def turn_status(row: Target, status: str, since: date, reason: str) -> None:
    """Status periods only; the caller saves the target."""
    current = StatusPeriod.objects.filter(target=row, until=None).first()
    if current and current.since >= since:
        current.delete()
    elif current:
        current.until = since - timedelta(days=1)
        current.save(update_fields=["until"])
    StatusPeriod.objects.create(target=row, status=status, since=since, reason=reason)
    row.status, row.status_since = status, since


def change_period(row: Target, status: str, since: date, reason: str, *, back: bool = False) -> None:
    """Another status, another first day of the same one, or (back) the one before an import; the caller saves the target."""
    if back:
        restore(row, status, since)
    elif status == row.status:
        redate(row, since)
    else:
        turn_status(row, status, since, reason)


def restore(row: Target, status: str, since: date) -> None:
    """Take the present period back: the one before it opens again, or is written anew; the caller saves the target."""
    if status == row.status:
        redate(row, since)
        return
    StatusPeriod.objects.filter(target=row, until=None).delete()
    back = StatusPeriod.objects.filter(target=row, status=status, since=since).order_by("-id").first()
    if back is None:
        back = StatusPeriod(target=row, status=status, since=since, reason="撤销导入，恢复原状态")
    back.until = None
    back.save()
    row.status, row.status_since = status, since


def redate(row: Target, since: date) -> None:
    """The present period began on another day, the one before it ends accordingly; the caller saves the target."""
    StatusPeriod.objects.filter(target=row, until=None).update(since=since)
    earlier = StatusPeriod.objects.filter(target=row, until__isnull=False).order_by("-until", "-id").first()
    if earlier and earlier.since < since:
        earlier.until = since - timedelta(days=1)
        earlier.save(update_fields=["until"])
    row.status_since = since
