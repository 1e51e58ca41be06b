"""The register of inspectors as the importing engine sees it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from foundation.organisation.models import Area, Organisation, Unit
from foundation.rulebook.model import Rulebook
from foundation.sheets.changes import Known
from foundation.sheets.checking import Match, Met
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.rows import Row, flag_repeated
from personnel import rules
from personnel.models import Inspector, label_of

_CHUNK = 500
_UID = re.compile(r"[0-9A-Za-z._-]{1,64}")
_LOOKUPS = (
    ("uid", "uid__in"), ("certificate_no", "certificate_no__in"), ("certificate_no", "uid__in"), ("name", "name__in"),
)  # fmt: skip
_BLANK = dict.fromkeys(("certificate_no", "certificate_issued_on", "certificate_valid_until", "duty"))
PLAIN = (
    "name", "sex", "post", "phone", "duty", "certificate_no", "certificate_type", "certificate_issuer",
    "certificate_issued_on", "certificate_valid_until", "established", "in_post", "specialities", "service_since",
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


def inspector_sheet(lists: Lists, book: Rulebook | None = None) -> Sheet:
    """The columns for one bureau; what its rulebook makes compulsory for everybody is marked so."""
    columns = _columns(lists)
    return Sheet(
        "inspectors",
        "检查人员",
        tuple(_compulsory(column, book) for column in columns),
        unit="人",
        identity="uid",
        notes=_notes(book),
    )


def _compulsory(column: Column, book: Rulebook | None) -> Column:
    """Certificate columns stay open: those who need no certificate leave them empty, the rest are told row by row."""
    wanted = (
        book is not None and column.key in book.personnel.fields and not column.key.startswith("certificate_")
    )
    return replace(column, required=True) if wanted else column


def _notes(book: Rulebook | None) -> tuple[str, ...]:
    notes = [
        "人员按人员编号对上；没有填人员编号的，按执法证号。",
        "换证：直接填新证号和新日期，旧证自动留在历史里。单位、职务、在编、在岗的变动自导入当天起算，日期可在档案页改。",
    ]
    wanted = [name for name in (book.personnel.fields if book else ()) if name.startswith("certificate_")]
    if wanted:
        titles = "、".join(label_of(name) for name in wanted)
        notes.append(f"规则书要求行政执法人员填写：{titles}。")
    return tuple(notes)


def _columns(lists: Lists) -> tuple[Column, ...]:
    first = next(iter(lists.units.values()), "执法一中队")
    return (
        Column("uid", "人员编号", "code", max_length=64, synonyms=("编号", "工号"), help="一般用执法证号；没有执法证的用工号", example="14052100001"),
        Column("name", "姓名", required=True, max_length=60, synonyms=("检查人员", "人员姓名"), example="陈某"),
        Column("sex", "性别", "choice", choices=dict(Inspector.Sex.choices), example="男"),
        Column("unit", "单位", "choice", required=True, choices=dict(lists.units), synonyms=("所在单位", "科室", "所属单位", "部门"), example=first),
        Column("post", "职务", max_length=60, synonyms=("岗位", "职务职级"), example="中队长"),
        Column("phone", "手机", "code", max_length=40, synonyms=("联系电话", "电话", "手机号"), example="13800000000"),
        Column("duty", "人员类别", "choice", choices=dict(Inspector.Duty.choices), help="不填为行政执法人员", example="行政执法人员"),
        Column("certificate_no", "执法证号", "code", max_length=40, synonyms=("执法证编号", "行政执法证号", "证件号"), example="14052100001"),
        Column("certificate_type", "证件类型", max_length=40, example="行政执法证"),
        Column("certificate_issuer", "发证机关", max_length=60, synonyms=("发证单位", "颁发机关"), example="青禾县人民政府"),
        Column("certificate_issued_on", "发证日期", "date", synonyms=("执法证发证日期",), example="2023-06-01"),
        Column("certificate_valid_until", "有效期至", "date", synonyms=("有效期", "执法证有效期", "证件有效期"), example="2028-05-31"),
        Column("established", "在编", "yes_no", synonyms=("是否在编",), help="不填为在编", example="是"),
        Column("in_post", "在岗", "yes_no", synonyms=("是否在岗",), help="不填为在岗", example="是"),
        Column("posted_since", "到岗日期", "date", synonyms=("任现职时间", "到岗时间"), help="现在这个单位、职务从哪天起；不填表示建档以前就在岗", example="2022-03-01"),
        Column("areas", "片区", "words", choices=dict(lists.areas), synonyms=("所在区域", "负责片区", "区域"), help="几个片区用顿号隔开", example="、".join(list(lists.areas.values())[:2])),
        Column("specialities", "业务专长", "words", max_length=40, synonyms=("专长", "专业"), help="几个专长用顿号隔开", example="水、危险废物"),
        Column("service_since", "从事本岗位起始", "date", synonyms=("从事执法工作时间", "从事本岗位时间"), example="2015-07-01"),
    )  # fmt: skip


def inspector_records(inspectors: QuerySet[Inspector]) -> Iterator[dict[str, Any]]:
    """One dict per inspector, keyed by column, in order of number; three queries per 500."""
    ids = list(inspectors.order_by("uid").values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        rows = Inspector.objects.filter(pk__in=ids[start : start + _CHUNK]).select_related("unit")
        for row in rows.prefetch_related("areas", "postings").order_by("uid"):
            record = {name: getattr(row, name) for name in PLAIN}
            yield record | {
                "uid": row.uid, "unit": row.unit.code, "areas": sorted(area.code for area in row.areas.all()),
                "posted_since": next((one.since for one in row.postings.all() if one.until is None), None), "_id": row.pk, "_version": row.version,
            }  # fmt: skip


@dataclass
class Index:
    """What the register holds of the people the file mentions."""

    by_uid: dict[str, Known] = field(default_factory=dict)
    uid_of_certificate: dict[str, str] = field(default_factory=dict)
    uids_of_name: dict[tuple[str, str], list[str]] = field(default_factory=dict)


@dataclass
class InspectorRegister:
    """`book`: the bureau's rulebook, if it has adopted one; it says who belongs in the register and with which fields."""

    organisation: Organisation
    book: Rulebook | None = None

    @cached_property
    def lists(self) -> Lists:
        return lists_of(self.organisation)

    @cached_property
    def sheet(self) -> Sheet:
        return inspector_sheet(self.lists, self.book)

    def resolve(self, rows: list[Row], met: Met) -> Mapping[int, Match]:
        for row in rows:
            self._check_cells(row)
        for key, what in (("uid", "人员编号"), ("certificate_no", "执法证号")):
            flag_repeated(self.sheet, rows, key, _value_of(key), what, met.firsts[key])
        index = self._index(rows)
        matches = {}
        for row in rows:
            uid = self._uid(row, index)
            if uid is None:
                continue
            if uid in met.taken:
                row.wrong(self.sheet, "uid", f"人员 {uid} 在这份文件里另有一行。请删去一行，或改正编号")
            matches[row.number] = self._match(row, uid, index)
        return matches

    def _check_cells(self, row: Row) -> None:
        values = row.values
        if values.get("areas"):
            values["areas"] = sorted(values["areas"])
        key = "uid" if values.get("uid") else "certificate_no"
        if values.get(key) and not _UID.fullmatch(values[key]):
            row.wrong(
                self.sheet, key, "只能用字母、数字和 . _ -（执法证号里有汉字或括号的，另填人员编号）。请改正"
            )

    def _uid(self, row: Row, index: Index) -> str | None:
        """Named; or that of the certificate; or new, called after the certificate unless the name is already there."""
        number = row.values.get("certificate_no")
        uid = row.values.get("uid") or index.uid_of_certificate.get(number or "")
        if uid:
            return uid
        same = index.uids_of_name.get((str(row.values.get("name")), str(row.values.get("unit"))), [])
        if same and not {"uid", "certificate_no"} & {problem.key for problem in row.problems}:
            row.wrong(
                self.sheet, "uid",
                f"名录里已有同单位、同姓名的人员 {'、'.join(same[:3])}。是同一人（例如换了证）请填上这个编号；"
                "是另一人请填新的编号",
            )  # fmt: skip
            return None
        if not number and not {"uid", "certificate_no"} & {problem.key for problem in row.problems}:
            row.wrong(self.sheet, "uid", "没有执法证号的人员要填人员编号（工号）。请填写")
        return number

    def _match(self, row: Row, uid: str, index: Index) -> Match:
        known = index.by_uid.get(uid)
        row.values.pop("uid", None)
        after = {**_BLANK, **(known.values if known else {}), **row.values}
        owner = index.uid_of_certificate.get(row.values.get("certificate_no") or "")
        if owner and owner != uid:
            row.wrong(self.sheet, "certificate_no", f"已登记在人员 {owner} 名下。请核对证号")
        self._check_certificate(row, after)
        self._check_rulebook(row, known, after)
        return Match(uid, known)

    def _check_certificate(self, row: Row, after: Mapping[str, Any]) -> None:
        issued, until = after["certificate_issued_on"], after["certificate_valid_until"]
        if {"certificate_issued_on", "certificate_valid_until"} & {problem.key for problem in row.problems}:
            return
        if after["certificate_no"] and not until:
            row.wrong(self.sheet, "certificate_valid_until", "填了执法证号就要填有效期至。请补上")
        elif issued and until and until < issued:
            row.wrong(self.sheet, "certificate_valid_until", f"早于发证日期 {issued}。请核对两个日期")

    def _check_rulebook(self, row: Row, known: Known | None, after: Mapping[str, Any]) -> None:
        """Who belongs in the register, and with which fields; of people already there only what the file says."""
        if self.book is None:
            return
        wanted = self.book.personnel
        duty = after["duty"] or Inspector.Duty.CERTIFIED
        if duty not in wanted.include and (
            known is None or ("duty" in row.values and duty != known.values["duty"])
        ):
            only = "、".join(Inspector.Duty(kind).label for kind in wanted.include)
            row.wrong(self.sheet, "duty", f"规则书的检查人员名录库只收{only}。请改正，或删去这一行")
        faulty = {problem.key for problem in row.problems}
        for name in rules.missing_fields({**after, "duty": duty}, wanted.fields):
            if (
                not self.sheet.column(name).required
                and name not in faulty
                and (known is None or name in row.values)
            ):
                row.wrong(self.sheet, name, "规则书要求行政执法人员填写，空着。请填写")

    def _index(self, rows: Iterable[Row]) -> Index:
        rows = list(rows)
        own = Inspector.objects.of(self.organisation)
        ids: set[int] = set()
        for key, lookup in _LOOKUPS:
            words = sorted({row.values[key] for row in rows if row.values.get(key)})
            for start in range(0, len(words), _CHUNK):
                ids |= set(own.filter(**{lookup: words[start : start + _CHUNK]}).values_list("pk", flat=True))
        found = Index()
        for record in inspector_records(own.filter(pk__in=ids)):
            uid = record["uid"]
            found.by_uid[uid] = Known(record["_id"], record["_version"], record["name"], record)
            found.uids_of_name.setdefault((record["name"], record["unit"]), []).append(uid)
            if record["certificate_no"]:
                found.uid_of_certificate[record["certificate_no"]] = uid
        return found


def _value_of(key: str) -> Callable[[Row], Any]:
    return lambda row: row.values.get(key)
