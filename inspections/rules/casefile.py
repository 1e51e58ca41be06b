"""What lies in a case file and in which order: the catalogue people read and the sums a machine checks. source: QS-22.1"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One file of the case: its name in the package, what it is, how large, its fingerprint."""

    name: str
    title: str
    size: int
    sha256: str


def case_number(short_name: str, year: int, serial: int) -> str:
    """青环 2026 3 → 青环检卷〔2026〕3号"""
    return f"{short_name}检卷〔{year}〕{serial}号"


def catalogue_text(heading: str, lines: Sequence[Line]) -> str:
    """卷内目录 as plain text."""
    rows = [
        f"{at}．{line.title}\n   {line.name}，{line.size} 字节\n   {line.sha256}"
        for at, line in enumerate(lines, 1)
    ]
    return "\n".join(
        [
            heading,
            f"卷内 {len(lines)} 件。每件的指纹（SHA-256）可用 sha256sum -c SHA256SUMS 核对。",
            "",
            *rows,
            "",
        ]
    )


def sums(lines: Sequence[Line]) -> str:
    """The file `sha256sum -c` reads."""
    return "".join(f"{line.sha256}  {line.name}\n" for line in lines)
