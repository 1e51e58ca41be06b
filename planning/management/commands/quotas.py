"""The quotas of a period for the bureau that adopted a rulebook, as a table or as JSON."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any
from unicodedata import east_asian_width

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import RuleBroken
from foundation.rulebook import library
from foundation.rulebook.errors import CannotEvaluate, UnknownRulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.shortfall import REASON_LABELS
from planning import listing
from planning.rules.terms import long_zh

HEADS = (
    ("配额", "name"), ("主体", "unit_name"), ("期", "period"), ("基数", "base"), ("可抽", "pool"), ("比例", "rate"),
    ("应抽", "required"), ("已抽", "drawn"), ("尚缺", "remaining"), ("预计欠", "shortfall"), ("原因", "reasons"), ("条款", "clause"),
)  # fmt: skip


class Command(BaseCommand):
    help = "列出某一期的配额：基数、可抽、应抽、已抽、缺口和条款。退出码：0 完成，1 不能列出（说明原因），2 用法不对。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rulebook", required=True, type=_rulebook, help="规则书编号，见规则书页")
        parser.add_argument(
            "--period", required=True, type=_period, help="期，如 2026Q4、2026H2、2026M11、2026Y"
        )
        parser.add_argument("--organisation", default="", help="机构代码；有几个机构采用同一规则书时指定")
        parser.add_argument(
            "--on", type=date.fromisoformat, default=None, help="按哪一天的名录计算，默认今天，如 2026-10-09"
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON 列表")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bureau = listing.bureau_by(options["rulebook"], options["organisation"])
            rows = listing.rows(
                bureau,
                options["period"],
                options["on"] or timezone.localdate(),
                rulebook_id=options["rulebook"],
            )
        except RuleBroken as broken:
            raise CommandError(broken.message, returncode=1) from broken
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            self._table(
                f"{bureau.name} {long_zh(Period.parse(options['period']))}配额（规则书 {options['rulebook']}）",
                rows,
            )

    def _table(self, title: str, rows: list[dict[str, Any]]) -> None:
        cells = [[_cell(row[key]) for _, key in HEADS] for row in rows]
        widths = (
            [
                max(_width(head), *(_width(line[at]) for line in cells), 0)
                for at, (head, _) in enumerate(HEADS)
            ]
            if cells
            else []
        )
        self.stdout.write(title)
        if not cells:
            self.stdout.write(
                "没有配额：没有内设机构登记为这本规则书的抽取主体。请在机构设置里填写抽取主体。"
            )
            return
        for line in [[head for head, _ in HEADS], *cells]:
            self.stdout.write(
                "  ".join(_padded(text, width) for text, width in zip(line, widths, strict=True)).rstrip()
            )
        self.stdout.write(
            f"合计应抽 {sum(row['required'] for row in rows)} 家，已抽 {sum(row['drawn'] for row in rows)} 家。"
        )
        if sys.stderr.isatty():
            self.stderr.write(f"共 {len(rows)} 条。")


def _rulebook(text: str) -> str:
    try:
        return library.get(text).id
    except UnknownRulebook as unknown:
        raise ArgumentTypeError(str(unknown)) from unknown


def _period(text: str) -> str:
    try:
        return Period.parse(text).id
    except CannotEvaluate as fault:
        raise ArgumentTypeError(str(fault)) from fault


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(REASON_LABELS[word] for word in value)
    return "" if value is None else str(value)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
