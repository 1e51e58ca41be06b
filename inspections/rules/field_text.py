"""How another system writes down times and check points, and how we read them."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_RESULTS = {
    "clear": "clear", "未发现问题": "clear", "problem": "problem", "发现问题": "problem", "na": "na", "不涉及": "na",
}  # fmt: skip
_LABELS = {"clear": "未发现问题", "problem": "发现问题", "na": "不涉及"}
_LINE = re.compile(r"(\d{1,3})\s*[=＝．.、]\s*([^:：]+?)\s*(?:[:：]\s*(.*))?\Z", re.DOTALL)


def moment(text: str) -> datetime:
    """Beijing time unless the text says otherwise. raises: ValueError with a Chinese reason"""
    plain = text.strip().replace("/", "-").replace("年", "-").replace("月", "-").replace("日", " ")
    try:
        found = datetime.fromisoformat(re.sub(r"\s+", " ", plain).strip())
    except ValueError:
        raise ValueError("看不懂这个时间。请写成 2026-11-20 09:18") from None
    if len(plain.strip()) < 13:
        raise ValueError("只有日期。请写明几点几分，例如 2026-11-20 09:18")
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def written(at: datetime | None) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if at else ""


def points(text: str) -> dict[int, tuple[str, str]]:
    """ "1=未发现问题；2=发现问题：三桶废油无标签" → {1: ("clear", ""), 2: ("problem", …)}. raises: ValueError"""
    found: dict[int, tuple[str, str]] = {}
    for part in re.split(r"[；;\n]", text):
        if not part.strip():
            continue
        line = _LINE.match(part.strip())
        if line is None or line[2].strip() not in _RESULTS:
            raise ValueError(f"“{part.strip()[:30]}”看不懂。请写成 1=未发现问题；2=发现问题：说明；3=不涉及")
        if int(line[1]) in found:
            raise ValueError(f"第 {int(line[1])} 条检查要点写了两次")
        found[int(line[1])] = (_RESULTS[line[2].strip()], (line[3] or "").strip())
    return found


def told(answers: dict[int, tuple[str, str]]) -> str:
    """The same text again, in order."""
    return "；".join(
        f"{no}={_LABELS[result]}{'：' + note if note else ''}"
        for no, (result, note) in sorted(answers.items())
    )
