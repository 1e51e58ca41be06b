"""A calendar file that phones and office programs subscribe to. source: RFC 5545"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from planning.rules.agenda import Duty

_FOLD = 73


def calendar_file(duties: Iterable[Duty], *, name: str, host: str, stamp: datetime, today: date) -> str:
    """Whole-day events on the due day, an alarm three days before; what is done carries it in the title."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mingchou//ZH",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for duty in duties:
        lines += _event(duty, host, stamp, today)
    return "\r\n".join(part for line in [*lines, "END:VCALENDAR"] for part in _folded(line)) + "\r\n"


def _event(duty: Duty, host: str, stamp: datetime, today: date) -> list[str]:
    span = f"{duty.opens} 至 {duty.due}" if duty.opens else f"{duty.due} 前"
    said = "；".join(
        word for word in (span, "暂定" if duty.provisional else "", duty.note, f"依据 {duty.origin}") if word
    )
    mark = f"（{duty.state_zh(today)}）" if duty.done else ""
    alarm = [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P3D",
        f"DESCRIPTION:{_text(duty.title)}",
        "END:VALARM",
    ]
    return [
        "BEGIN:VEVENT", f"UID:{duty.key}@{host}", f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{duty.due:%Y%m%d}", f"DTEND;VALUE=DATE:{duty.due + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(duty.title + mark)}", f"DESCRIPTION:{_text(said)}", f"CATEGORIES:{_text(duty.kind_zh)}",
        *([] if duty.done else alarm), "END:VEVENT",
    ]  # fmt: skip


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words


def _folded(line: str) -> Iterable[str]:
    """Lines of at most 75 octets, never cutting a character."""
    rest, first = line, True
    while rest:
        size = taken = 0
        for letter in rest:
            size += len(letter.encode())
            if size > _FOLD:
                break
            taken += 1
        yield rest[:taken] if first else f" {rest[:taken]}"
        rest, first = rest[taken:], False
