"""统一社会信用代码（GB 32100-2015）和排污许可证编号。"""

import re
import unicodedata
from dataclasses import dataclass

from foundation.errors import RuleBroken

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
DEPARTMENTS = frozenset("123456789ANY")
PROVINCES = frozenset(
    [
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
    ]
)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOK_ALIKE = {"I": "1", "O": "0", "S": "5", "V": "Y 或 U", "Z": "2"}
_PERMIT = re.compile(r"([0-9A-HJ-NPQRTUWXY]{18}|H9[0-9A-Z]{16})(\d{3})([0-9A-Z])\Z")


class CodeWrong(RuleBroken):
    """A code that cannot have been issued."""

    code = "code_wrong"


@dataclass(frozen=True)
class Uscc:
    """`warnings`: things to look at that do not make the code invalid."""

    code: str
    warnings: tuple[str, ...] = ()


def normalise(text: str) -> str:
    """Full-width to half-width, upper case, without blanks and hyphens."""
    return re.sub(r"[\s\-–—­​﻿]+", "", unicodedata.normalize("NFKC", text)).upper()


def check_character(body: str) -> str:
    """Position 18 from the first 17. A remainder of 0 gives "0"."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check(body: str) -> str:
    """Position 17 from positions 9 to 16 (GB 11714)."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def parse(text: str) -> Uscc:
    """A valid code, normalised. source: GB 32100-2015

    raises: CodeWrong. Warned of only: an unknown region (old codes stay valid inside issued ones) and the
    organisation's own check digit (position 17), which some issued codes do not carry; position 18 covers both.
    """
    code = normalise(text)
    if len(code) != 18:
        raise CodeWrong(f"应为 18 位，现有 {len(code)} 位。请对照营业执照或法人证书改正")
    for place, char in enumerate(code, 1):
        if char not in ALPHABET:
            guess = f"，是不是“{_LOOK_ALIKE[char]}”？" if char in _LOOK_ALIKE else "。"
            raise CodeWrong(f"第 {place} 位“{char}”不会出现在信用代码里{guess}请对照证照改正")
    if code[0] not in DEPARTMENTS:
        raise CodeWrong(f"第 1 位“{code[0]}”不是登记管理部门代码。请对照证照改正")
    if not code[2:8].isdigit():
        raise CodeWrong(f"第 3 至 8 位“{code[2:8]}”应为行政区划数字。请对照证照改正")
    expected = check_character(code[:17])
    if code[17] != expected:
        raise CodeWrong(f"最后一位是校验码，按前 17 位算应为 {expected}，现为 {code[17]}。请对照证照逐位核对")
    return Uscc(code, tuple(_warnings(code)))


def _warnings(code: str) -> list[str]:
    found = []
    if code[2:4] not in PROVINCES:
        found.append(f"信用代码第 3 至 8 位 {code[2:8]} 不是现行行政区划，请核对")
    if code[16] != organisation_check(code[8:16]):
        found.append(
            f"信用代码第 17 位按组织机构代码规则应为 {organisation_check(code[8:16])}，现为 {code[16]}，请核对"
        )
    return found


def parse_permit(text: str, uscc: str = "") -> tuple[str, tuple[str, ...]]:
    """A permit number of 22 characters (信用代码 18 位、序号 3 位、校验 1 位) and what to look at.

    A registration receipt carries the same number. raises: CodeWrong
    """
    number = normalise(text)
    if len(number) != 22:
        raise CodeWrong(f"许可证编号应为 22 位，现有 {len(number)} 位。请对照许可证或登记回执改正")
    match = _PERMIT.match(number)
    if not match:
        raise CodeWrong("许可证编号应为 18 位信用代码加 3 位序号加 1 位校验码。请对照许可证改正")
    owner = match.group(1)
    if not owner.startswith("H9") and owner[17] != check_character(owner[:17]):
        raise CodeWrong(
            f"前 18 位是信用代码，其校验码按前 17 位算应为 {check_character(owner[:17])}。请对照许可证改正"
        )
    if uscc and owner != uscc and not owner.startswith("H9"):
        return number, ("许可证编号前 18 位与本对象的信用代码不同，请核对持证单位",)
    return number, ()
