"""Values to words: the small pure helpers behind the template tags in config/templatetags/mc.py.

No Django models, no clock, no database. Dates and working-day counts come in as arguments.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

import segno

from foundation.rulebook import clauses

WEEKDAYS = "一二三四五六日"
QUARTERS = "一二三四"
COMPOUND_SURNAMES = frozenset(
    {
        "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙",
        "令狐", "慕容", "司徒", "司空", "夏侯", "长孙", "宇文", "端木",
        "百里", "南宫", "呼延", "东郭", "轩辕", "独孤",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """How one status word looks: css tone, icon name (may be empty), whether the word is struck out."""

    tone: str
    icon: str = ""
    struck: bool = False


PLAIN = Mark("plain")
STATUS_MARKS: Mapping[str, Mark] = {
    # results
    "未发现问题": Mark("ok", "check"),
    "通过": Mark("ok", "check"),
    "合格": Mark("ok", "check"),
    "发现问题": Mark("warn", "bang"),
    "发现问题，已责令改正": Mark("warn", "bang"),
    "已责令改正": Mark("warn", "bang"),
    "责令改正": Mark("warn", "bang"),
    "整改中": Mark("warn", "bang"),
    "涉嫌违法": Mark("bad", "cross"),
    "立案": Mark("bad", "cross"),
    "已立案": Mark("bad", "cross"),
    "移送": Mark("bad", "cross"),
    "已移送": Mark("bad", "cross"),
    "复查合格": Mark("ok-o", "check2"),
    "停产": Mark("neu", "minus"),
    "关闭": Mark("neu", "minus"),
    "关停": Mark("neu", "minus"),
    "注销": Mark("neu", "minus"),
    "迁出": Mark("neu", "minus"),
    "不涉及": Mark("neu", "minus"),
    "未开展相关活动": Mark("neu", "minus"),
    "无法联系": Mark("bad-o", "alert"),
    "拒绝检查": Mark("bad-o", "alert"),
    # workflow; finished work is plain text
    "未开始": Mark("neu", "ring"),
    "草稿": Mark("neu", "edit"),
    "进行中": Mark("info", "edit"),
    "编制中": Mark("info", "edit"),
    "待审核": Mark("info", "clock"),
    "待审批": Mark("info", "clock"),
    "待确认": Mark("info", "clock"),
    "待核对": Mark("info", "clock"),
    "已冻结": Mark("info", "lock"),
    "退回": Mark("warn", "redo"),
    "已退回": Mark("warn", "redo"),
    "有错误": Mark("bad", "cross"),
    "已中止": Mark("bad", "cross"),
    "中止": Mark("bad", "cross"),
    "演练": Mark("warn", "flag"),
    "已撤销": Mark("neu", "", struck=True),
    # disclosure
    "未公开": Mark("neu", "lock"),
    "保密期": Mark("neu", "lock"),
    "待公示": Mark("info", "clock"),
    "已更正": Mark("warn", "redo"),
    "已撤回": Mark("neu", "", struck=True),
    "已废止": Mark("neu", "", struck=True),
    "逾期": Mark("bad", "cross"),
    "已逾期": Mark("bad", "cross"),
    "即将到期": Mark("warn", "clock"),
    "已过期": Mark("bad", "cross"),
}


def status_mark(word: str) -> Mark:
    """Mark of a status word; its first clause decides ("停产，10月起" → 停产); unknown words stay plain."""
    text = str(word).strip()
    head = text.split("，")[0].split("（")[0].split(",")[0].strip()
    return STATUS_MARKS.get(text) or STATUS_MARKS.get(head) or PLAIN


@dataclass(frozen=True)
class Tier:
    css: str
    shape: str
    sign: str
    label: str


GENERAL = Tier("gen", "general", "○", "一般")
KEY = Tier("key", "key", "◆", "重点")
SPECIAL = Tier("spec", "special", "▲", "特殊")
TIERS: Mapping[str, Tier] = {
    **dict.fromkeys(("general", "gen", "一般", "一般监管对象", "一般对象"), GENERAL),
    **dict.fromkeys(("key", "重点", "重点监管对象", "重点对象"), KEY),
    **dict.fromkeys(("special", "spec", "特殊", "特殊监管对象", "特殊对象"), SPECIAL),
}


def tier(code: str) -> Tier | None:
    """Tier of a stored code or a Chinese word; None when it is not one of the three."""
    return TIERS.get(str(code).strip().lower())


@dataclass(frozen=True)
class Origin:
    css: str
    label: str


LAW = Origin("law", "法规")
READING = Origin("read", "解释")
DEFAULT = Origin("default", "默认")
LOCAL = Origin("local", "本局")


def origin(kind: str) -> Origin:
    """Where a value comes from: a rulebook `src` string, a kind (law, interpretation, default) or its word.

    "QS-10.7", "LAW:…" → 法规; "AMB-03" → 解释; "DEFAULT" → 默认. Anything unnamed counts as 默认, so that
    nobody takes an unexplained value for law. source: rulebooks.md §2
    """
    word = str(kind).strip()
    if not word or word.upper() == "DEFAULT" or word == "默认":
        return DEFAULT
    if word.upper().startswith("AMB") or word.lower() in ("interpretation", "reading", "read", "解释"):
        return READING
    if word.lower() in ("local", "本局"):
        return LOCAL
    return LAW


CLAUSE_IDS = re.compile(r"\b(?:QS|NM|XY|QZ|WL)-[A-Z0-9]+(?:\.[0-9A-Z]+)*[a-z]?\b")
STATUTE = re.compile(r"(.+法)(\d+)")


def clause_place(ref: str) -> str:
    """ "QS-10.7" → 第十条第二款, 行政处罚法42 → 《行政处罚法》第42条; an interpretation keeps its number."""
    word = str(ref or "").removeprefix("LAW:")
    statute = STATUTE.fullmatch(word)
    if statute:
        return f"《{statute[1]}》第{statute[2]}条"
    found = clauses.quote(word)
    return found.place if found and found.place else word


def clause_places(text: str) -> str:
    """Running text with every clause id in it read as 第十条第二款."""
    return CLAUSE_IDS.sub(lambda found: clause_place(found[0]), str(text or ""))


@dataclass(frozen=True)
class Due:
    tone: str
    words: str
    day: str
    icon: str = ""


def due(deadline: date, today: date, left: int) -> Due:
    """Words for a deadline.

    left: working days after today up to and including the deadline; negative when overdue
    """
    day = short_day(deadline, today)
    if today > deadline:
        return Due("late", f"逾期 {-left} 个工作日" if left < 0 else "已逾期", day, "cross")
    if today == deadline:
        return Due("today", "今日到期", day, "bang")
    if left <= 3:
        return Due("soon", f"剩 {left} 个工作日", day)
    return Due("near" if left <= 7 else "far", f"剩 {left} 个工作日", day)


def short_day(day: date, today: date | None = None) -> str:
    """11-20 周五; with the year when it is not this year's."""
    head = day.strftime("%m-%d" if today and today.year == day.year else "%Y-%m-%d")
    return f"{head} 周{WEEKDAYS[day.weekday()]}"


