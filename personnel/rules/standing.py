"""Who may be drawn on a day: certificate, presence; what the register must hold. Plain values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

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


EXPIRED, SOON, LATER, FINE = "expired", "soon", "later", "fine"
FUTURE, NONE = "future", "none"
SOON_DAYS, LATER_DAYS = 30, 90  # how early the list warns; a display choice, no law says so
CERTIFICATE_LABELS = {
    FINE: "有效",
    LATER: f"{LATER_DAYS} 天内到期",
    SOON: f"{SOON_DAYS} 天内到期",
    EXPIRED: "已过期",
    FUTURE: "尚未生效",
    NONE: "没有执法证",
}


def certificate_state(certificate: Certificate, today: date) -> str:
    """One of CERTIFICATE_LABELS: the alarm bucket of a certificate."""
    if not certificate.number or certificate.valid_until is None:
        return NONE
    if certificate.issued_on and certificate.issued_on > today:
        return FUTURE
    left = (certificate.valid_until - today).days
    if left < 0:
        return EXPIRED
    return SOON if left <= SOON_DAYS else LATER if left <= LATER_DAYS else FINE


@dataclass(frozen=True)
class Badge:
    """How a certificate looks on the list; `tone` and `icon` as in the status tags."""

    state: str
    words: str
    tone: str
    icon: str = ""


_LOOKS = {
    NONE: ("neu", "minus"), FUTURE: ("neu", "clock"), EXPIRED: ("bad", "cross"), SOON: ("warn", "bang"),
    LATER: ("info", "clock"), FINE: ("plain", ""),
}  # fmt: skip


def certificate_badge(certificate: Certificate, today: date) -> Badge:
    state = certificate_state(certificate, today)
    return Badge(state, _badge_words(state, certificate, today), *_LOOKS[state])


def _badge_words(state: str, certificate: Certificate, today: date) -> str:
    until = certificate.valid_until
    if until is None or state in (NONE, FINE):
        return CERTIFICATE_LABELS[state]
    if state == FUTURE:
        return f"{certificate.issued_on} 起有效"
    if state == EXPIRED:
        return f"已过期 {(today - until).days} 天"
    return f"剩 {(until - today).days} 天到期" if until > today else "今天到期"


CERTIFIED, REGULATORY = "certified", "regulatory_duty"


def missing_fields(values: Mapping[str, Any], fields: Iterable[str]) -> list[str]:
    """Compulsory fields of the rulebook that are empty; who holds no certificate by duty needs none.

    fields: rulebook.personnel.fields, source: NM-16.1
    """
    exempt = values.get("duty") == REGULATORY
    wanted = [name for name in fields if not (exempt and name.startswith("certificate_"))]
    return [name for name in wanted if values.get(name) in (None, "", [])]


LABEL_FIELDS = {
    "所在区域": "areas",
    "工作年限": "service_since",
    "业务专长": "specialities",
    "部门岗位": "post",
}


def missing_labels(values: Mapping[str, Any], labels: Iterable[str]) -> list[str]:
    """Label groups of the rulebook that are empty. labels: rulebook.personnel.labels, source: QS-7.8, NM-16.2, WL-5.2"""
    known = [LABEL_FIELDS[name] for name in labels if name in LABEL_FIELDS]
    return [name for name in known if values.get(name) in (None, "", [])]


def masked_phone(phone: str) -> str:
    """138****0000; short numbers keep only their last two."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}" if phone else ""


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
