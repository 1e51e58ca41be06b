"""`manage.py import_register targets 名录.xlsx`: the same check and the same commit as on the page."""

import re
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from disclosure import actions as disclosure
from foundation.errors import RuleBroken
from foundation.intake import sources, steps
from foundation.intake.doors import door
from foundation.organisation import roles
from foundation.organisation.models import Organisation, RoleGrant, User
from foundation.sheets import writing
from foundation.workdays import actions as workdays
from foundation.workdays.imports import HolidayFile, parse_holidays

LABELS = {
    "targets": "检查对象", "inspectors": "检查人员", "assistants": "辅助人员", "items": "抽查事项", "holidays": "节假日",
}  # fmt: skip
SHOWN = 20


class Command(BaseCommand):
    help = "导入检查对象、检查人员、辅助人员、抽查事项或节假日：先核对，有错误就一行也不写（退出 1）；没有错误才整批写入。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(LABELS), help="导入什么")
        parser.add_argument("file", help=".xlsx、.xls 或 .csv（节假日为 JSON）")
        parser.add_argument("--mapping", default="", metavar="NAME", help="已保存的列对应的名称")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入名录")
        parser.add_argument(
            "--errors", default="", metavar="OUT.xlsx", help="把错误行写到这个文件，每处错误加批注"
        )
        parser.add_argument("--year", type=int, default=0, help="节假日的年份；默认从文件名或内容判断")
        parser.add_argument("--source", default="", metavar="文号", help="放假通知的文号；默认写文件名")
        parser.add_argument(
            "--organisation", default="", metavar="CODE", help="机构代码；只有一个机构时可省略"
        )
        parser.add_argument(
            "--user", default="", metavar="账号", help="经办账号；默认为该机构第一个计划编制员"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"没有文件 {path}。请核对路径。", returncode=2)
        try:
            self._import(options["kind"], path, options)
        except RuleBroken as broken:
            raise CommandError(broken.message) from None

    def _import(self, kind: str, path: Path, options: dict[str, Any]) -> None:
        organisation = _organisation(options["organisation"])
        by = _user(organisation, options["user"])
        on, data = timezone.localdate(), path.read_bytes()
        if kind == "holidays":
            self._import_holidays(organisation, by, path.name, data, on, options)
            return
        self._say(f"正在核对 {path.name} …")
        batch, sheet = _check(kind, organisation, by, path.name, data, options["mapping"], on)
        self._tell(kind, batch)
        if batch.errors:
            self._refuse(batch, sheet, options["errors"])
        if options["dry_run"]:
            steps.drop(door=door(kind), batch=batch, by=by)
            self.stdout.write("只核对，没有写入。")
            return
        if not batch.changes:
            self.stdout.write("文件里的内容都已在名录里，不用写入。")
            return
        self._say("正在写入 …")
        steps.commit(door=door(kind), batch=batch, on=on, by=by)
        self.stdout.write(f"已导入，批次 {batch.pk}，可以在页面上整批撤销。")
        if asked := door(kind).asked(batch):
            self.stdout.write(asked.text)

    def _import_holidays(
        self, organisation: Organisation, by: User, name: str, data: bytes, on: date, options: dict[str, Any]
    ) -> None:
        parsed = _holidays(data, name, on, options["year"])
        for error in parsed.errors[:SHOWN]:
            self.stderr.write(str(error))
        for notice in parsed.notices:
            self.stdout.write(f"请留意：{notice}")
        if parsed.errors:
            raise CommandError("有错误，一天也没有写入。请改正后再导入。")
        if options["dry_run"]:
            self.stdout.write(f"{workdays.preview_holidays(parsed).sentence}。只核对，没有写入。")
            return
        source = options["source"] or name
        change = workdays.import_holidays(by=by, parsed=parsed, source=source, organisation=organisation)
        self.stdout.write(f"{change.sentence}。已写入，来源：{source}。")
        moved = sum(
            disclosure.refresh_deadlines(organisation=each, by=by if each == organisation else None)
            for each in Organisation.objects.order_by("id")
        )
        self.stdout.write(f"公示期限重算：{moved} 件有变化。")

    def _tell(self, kind: str, batch: Any) -> None:
        added = sum(change["kind"] == "add" for change in batch.changes)
        bad = len(batch.rejected)
        self.stdout.write(
            f"{LABELS[kind]} 共 {batch.rows} 行：新增 {added}，变更 {len(batch.changes) - added}，"
            f"不变 {batch.unchanged}，有错误 {bad}。"
        )
        if batch.unknown:
            self.stdout.write(f"没有认出、因此不导入的列：{'、'.join(batch.unknown)}。")

    def _refuse(self, batch: Any, sheet: Any, out: str) -> None:
        for error in batch.errors[:SHOWN]:
            place = f"工作表“{batch.sheet}”第 {error['row']} 行" + (
                f"“{error['column']}”" if error["column"] else ""
            )
            self.stderr.write(f"{place}：{error['message']}")
        if len(batch.errors) > SHOWN:
            self.stderr.write(f"……另有 {len(batch.errors) - SHOWN} 处。")
        if out:
            with writing.error_workbook(sheet, batch.rejected, batch.errors) as file:
                Path(out).write_bytes(file.read())
            self.stderr.write(f"错误行已写到 {out}，改好可直接再导入。")
        raise CommandError("有错误，一行也没有写入。请改正后再导入。")

    def _say(self, text: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(text)


def _organisation(code: str) -> Organisation:
    if code:
        found = Organisation.objects.filter(code=code).first()
        if found is None:
            raise RuleBroken(f"没有代码为 {code} 的机构。", code="unknown_organisation")
        return found
    organisations = list(Organisation.objects.order_by("code")[:2])
    if len(organisations) != 1:
        raise RuleBroken("请用 --organisation 指明机构代码。", code="organisation_not_named")
    return organisations[0]


def _user(organisation: Organisation, username: str) -> User:
    """The account the import is booked under."""
    people = User.objects.filter(organisation=organisation, is_active=True)
    if username:
        found = people.filter(username=username).first()
    else:
        grants = RoleGrant.objects.filter(role=roles.Role.PLANNER, revoked_at=None)
        found = people.filter(pk__in=grants.values("user")).order_by("pk").first()
    if found is None:
        raise RuleBroken(
            f"{organisation.name}没有可以经办导入的账号。请先授予计划编制员角色，或用 --user 指明。",
            code="no_user",
        )
    return found


def _check(
    kind: str, organisation: Organisation, by: User, name: str, data: bytes, mapping: str, on: date
) -> tuple[Any, Any]:
    gate = door(kind)
    columns = sources.mapping_columns(gate, organisation, mapping) if mapping else None
    batch = steps.check_file(
        door=gate, organisation=organisation, file_name=name, data=data, on=on, by=by, mapping=columns
    )
    return batch, gate.register(organisation, on).sheet


def _holidays(data: bytes, name: str, on: date, year: int) -> HolidayFile:
    """The year named, or that in the file name, or of this year and the next the one that fits best."""
    named = re.search(r"20\d\d", name)
    years = [year] if year else [int(named.group())] if named else [on.year, on.year + 1]
    return min((parse_holidays(data, name, each) for each in years), key=lambda parsed: len(parsed.errors))
