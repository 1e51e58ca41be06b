"""What every action of a visit does first: take the lock and read what others wrote."""

from datetime import datetime

from django.utils import timezone

from foundation.documents import actions as documents
from foundation.errors import RuleBroken
from foundation.organisation.models import User
from inspections.models import Record, Visit


def lock(visit: Visit, *also: str) -> Visit:
    """The same object, fresh from the database and locked until the transaction ends; one query.

    Its bureau, draw and plan are read along with it, and what `also` names: every action asks for them.
    """
    rows = Visit.objects.select_related("organisation", "draw__plan", *also)
    visit.refresh_from_db(from_queryset=rows.select_for_update(of=("self",), no_key=True))
    return visit


def moment(now: datetime | None) -> datetime:
    return now or timezone.now()


def words(text: str, limit: int, what: str) -> str:
    """Text as it is kept. raises: RuleBroken when it is longer than the field"""
    kept = text.strip()
    if len(kept) > limit:
        raise RuleBroken(f"{what}有 {len(kept)} 个字，最多 {limit} 个。请缩短。", code="too_long")
    return kept


def request_notice(visit: Visit, by: User) -> None:
    """Ask for the notice as PDF; asked again when the team changed after it went out."""
    documents.request(
        kind="visit_notice", subject_id=visit.pk, title=f"行政检查通知书 {visit.notice_number}",
        organisation=visit.organisation, by=by,
    )  # fmt: skip


def request_record(record: Record, by: User) -> None:
    documents.request(
        kind="visit_record", subject_id=record.pk, organisation=record.visit.organisation, by=by,
        title=f"现场检查记录 {record.visit.number} 第{record.version}版",
    )  # fmt: skip