def cn_date(day: date | datetime | None) -> str:
    """2026年11月20日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def cn_day(day: date | datetime | None) -> str:
    """11月20日 周五."""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}" if day else ""


def cn_time(moment: datetime | date | None) -> str:
    """2026-11-20 14:09 for a moment, 2026-11-20 for a date. The moment is already local."""
    if not moment:
        return ""
    return moment.strftime("%Y-%m-%d %H:%M" if isinstance(moment, datetime) else "%Y-%m-%d")


def cn_period(period: Any) -> str:
    """2026Q4 → 2026年第四季度, 2026H1 → 2026年上半年, 2026-11 or 2026M11 → 2026年11月, 2026 → 2026年."""
    text = str(period).strip().upper()
    year, rest = text[:4], text[4:].lstrip("-")
    if not year.isdigit():
        return str(period)
    if not rest:
        return f"{year}年"
    if rest[0] == "Q" and rest[1:] in ("1", "2", "3", "4"):
        return f"{year}年第{QUARTERS[int(rest[1:]) - 1]}季度"
    if rest in ("H1", "H2"):
        return f"{year}年{'上' if rest == 'H1' else '下'}半年"
    month = rest.lstrip("M")
    return f"{year}年{int(month)}月" if month.isdigit() and 1 <= int(month) <= 12 else str(period)


def percent(value: Fraction | Decimal | float | int | None) -> str:
    """Fraction(1, 4) → 25%, Fraction(1, 3) → 33.33%; at most two decimals, no trailing zeros."""
    if value is None:
        return ""
    share = Fraction(value) * 100
    shown = (Decimal(share.numerator) / Decimal(share.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{shown:f}".rstrip("0").rstrip(".") + "%"


def masked_name(name: str) -> str:
    """王小明 → 王*, 欧阳修 → 欧阳*; an empty name stays empty."""
    text = str(name or "").strip()
    if not text:
        return ""
    return (text[:2] if len(text) > 2 and text[:2] in COMPOUND_SURNAMES else text[0]) + "*"


def masked_number(number: str) -> str:
    """Keeps the last four: 14052100253721 → ****3721."""
    text = str(number or "").strip()
    return "****" + text[-4:] if text else ""


def hash_groups(value: str) -> list[str]:
    """64 hex digits in groups of 8."""
    text = str(value or "")
    return [text[at : at + 8] for at in range(0, len(text), 8)]


def short_hash(value: str) -> str:
    """First 8 hex digits as people compare them: 0b33-d54c. Already short codes pass through."""
    text = str(value or "").replace("-", "")[:8]
    return f"{text[:4]}-{text[4:]}" if len(text) > 4 else text


def spoken(code: str) -> str:
    """Characters apart, so that a screen reader spells them."""
    return " ".join(str(code).replace("-", ""))


def quote_parts(text: str, phrase: str) -> tuple[str, str, str]:
    """Splits a quotation around the phrase to mark; an absent phrase marks nothing."""
    before, found, after = text.partition(phrase) if phrase else (text, "", "")
    return (before, found, after) if found else (text, "", "")


def qr_svg(text: str, title: str = "", border: int = 2) -> str:
    """Inline SVG of a QR code without style attributes or fixed size; error level M."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, omitsize=True, title=title or None, border=border,
        svgclass=None, lineclass=None,
    )  # fmt: skip
    return out.getvalue().decode().strip().replace("<svg ", '<svg role="img" ', 1)


def page_numbers(current: int, last: int) -> list[int | None]:
    """1 2 3 … 18 around the current page; None is a gap."""
    wanted = sorted({1, 2, last, current - 1, current, current + 1} & set(range(1, last + 1)))
    out: list[int | None] = []
    for number in wanted:
        if out and out[-1] is not None and number - out[-1] > 1:
            out.append(None if number - out[-1] > 2 else number - 1)
        out.append(number)
    return out
