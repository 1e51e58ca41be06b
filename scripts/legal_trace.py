"""docs/legal-trace.md: every clause of the five documents, where it acts and what proves it. `--check`: is it current?

What can be derived is derived: rulebook values that name the clause, code and tests that name it (or the invariant or
capability it belongs to), clauses that say “same as”. What cannot stands in docs/legal/judged.toml with its reason.
"""

import os
import re
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
OUT = ROOT / "docs" / "legal-trace.md"
APPS = ("foundation", "registry", "personnel", "planning", "draws", "inspections", "disclosure", "config")
DOCUMENTS = {
    "QS": "qinshui-2022",
    "NM": "neimenggu-2024",
    "XY": "xinyang-2023",
    "QZ": "quzhou-2017",
    "WL": "wulong-2024",
}
NAMED = re.compile(r"\b(?:(?:QS|NM|XY|QZ|WL)-A?[0-9]*(?:\.[0-9]+)?[a-z]?|CAP-[0-9]+|INV-[0-9]+)\b")
LIKE = re.compile(r"\b(?:[Ss]ame(?: [a-z]+)* as|[Aa]s) ((?:QS|NM|XY|QZ|WL)-[A0-9][A-Z0-9.]*[a-z]?)")
DECLARING = {"tables.py", "schema.py", "references.py", "stricter.py", "extending.py", "loader.py", "example_types.py", "parsed.py"}  # fmt: skip
STATUS = {
    "implemented": "已实现",
    "partial": "部分实现",
    "shown": "只作展示",
    "later": "以后做",
    "none": "不适用",
}
# 规则书的每张表由哪里的代码执行、哪里的测试证明；“只作展示”的表还没有程序行为。
ACTS = {
    "rulebook": ("foundation/organisation/adoption.py", "tests/foundation/test_organisation.py"),
    "bodies": ("planning/population.py", "tests/planning/test_population.py"),
    "register": ("registry/imports/target_sheet.py", "tests/registry/test_imports_targets.py"),
    "flags": ("foundation/rulebook/selectors.py", "tests/foundation/test_rulebook_selectors.py"),
    "tiers": ("foundation/rulebook/tiers.py", "tests/foundation/test_rulebook_examples.py"),
    "personnel": ("personnel/rules/standing.py", "tests/personnel/test_rules.py"),
    "activities": ("inspections/rules/waiving.py", "tests/inspections/test_rules.py"),
    "item_rules": ("registry/actions/items.py", "tests/registry/test_actions.py"),
    "items": ("registry/actions/items.py", "tests/registry/test_actions.py"),
    "quotas": ("foundation/rulebook/quotas.py", "tests/foundation/test_rulebook_quotas.py"),
    "stated": ("foundation/rulebook/yearly.py", "tests/foundation/test_rulebook_examples.py"),
    "coverage": ("planning/rules/feasibility.py", "tests/planning/test_rules.py"),
    "caps": ("foundation/rulebook/pool.py", "tests/foundation/test_rulebook_pool.py"),
    "exclusions": ("foundation/rulebook/pool.py", "tests/foundation/test_rulebook_pool.py"),
    "draw": ("draws/actions/preparation.py", "tests/draws/test_order.py"),
    "team": ("draws/freezing/manifest.py", "tests/draws/test_freeze.py"),
    "inspection": ("inspections/rules/modes.py", "tests/inspections/test_rules.py"),
    "results": ("inspections/books.py", "tests/inspections/test_rules.py"),
    "disclosure": ("disclosure/rules/deadlines.py", "tests/disclosure/test_rules.py"),
    "plan": ("planning/rules/deadlines.py", "tests/planning/test_rules.py"),
    "reports": ("disclosure/statistics.py", "tests/disclosure/test_desk.py"),
    "systems": ("disclosure/exports.py", "tests/disclosure/test_package.py"),
    "assessment": ("disclosure/statistics.py", "tests/disclosure/test_desk.py"),
}  # fmt: skip

