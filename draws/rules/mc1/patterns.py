"""The alphabets and limits of §2–§5, once. All patterns are used with `fullmatch`."""

from __future__ import annotations

import re

HEX = r"[0-9a-f]{64}"
CODE = r"[0-9A-Za-z._-]{1,32}"
UID = r"[0-9A-Za-z._-]{1,64}"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"
_PERIOD = r"[0-9]{4}(?:Q[1-4]|H[12]|M(?:0[1-9]|1[0-2])|Y)"
FORMAL_ID = rf"[0-9]{{6,12}}-{_PERIOD}-[0-9]{{2,4}}"
REHEARSAL_ID = rf"[0-9]{{6,12}}-{_PERIOD}-R[0-9]{{2,4}}"
DRAW_ID = rf"(?:{FORMAL_ID}|{REHEARSAL_ID})"

# status -> words for the screen; `E` may be drawn, `C.*` counts in the base, `X.*` is outside (§3)
TARGET_STATUSES = {
    "E": "可以抽取",
    "C.CAP": "已达年度抽查次数上限",
    "C.SUPERIOR": "本年度上级已查且未发现问题",
    "C.DRAWN": "本期本事项已抽中",
    "C.ONCE": "本事项只抽一次，已抽过",
    "C.RECENT": "近期已由其他或联合检查覆盖",
    "C.CLOSED": "名录快照后停产、关闭",
    "C.OFFPOOL": "其他经批准的排除",
    "X.CLOSED": "已关闭",
    "X.MOVED": "已迁出",
    "X.DUP": "重复登记",
    "X.NOJUR": "不在管辖范围",
}
INSPECTOR_STATUSES = {
    "A": "可以派出",
    "L.LEAVE": "休假",
    "L.CERT": "没有有效执法证",
    "L.SECOND": "借调外出",
    "L.DUTY": "值班或另有任务",
    "L.OTHER": "其他原因不能派出",
}
RECUSAL_REASONS = ("KIN", "SHARE", "EMPLOY", "CREDIT", "DISPUTE", "OTHER")

_STATUS = "(?:" + "|".join(re.escape(status) for status in TARGET_STATUSES) + ")"
_MEMBERSHIP = rf"{CODE}:{_STATUS}"
_CODES = rf"(?:{CODE}(?:\+{CODE})*)?"
TARGET_FACTS = (
    rf"(?:0|[1-9][0-9]{{0,2}})\|(?:[1-9]|1[0-9]|20)\|(?:{CODE})?\|(?:{CODE})?\|(?:{CODE})?"
    rf"\|{_MEMBERSHIP}(?:\+{_MEMBERSHIP})*"
)
INSPECTOR_FACTS = (
    rf"{_CODES}\|(?:{CODE})?\|{_CODES}\|(?:0|[1-9][0-9]{{0,2}})"
    rf"\|(?:{'|'.join(re.escape(status) for status in INSPECTOR_STATUSES)})"
)
TARGET_ROW = rf"{HEX}\|{TARGET_FACTS}"
INSPECTOR_ROW = rf"{HEX}\|{INSPECTOR_FACTS}"
RECUSAL_ROW = rf"{HEX}\|{HEX}\|(?:{'|'.join(RECUSAL_REASONS)})"
RECORD_ROW = r"[0-9A-Za-z._|+:-]{1,8000}"
LOTTERY_ISSUE = r"[0-9]{4,12}"
DIGITS = r"[0-9]{6,64}"
NONCE = r"(?:[0-9a-f]{32,64})?"

ZEROS = "0" * 64

MAX_TARGETS = 1_000_000
MAX_INSPECTORS = 5_000
MAX_RECUSALS = 100_000
MAX_STRATA = 200
MAX_SEATS = 20
MAX_ATTEMPTS = 3
MAX_ROUNDS = 256
MAX_EVENTS = 100_000
MAX_OPENINGS = 1_100_000
MAX_COUNT = 1_000_000
