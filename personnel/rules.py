"""Who may be drawn on a day: certificate, presence. Plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.errors import RuleBroken

AVAILABLE = "A"
ON_LEAVE, NO_CERTIFICATE, SECONDED, ON_DUTY, OTHERWISE = "L.LEAVE", "L.CERT", "L.SECOND", "L.DUTY", "L.OTHER"
STATUS_LABELS = {
    AVAILABLE: "可参加抽取",
    ON_LEAVE: "请假",
    NO_CERTIFICATE: "没有有效执法证",
    SECONDED: "借调",
    ON_DUTY: "值守或专案",
    OTHERWISE: "不在岗",
}
_BY_REASON = {
    "leave": ON_LEAVE,
    "training": OTHERWISE,
    "seconded": SECONDED,
    "duty": ON_DUTY,
    "other": OTHERWISE,
}


@dataclass(frozen=True)
class Certificate:
    number: str
    issued_on: date | None
    valid_until: date | None

    def valid_on(self, day: date) -> bool:
        """Both ends included. source: INV-09, LAW:行政处罚法42"""
        if not self.number or self.valid_until is None:
            return False
        return (self.issued_on is None or self.issued_on <= day) and day <= self.valid_until


@dataclass(frozen=True)
class Away:
    reason: str
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class AbsenceWrong(RuleBroken):
    code = "absence_wrong"


def status_on(day: date, *, in_post: bool, certificate: Certificate, away: Iterable[Away]) -> str:
    """The roster's status code: A, or the first reason that keeps the person out. source: draw-protocol.md §5

    Absence comes before the certificate: who is away is told so, even with an expired certificate.
    """
    if not in_post:
        return OTHERWISE
    reason = next((absence.reason for absence in away if absence.covers(day)), None)
    if reason is not None:
        return _BY_REASON[reason]
    return AVAILABLE if certificate.valid_on(day) else NO_CERTIFICATE


@dataclass(frozen=True)
class Badge:
    """How a certificate looks on the list."""

    words: str
    tone: str


def certificate_badge(certificate: Certificate, today: date, warn_days: int) -> Badge:
    """warn_days: a certificate that ends within this many days is marked"""
    if not certificate.number or certificate.valid_until is None:
        return Badge("没有执法证", "neu")
    if certificate.valid_until < today:
        return Badge(f"{certificate.valid_until} 已过期", "bad")
    if certificate.valid_until <= today + timedelta(days=warn_days):
        left = (certificate.valid_until - today).days
        return Badge(f"{certificate.valid_until} 到期，剩 {left} 天", "warn")
    return Badge(f"有效至 {certificate.valid_until}", "plain")


def check_absence(new: Away, others: Iterable[Away]) -> None:
    """raises: AbsenceWrong when it ends before it begins or overlaps another"""
    if new.until and new.until < new.since:
        raise AbsenceWrong(f"结束日期 {new.until} 早于开始日期 {new.since}，请核对。")
    for other in others:
        if (other.until is None or other.until >= new.since) and (
            new.until is None or new.until >= other.since
        ):
            end = other.until or "未定"
            raise AbsenceWrong(f"与已登记的 {other.since} 至 {end} 重叠。请先结束那一条，或改日期。")


def years_of_service(since: date | None, on: date) -> int | None:
    if since is None or since > on:
        return None
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))