# 五本规则书取值相同、程序一律这样做，因此代码不读这个字段的。
ALWAYS = {
    ("quotas", "rounding"): ACTS["quotas"],
    ("draw", "batches"): ("planning/rules/figures.py", "tests/draws/test_serials.py"),
    ("draw", "invitees"): ("draws/actions/seats.py", "tests/draws/test_pages_seat.py"),
    ("draw", "list_locked"): ("draws/actions/freeze.py", "tests/draws/test_freeze.py"),
    ("team", "recusal"): ("draws/actions/replacements.py", "tests/draws/test_replacements.py"),
    ("team", "replacement_approver"): ("draws/actions/replacements.py", "tests/draws/test_replacements.py"),
    ("team", "certified_activities"): ("draws/rules/mc1/certificates.py", "tests/draws/test_freeze.py"),
    ("team", "auxiliary"): ("inspections/actions/assisting.py", "tests/inspections/test_assistants.py"),
    ("personnel", "auxiliary_register"): (
        "personnel/models/assistants.py",
        "tests/personnel/test_assistants.py",
    ),
    ("personnel", "labels"): ("personnel/models/people.py", "tests/personnel/test_imports_actions.py"),
    ("inspection", "same_target_merge"): (
        "inspections/actions/creating.py",
        "tests/inspections/test_creation.py",
    ),
    ("inspection", "records"): ("inspections/contents.py", "tests/inspections/test_documents.py"),
    ("inspection", "stages"): ("inspections/rules/states.py", "tests/inspections/test_rules.py"),
    ("item_rules", "fields"): ("registry/rules/item_lists.py", "tests/registry/test_item_lists.py"),
    ("item_rules", "lists"): ("registry/item_table.py", "tests/registry/test_item_parts.py"),
    ("item_rules", "change_reasons"): ("registry/actions/items.py", "tests/registry/test_item_parts.py"),
    ("item_rules", "contents"): ("registry/presenters.py", "tests/registry/test_item_parts.py"),
    ("item_rules", "legal_basis_required"): ("registry/policies.py", "tests/registry/test_item_parts.py"),
    ("register", "source"): ("registry/imports/target_sheet.py", "tests/registry/test_imports_targets.py"),
    ("register", "fields"): ("registry/models/targets.py", "tests/registry/test_imports_targets.py"),
    ("register", "event_driven"): ("registry/actions/targets.py", "tests/registry/test_actions.py"),
    **dict.fromkeys(
        (("rulebook", key) for key in ("citations", "issued", "region", "extends")),
        ("planning/rulebook_views.py", "tests/planning/test_books.py"),
    ),
}


@dataclass
class Row:
    id: str
    kind: str
    groups: tuple[str, ...]
    must: str
    fields: list[str] = field(default_factory=list)
    where: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    status: str = ""
    reason: str = ""


def rows() -> dict[str, Row]:
    lines = (ROOT / "docs" / "legal" / "requirements.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = {}
    for line in lines:
        ref, kind, capabilities, invariants, must = line.split("\t")
        found[ref] = Row(ref, kind, (*capabilities.split(), *invariants.split()), must)
    return found


def members(named: str, known: dict[str, Row]) -> list[str]:
    """The clause itself, or all of a group: QS-10.6 → QS-10.6a, QS-10.6b; NM-28 → NM-28.1 …"""
    if named in known:
        return [named]
    return [
        ref
        for ref in known
        if (rest := ref.removeprefix(named)) != ref
        and (rest[0] == "." or (len(rest) == 1 and rest.isalpha()))
    ]


def unread() -> set[tuple[str, str]]:
    """(table, field) that no code but the loader and the viewer reads: such a value acts nowhere yet."""
    from foundation.rulebook.model import TABLES
    from foundation.rulebook.schema import attribute_names

    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py") if path.name not in DECLARING]
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths if "migrations" not in path.parts)
    found = set()
    for table in TABLES:
        for key, name in attribute_names(table.cls).items():
            pattern = rf"\.{name}\b" if table.many else rf"\b{table.attribute}\.{name}\b"
            if key not in ("id", "zh") and not re.search(pattern, code):
                found.add((table.name, key))
    return found


def add_rulebooks(known: dict[str, Row]) -> None:
    from foundation.rulebook import library

    idle = unread()

    for book_id in DOCUMENTS.values():
        for entry in library.get(book_id).entries():
            for value in entry.values():
                for ref in members(value.origin.ref, known) if value.origin.ref else ():
                    name = (
                        f"{entry.table}.{entry.id}"
                        if getattr(entry, "id", "") and entry.table != "rulebook"
                        else entry.table
                    )
                    known[ref].fields.append(f"{name}.{value.key}")
                    place = (entry.table, value.key)
                    acts = ALWAYS.get(place, () if place in idle else ACTS[entry.table])
                    known[ref].where.update(acts[:1])
                    known[ref].tests.update(acts[1:])


