"""The register of inspectors as the importing engine sees it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from foundation.organisation.models import Area, Organisation, Unit
from foundation.sheets.changes import Known
from foundation.sheets.checking import Match
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.rows import Row, flag_repeated
from personnel.models import Inspector

_CHUNK = 500
PLAIN = (
    "name", "sex", "post", "phone", "duty", "certificate_no", "certificate_type", "certificate_issued_on",
    "certificate_valid_until", "established", "in_post", "specialities", "service_since",
)  # fmt: skip


@dataclass(frozen=True)
class Lists:
    areas: Mapping[str, str]
    units: Mapping[str, str]
    area_ids: Mapping[str, int]
    unit_ids: Mapping[str, int]


def lists_of(organisation: Organisation) -> Lists:
    areas = list(Area.objects.filter(organisation=organisation).order_by("code"))
    units = list(Unit.objects.filter(organisation=organisation).order_by("code"))
    return Lists(
        {area.code: area.name for area in areas},
        {unit.code: unit.name for unit in units},
        {area.code: area.pk for area in areas},
        {unit.code: unit.pk for unit in units},
    )


def inspector_sheet(lists: Lists) -> Sheet:
    first = next(iter(lists.units.values()), "执法一中队")
    return Sheet(
        "inspectors",
        "检查人员",
        (
            Column("uid", "人员编号", "code", max_length=64, synonyms=("编号", "工号"), help="一般用执法证号；没有执法证的用工号", example="14052100001"),
            Column("name", "姓名", required=True, max_length=60, synonyms=("检查人员", "人员姓名"), example="陈某"),
            Column("sex", "性别", "choice", choices=dict(Inspector.Sex.choices), example="男"),
            Column("unit", "单位", "choice", required=True, choices=dict(lists.units), synonyms=("所在单位", "科室", "所属单位", "部门"), example=first),
            Column("post", "职务", max_length=60, synonyms=("岗位", "职务职级"), example="中队长"),
            Column("phone", "手机", "code", max_length=40, synonyms=("联系电话", "电话", "手机号"), example="13800000000"),
            Column("duty", "人员类别", "choice", choices=dict(Inspector.Duty.choices), help="不填为行政执法人员", example="行政执法人员"),
            Column("certificate_no", "执法证号", "code", max_length=40, synonyms=("执法证编号", "行政执法证号", "证件号"), example="14052100001"),
            Column("certificate_type", "证件类型", max_length=40, example="行政执法证"),
            Column("certificate_issued_on", "发证日期", "date", synonyms=("执法证发证日期",), example="2023-06-01"),
            Column("certificate_valid_until", "有效期至", "date", synonyms=("有效期", "执法证有效期", "证件有效期"), example="2028-05-31"),
            Column("established", "在编", "yes_no", synonyms=("是否在编",), help="不填为在编", example="是"),
            Column("in_post", "在岗", "yes_no", synonyms=("是否在岗",), help="不填为在岗", example="是"),
            Column("areas", "片区", "words", choices=dict(lists.areas), synonyms=("所在区域", "负责片区", "区域"), help="几个片区用顿号隔开", example="、".join(list(lists.areas.values())[:2])),
            Column("specialities", "业务专长", "words", max_length=40, synonyms=("专长", "专业"), help="几个专长用顿号隔开", example="水、危险废物"),
            Column("service_since", "从事本岗位起始", "date", synonyms=("参加工作时间", "从事执法工作时间"), example="2015-07-01"),
        ),
        unit="人",
    )  # fmt: skip


def inspector_records(inspectors: QuerySet[Inspector]) -> Iterator[dict[str, Any]]:
    """One dict per inspector, keyed by column; two queries per 500."""
    ids = list(inspectors.order_by("uid").values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        rows = Inspector.objects.filter(pk__in=ids[start : start + _CHUNK]).select_related("unit")
        for row in rows.prefetch_related("areas").order_by("uid"):
            record = {name: getattr(row, name) for name in PLAIN}
            yield record | {
                "uid": row.uid, "unit": row.unit.code, "areas": sorted(area.code for area in row.areas.all()),
                "_id": row.pk, "_version": row.version,
            }  # fmt: skip


@dataclass
class InspectorRegister:
    organisation: Organisation

    @cached_property
    def lists(self) -> Lists:
        return lists_of(self.organisation)

    @cached_property
    def sheet(self) -> Sheet:
        return inspector_sheet(self.lists)

    def resolve(self, rows: list[Row], taken: Collection[str]) -> Mapping[int, Match]:
        for row in rows:
            self._check_cells(row)
        flag_repeated(self.sheet, rows, "uid", lambda row: row.values.get("uid"), "人员编号")
        flag_repeated(
            self.sheet, rows, "certificate_no", lambda row: row.values.get("certificate_no"), "执法证号"
        )
        by_uid, by_certificate = self._index(rows)
        matches = {}
        for row in rows:
            match = self._match(row, by_uid, by_certificate)
            if match:
                matches[row.number] = match
        return matches

    def _check_cells(self, row: Row) -> None:
        values = row.values
        if values.get("areas"):
            values["areas"] = sorted(values["areas"])
        uid = values.get("uid") or values.get("certificate_no")
        if uid and not re.fullmatch(r"[0-9A-Za-z._-]{1,64}", uid):
            key = "uid" if values.get("uid") else "certificate_no"
            row.wrong(
                self.sheet, key, "只能用字母、数字和 . _ -（执法证号里有汉字或括号的，另填人员编号）。请改正"
            )
        issued, until = values.get("certificate_issued_on"), values.get("certificate_valid_until")
        if issued and until and until < issued:
            row.wrong(self.sheet, "certificate_valid_until", f"早于发证日期 {issued}。请核对两个日期")

    def _match(self, row: Row, by_uid: dict[str, Known], by_certificate: dict[str, str]) -> Match | None:
        values = row.values
        number = values.get("certificate_no")
        uid = values.get("uid") or by_certificate.get(number or "") or number
        if not uid:
            if not any(problem.key in ("uid", "certificate_no") for problem in row.problems):
                row.wrong(self.sheet, "uid", "没有执法证号的人员要填人员编号（工号）。请填写")
            return None
        owner = by_certificate.get(number or "")
        if owner and owner != uid:
            row.wrong(self.sheet, "certificate_no", f"已登记在人员 {owner} 名下。请核对证号")
        known = by_uid.get(uid)
        until = values.get("certificate_valid_until") or (
            known.values["certificate_valid_until"] if known else None
        )
        if number and not until and "certificate_valid_until" not in row.raw:
            row.wrong(self.sheet, "certificate_valid_until", "填了执法证号就要填有效期至。请补上")
        values.pop("uid", None)
        return Match(uid, known)

    def _index(self, rows: Iterable[Row]) -> tuple[dict[str, Known], dict[str, str]]:
        rows = list(rows)
        own = Inspector.objects.of(self.organisation)
        ids: set[int] = set()
        for key, lookup in (
            ("uid", "uid__in"),
            ("certificate_no", "certificate_no__in"),
            ("certificate_no", "uid__in"),
        ):
            words = sorted({row.values[key] for row in rows if row.values.get(key)})
            for start in range(0, len(words), _CHUNK):
                ids |= set(own.filter(**{lookup: words[start : start + _CHUNK]}).values_list("pk", flat=True))
        by_uid, by_certificate = {}, {}
        for record in inspector_records(own.filter(pk__in=ids)):
            by_uid[record["uid"]] = Known(record["_id"], record["_version"], record["name"], record)
            if record["certificate_no"]:
                by_certificate[record["certificate_no"]] = record["uid"]
        return by_uid, by_certificate
