"""The upload package of a period for a portal that takes files: tables, JSON, a static page fragment, a manifest."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from disclosure import exports, gather
from disclosure.models import Publication
from disclosure.public import board
from disclosure.rules import figures
from foundation.errors import RuleBroken
from foundation.rulebook.periods import Period

VERSION = "mingchou-package/1"


@dataclass(frozen=True)
class Written:
    """What `write` put into the directory."""

    files: dict[str, str]
    count: int


def files_of(period: str) -> dict[str, bytes]:
    """File name → content; the same publications give the same bytes.

    A quarter takes the monthly, half-yearly and yearly draws that end in it.
    raises: RuleBroken for something that is not a period, or when nothing of it is public yet
    """
    wanted = Period.parse(period)
    rows = exports.of_periods(figures.periods_of(wanted) if wanted.kind == "quarter" else [wanted.id])
    if not rows:
        raise RuleBroken(
            f"{wanted.zh}还没有公示过结果，没有可以导出的内容。请先在“待公示”里送审、批准并发布。"
        )
    listed = list(exports.table_rows(rows))
    made = {f"results.{kind}": exports.made(listed, kind) for kind in exports.KINDS}
    made["public.json"] = _public(rows)
    made["results.html"] = _fragment(rows, wanted).encode()
    made["manifest.json"] = _manifest(rows, wanted, made)
    return made


def write(period: str, directory: Path) -> Written:
    """Write the package; SHA256SUMS can be checked with sha256sum -c."""
    made = files_of(period)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(made.items())}
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        (directory / name).write_bytes(data)
    (directory / "SHA256SUMS").write_text(
        "".join(f"{digest}  {name}\n" for name, digest in sums.items()), encoding="utf-8"
    )
    return Written(sums, json.loads(made["manifest.json"])["count"])


def _public(rows: list[Publication]) -> bytes:
    """The published records themselves, whole."""
    records = [{"sha256": row.sha256, "record": row.record} for row in rows]
    return (json.dumps(records, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _fragment(rows: list[Publication], period: Period) -> str:
    """A table that can be pasted into a column of another site: no script, no style, no outside address."""
    return render_to_string("disclosure/fragment.html", {"cards": board.cards(rows), "period": period})


def _manifest(rows: list[Publication], period: Period, made: dict[str, bytes]) -> bytes:
    books = {gather.book_of(row.task) for row in rows}
    value: dict[str, Any] = {
        "format": VERSION, "period": period.id, "name": period.zh, "count": len(rows),
        "as_of": max(row.record["published_at"] for row in rows),
        "rulebooks": sorted(book.id for book in books),
        "channels": sorted({channel for book in books for channel in book.disclosure.channels}),
        "numbers": [row.number for row in rows],
        "files": {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in sorted(made.items())},
    }  # fmt: skip
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
