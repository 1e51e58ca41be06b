"""The auxiliary register as the importing engine sees it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from foundation.organisation.models import Area, Organisation
from foundation.sheets.changes import Known
from foundation.sheets.checking import Match, Met
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.rows import Row, flag_repeated
from personnel.models import Assistant

_CHUNK = 500
_UID = re.compile(r"[0-9A-Za-z._-]{1,64}")
PLAIN = (
    "kind", "name", "institution", "title", "phone", "specialities", "basis", "document", "valid_from", "valid_until",
    "ended_on", "note",
)  # fmt: skip


def sheet_of(areas: Mapping[str, str]) -> Sheet:
    return Sheet("assistants", "辅助人员", (
        Column("uid", "编号", "code", max_length=64, synonyms=("统一社会信用代码", "人员编号"), help="机构用统一社会信用代码；个人自编，如 FZ-001", example="FZ-001"),
        Column("kind", "类别", "choice", required=True, choices=dict(Assistant.Kind.choices), example="监测检测机构"),
        Column("name", "名称", required=True, max_length=100, synonyms=("姓名", "机构名称", "单位名称"), example="青禾环境监测有限公司"),
        Column("institution", "所属机构", max_length=100, synonyms=("工作单位", "所在单位"), help="个人填所在机构", example=""),
        Column("title", "职称", max_length=60, example="高级工程师"),
        Column("phone", "联系电话", "code", max_length=40, synonyms=("手机", "电话"), example="13800000000"),
        Column("specialities", "业务专长", "words", max_length=40, synonyms=("专长", "专业"), help="几个专长用顿号隔开", example="水、噪声监测"),
        Column("areas", "片区", "words", choices=dict(areas), help="几个片区用顿号隔开；不填表示不限", example="、".join(list(areas.values())[:2])),
        Column("basis", "方式", "choice", choices=dict(Assistant.Basis.choices), help="不填为委托", example="委托"),
        Column("document", "委托文书", required=True, max_length=100, synonyms=("委托书文号", "合同编号", "授权文件"), example="青环委〔2026〕3号"),
        Column("valid_from", "委托起", "date", required=True, synonyms=("开始日期", "委托开始"), example="2026-01-01"),
        Column("valid_until", "委托止", "date", required=True, synonyms=("结束日期", "有效期至"), example="2026-12-31"),
        Column("ended_on", "提前解除日期", "date", help="没有提前解除的不填", example=""),
        Column("note", "说明", max_length=200, example=""),
    ), unit="条", identity="uid", notes=("按编号对上。辅助人员不计入检查组最低人数，不能签字。",))  # fmt: skip


def records(assistants: QuerySet[Assistant]) -> Iterator[dict[str, Any]]:
    """One dict per entry in order of number; two queries per 500."""
    ids = list(assistants.order_by("uid").values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        rows = Assistant.objects.filter(pk__in=ids[start : start + _CHUNK]).prefetch_related("areas")
        for row in rows.order_by("uid"):
            yield {name: getattr(row, name) for name in PLAIN} | {
                "uid": row.uid, "areas": sorted(area.code for area in row.areas.all()), "_id": row.pk,
                "_version": row.version,
            }  # fmt: skip


@dataclass
class AssistantRegister:
    organisation: Organisation

    @cached_property
    def areas(self) -> dict[str, Area]:
        return {
            area.code: area for area in Area.objects.filter(organisation=self.organisation).order_by("code")
        }

    @cached_property
    def sheet(self) -> Sheet:
        return sheet_of({code: area.name for code, area in self.areas.items()})

    def resolve(self, rows: list[Row], met: Met) -> Mapping[int, Match]:
        flag_repeated(self.sheet, rows, "uid", lambda row: row.values.get("uid"), "编号", met.firsts["uid"])
        for row in rows:
            if not row.values.get("uid") and not any(problem.key == "uid" for problem in row.problems):
                row.wrong(self.sheet, "uid", "空着。机构请填统一社会信用代码，个人请自编，如 FZ-001")
        known = self._known([row.values["uid"] for row in rows if row.values.get("uid")])
        return {row.number: self._match(row, known) for row in rows if row.values.get("uid")}

    def _known(self, uids: list[str]) -> dict[str, Known]:
        own = Assistant.objects.of(self.organisation)
        found = {}
        for start in range(0, len(uids), _CHUNK):
            for record in records(own.filter(uid__in=uids[start : start + _CHUNK])):
                found[record["uid"]] = Known(record["_id"], record["_version"], record["name"], record)
        return found

    def _match(self, row: Row, known: Mapping[str, Known]) -> Match:
        uid = row.values.pop("uid")
        if not _UID.fullmatch(uid):
            row.wrong(self.sheet, "uid", "只能用字母、数字和 . _ -。请改正")
        if row.values.get("areas"):
            row.values["areas"] = sorted(row.values["areas"])
        match = known.get(uid)
        after = {**(match.values if match else {}), **row.values}
        first, last = after.get("valid_from"), after.get("valid_until")
        if first and last and last < first:
            row.wrong(self.sheet, "valid_until", f"早于委托起 {first}。请核对两个日期")
        return Match(uid, match)
