"""What of a person may be public: 王*（执法证号 ****3721）; no names of company staff, no telephone or identity numbers."""

import re
from collections.abc import Iterable

COMPOUND = frozenset(
    ("欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "司空",
     "夏侯", "长孙", "宇文", "端木", "百里", "南宫", "呼延", "东郭", "轩辕", "独孤")
)  # fmt: skip
TAIL = 4
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z-])(?:1[3-9][0-9](?:[- ]?[0-9]{4}){2}|0[0-9]{2,3}[- ][1-9][0-9]{6,7}|[48]00-[0-9]{3,4}-[0-9]{3,4})(?![0-9A-Za-z])"
)
_ORGANISED = re.compile(
    r"公司|厂|站|场|店|院|所|局|中心|集团|合作社|协会|学校|村|镇|乡|社区|部|处|行|库|园|区|矿|户"
)
SHORT_NAME = 4


def masked_name(name: str) -> str:
    """王某某 → 王*; 欧阳某 → 欧阳*."""
    clean = name.strip()
    if not clean:
        return ""
    return f"{clean[:2] if clean[:2] in COMPOUND and len(clean) > 2 else clean[:1]}*"


def masked_certificate(number: str) -> str:
    """Only the last four characters; shorter numbers vanish."""
    clean = number.strip()
    return f"****{clean[-TAIL:]}" if len(clean) > TAIL else "****" if clean else ""


def inspector_text(name: str, certificate: str) -> str:
    """王*（执法证号 ****3721）; name and certificate already masked or not."""
    shown = masked_name(name)
    number = masked_certificate(certificate)
    return f"{shown}（执法证号 {number}）" if number else shown


def is_person(name: str, has_credit_code: bool) -> bool:
    """A target without credit code whose short name is not that of an organisation: masked. source: AMB-55"""
    return not has_credit_code and len(name.strip()) <= SHORT_NAME and not _ORGANISED.search(name)


def masked_text(text: str, names: Iterable[str] = ()) -> str:
    """Free text for the public: names of staff shortened, telephone and identity numbers taken out."""
    shown = _PHONE.sub("（电话略）", _IDENTITY.sub("（证件号略）", text))
    for name in sorted(_worth(names), key=len, reverse=True):
        shown = shown.replace(name, masked_name(name))
    return shown


def leaks(text: str, names: Iterable[str] = ()) -> list[str]:
    """What must not stand in a public text, one Chinese phrase each; empty when it is clean."""
    found = [f"身份证号 {hit[:6]}…" for hit in _IDENTITY.findall(text)]
    rest = _IDENTITY.sub("", text)
    found += [f"电话号码 {hit[:3]}…" for hit in _PHONE.findall(rest)]
    found += [f"人员姓名 {masked_name(name)}" for name in sorted(_worth(names)) if name in text]
    return found


def _worth(names: Iterable[str]) -> set[str]:
    """One character says nothing and would hit everywhere."""
    return {name.strip() for name in names if len(name.strip()) > 1}
