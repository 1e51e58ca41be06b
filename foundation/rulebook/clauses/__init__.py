"""The words behind a number: every clause of the five source texts, and how open questions were read.

Files beside this one: a file per document (QS, NM, XY, QZ, WL) and AMB for interpretations. Each entry has
`text` (the phrase), and where it was found in the printed text `sentence`, `marks` and `place`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
DOCUMENTS = {
    "QS": "沁水细则",
    "NM": "内蒙古细则",
    "XY": "信阳计划",
    "QZ": "衢州方案",
    "WL": "武隆方案",
    "AMB": "解释",
}


@dataclass(frozen=True)
class Clause:
    """One requirement of a source text.

    text: the phrase the requirement rests on · sentence: the sentence it stands in, as printed ·
    marks: the parts of the sentence to mark · place: 第十条第二款 · scope: the targets a table row speaks of
    """

    ref: str
    text: str
    sentence: str
    marks: tuple[str, ...]
    place: str
    scope: str = ""

    @property
    def mark(self) -> str:
        """The longest marked part; empty when the sentence has none."""
        return max(self.marks, key=len, default="")


@lru_cache(maxsize=1)
def _all() -> dict[str, Clause]:
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        for ref, entry in json.loads(path.read_text(encoding="utf-8")).items():
            found[ref] = Clause(
                ref,
                entry["text"],
                entry.get("sentence", entry["text"]),
                tuple(entry.get("marks", ())),
                entry.get("place", ""),
                entry.get("scope", ""),
            )
    return found


def quote(ref: str) -> Clause | None:
    """The clause with this id; None for a product default or a statute that is not in the library.

    An id that names a whole group (`QS-10.13`, `WL-A.15`) gives its first member under the group's name.
    """
    clauses = _all()
    if ref in clauses:
        return clauses[ref]
    member = next((clause for known, clause in clauses.items() if _inside(ref, known)), None)
    return member and replace(member, ref=ref)


def _inside(group: str, ref: str) -> bool:
    rest = ref.removeprefix(group)
    return bool(group) and rest != ref and (rest.startswith(".") or rest.isalpha())


def all_of(document: str) -> Iterator[Clause]:
    """Every clause of a document code (QS, NM, XY, QZ, WL or AMB) in the order of the text."""
    return (clause for ref, clause in _all().items() if ref.startswith(f"{document}-"))