def mentions(folders: tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if (
                path.suffix not in {".py", ".html", ".toml"}
                or "migrations" in path.parts
                or "books" in path.parts
            ):
                continue
            for named in NAMED.findall(path.read_text(encoding="utf-8")):
                found[named].add(path.relative_to(ROOT).as_posix())
    return found


def add_mentions(known: dict[str, Row]) -> None:
    """Code that names a clause or the invariant behind it acts on it; a capability only adds a place."""
    code, tests = mentions((*APPS, "templates")), mentions(("tests",))
    for named, paths in code.items():
        for ref in members(named, known) if not named.startswith(("CAP", "INV")) else ():
            known[ref].where.update(paths)
    for row in known.values():
        for group in row.groups:
            if group in code:
                row.where.update(code[group])
        for named, paths in tests.items():
            if row.id in members(named, known):
                row.tests.update(path for path in paths if not path.endswith("test_legal_trace.py"))


def judge(known: dict[str, Row]) -> None:
    judged = tomllib.loads((ROOT / "docs" / "legal" / "judged.toml").read_text(encoding="utf-8"))["judged"]
    for entry in judged:
        for ref in entry["ids"]:
            row = known[ref]
            row.status, row.reason = entry["status"], entry.get("reason", "")
            row.where.update(entry.get("where", ()))
            row.tests.update(entry.get("tests", ()))
    for row in known.values():
        if row.kind == "outside":
            row.status, row.reason = "none", "条款不要求软件行为（工作作风、宣传、纪律等），列出以免遗漏"
        elif not row.status and row.where:
            row.status = "implemented"
        elif not row.status and row.fields:
            row.status, row.reason = "shown", "规则书页可看，还没有程序行为"
    for _ in range(3):
        for row in known.values():
            _inherit(row, known)


def _inherit(row: Row, known: dict[str, Row]) -> None:
    """“Same as QS-3.2”: what holds there holds here."""
    like = LIKE.search(row.must)
    others = members(like.group(1).rstrip("."), known) if like else []
    if row.status or not others or not known[others[0]].status:
        return
    other = known[others[0]]
    row.status, row.reason = other.status, other.reason or f"同 {other.id}"
    row.where.update(other.where)
    row.tests.update(other.tests)


def traced() -> dict[str, Row]:
    known = rows()
    add_rulebooks(known)
    add_mentions(known)
    judge(known)
    return known


def document(known: dict[str, Row]) -> str:
    from foundation.rulebook import clauses, library

    counts = {status: sum(row.status == status for row in known.values()) for status in STATUS}
    lines = [
        "# 条款去向",
        "",
        "由 `python scripts/legal_trace.py` 生成，请勿手改；推不出的判定写在 `docs/legal/judged.toml`。",
        "规则书里注明出处的值、代码和测试里写明的条款号，都自动列入；“只作展示”“以后做”如实写出。",
        "",
        f"共 {len(known)} 条："
        + "，".join(f"{word} {counts[status]}" for status, word in STATUS.items())
        + "。",
        "",
        "| 文件 | 条款 | " + " | ".join(STATUS.values()) + " |",
        "|---|---|" + "---|" * len(STATUS),
    ]
    for code, book_id in DOCUMENTS.items():
        own = [row for row in known.values() if row.id.startswith(f"{code}-")]
        cells = " | ".join(str(sum(row.status == status for row in own)) for status in STATUS)
        lines.append(f"| {library.get(book_id).zh}（{code}） | {len(own)} | {cells} |")
    for code, book_id in DOCUMENTS.items():
        lines += [
            "",
            f"## {library.get(book_id).zh}",
            "",
            "| 条款 | 原文 | 状态 | 规则书字段 | 起作用的地方 | 测试 |",
            "|---|---|---|---|---|---|",
        ]
        for row in known.values():
            if row.id.startswith(f"{code}-"):
                lines.append(_line(row, clauses.quote(row.id)))
    return "\n".join(lines) + "\n"


def _line(row: Row, clause) -> str:
    status = STATUS[row.status] + (f"：{row.reason}" if row.reason else "")
    fields = sorted(set(row.fields))
    shown = [f"`{name}`" for name in fields[:4]] + ([f"等 {len(fields)} 项"] if len(fields) > 4 else [])
    places = " ".join(f"`{path}`" for path in sorted(row.where)[:4]) if row.status != "none" else ""
    tests = (
        " ".join(f"`{path.removeprefix('tests/')}`" for path in sorted(row.tests)[:3])
        if row.status not in ("none", "later")
        else ""
    )
    text = clause.text.replace("|", "／").replace("\n", " ")
    short = text if len(text) <= 60 else text[:59] + "…"
    return f"| {row.id} | {short} | {status} | {'、'.join(shown)} | {places} | {tests} |"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    known = traced()
    lost = [row.id for row in known.values() if not row.status]
    if lost:
        print(
            f"没有去向的条款：{'、'.join(lost)}。请在规则书、代码里写明，或在 docs/legal/judged.toml 判定。"
        )
        return 1
    text = document(known)
    if "--check" in sys.argv:
        current = OUT.exists() and OUT.read_text(encoding="utf-8") == text
        print(
            "docs/legal-trace.md "
            + ("是最新的" if current else "不是最新的，请执行 python scripts/legal_trace.py")
        )
        return 0 if current else 1
    OUT.write_text(text, encoding="utf-8")
    print(f"已写 {OUT.relative_to(ROOT)}：{len(known)} 条。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
