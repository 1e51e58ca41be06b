"""The target register as the importing engine sees it: codes checked, rows matched, nothing written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.sheets.changes import Known
from foundation.sheets.checking import Match, Met
from foundation.sheets.columns import Sheet
from foundation.sheets.errors import CellWrong
from foundation.sheets.rows import Row, flag_repeated
from registry.imports.flag_text import parse_flags, write_flags
from registry.imports.target_sheet import HELD, TAG, lists_of, target_sheet
from registry.models import LabelTerm, PendingChange, Permit, Target, uid_validator
from registry.records import permit_record, records_of
from registry.rules import states, uscc
from registry.rules.labels import strange

_CHUNK = 500


@dataclass
class Index:
    """What the register holds of the things the file mentions."""

    by_uid: dict[str, Known] = field(default_factory=dict)
    uids_of_uscc: dict[str, list[str]] = field(default_factory=dict)
    uid_of_permit: dict[str, str] = field(default_factory=dict)
    uids_of_name: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)


@dataclass
class TargetRegister:
    """`on`: the day of the import; a status without a date starts then."""

    organisation: Organisation
    book: Rulebook | None
    on: date

    @cached_property
    def lists(self) -> Any:
        return lists_of(self.organisation, self.book)

    @cached_property
    def sheet(self) -> Sheet:
        return target_sheet(self.lists, self.book)

    def resolve(self, rows: list[Row], met: Met) -> Mapping[int, Match]:
        notices = {row.number: self._check_cells(row) for row in rows}
        for key, name, what in _ONCE:
            flag_repeated(self.sheet, rows, key, name, what, met.firsts[key])
        index = self._index(rows)
        met.used |= {row.values["uid"] for row in rows if row.values.get("uid")}
        matches = {}
        for row in rows:
            self._check_taken(row, index, met)
            match = self._match(row, index, met.used, notices[row.number])
            if match:
                matches[row.number] = match
        return matches

    def _check_taken(self, row: Row, index: Index, met: Met) -> None:
        """A row corrected on the page may not become one that is already accepted as new."""
        uid = row.values.get("uid")
        if uid in met.taken and uid not in index.by_uid:
            row.wrong(self.sheet, "uid", f"对象 {uid} 在这份文件里另有一行。请删去一行，或改正编号")

    def _check_cells(self, row: Row) -> tuple[str, ...]:
        """Codes, number ranges and orders of dates; cleaned values stay in the row."""
        notices: list[str] = []
        if row.values.get("uid"):
            self._check_uid(row)
        if row.values.get("uscc"):
            notices += self._check_uscc(row)
        if row.values.get("permit_number"):
            notices += self._check_permit(row)
        if row.values.get("flags"):
            self._check_flags(row)
        start, end = row.values.get("permit_from"), row.values.get("permit_until")
        if start and end and end < start:
            row.wrong(self.sheet, "permit_until", f"早于有效期起 {start}。请核对两个日期")
        if (start or end) and "permit_number" not in row.values and "permit_number" not in row.raw:
            row.wrong(self.sheet, "permit_number", "填了许可证有效期，没有许可证编号。请补上编号")
        tonnes = row.values.get("hw_tonnes_per_year")
        if tonnes is not None and not 0 <= tonnes < 10**9:
            row.wrong(self.sheet, "hw_tonnes_per_year", "不能是负数，也不会超过十亿吨。请核对单位和数字")
        since = row.values.get("status_since")
        if since and since > self.on:
            row.wrong(self.sheet, "status_since", f"{since} 还没有到。请核对日期")
        return tuple(notices)

    def _check_uid(self, row: Row) -> None:
        try:
            uid_validator(row.values["uid"])
        except ValidationError:
            row.wrong(self.sheet, "uid", "只能用字母、数字和 . _ -，1 至 64 位。请改正")

    def _check_uscc(self, row: Row) -> list[str]:
        try:
            parsed = uscc.parse(row.values["uscc"])
        except uscc.CodeWrong as error:
            row.wrong(self.sheet, "uscc", error.message)
            return []
        row.values["uscc"] = parsed.code
        return list(parsed.warnings)

    def _check_permit(self, row: Row) -> list[str]:
        try:
            number, warnings = uscc.parse_permit(row.values["permit_number"], row.values.get("uscc") or "")
        except uscc.CodeWrong as error:
            row.wrong(self.sheet, "permit_number", error.message)
            return []
        row.values["permit_number"] = number
        return list(warnings)

    def _check_flags(self, row: Row) -> None:
        try:
            flags = parse_flags(row.values["flags"], self.lists.flags)
        except CellWrong as error:
            row.wrong(self.sheet, "flags", error.message)
            return
        late = next((day for _, day, _ in flags if date.fromisoformat(day) > self.on), None)
        if late:
            row.wrong(self.sheet, "flags", f"发生日期 {late} 还没有到。请核对")
        row.values["flags"] = write_flags(((flag, day, text) for flag, day, text in flags), self.lists.flags)

    def _match(self, row: Row, index: Index, used: set[str], notices: tuple[str, ...]) -> Match | None:
        uid = self._uid(row, index, used)
        if uid is None:
            return None
        known = index.by_uid.get(uid)
        if known:
            known = _for_row(known, row)
            self._keep_flags(row, known)
            self._check_turn(row, known, index)
        self._check_labels(row, known)
        self._check_permit_owner(row, index, uid)
        row.values.pop("uid", None)
        return Match(uid, known, notices)

    def _uid(self, row: Row, index: Index, used: set[str]) -> str | None:
        """Named; or that of the permit; or the only site of the credit code; or the same name in the same area; or new."""
        values = row.values
        if values.get("uid"):
            return values["uid"]
        permit_owner = index.uid_of_permit.get(values.get("permit_number") or "")
        if permit_owner:
            return permit_owner
        same = index.uids_of_name.get((str(values.get("name")), str(values.get("area"))), [])
        sites = index.uids_of_uscc.get(values.get("uscc") or "", [])
        if values.get("uscc"):
            return self._site(row, sites, same, used)
        if len(same) == 1:
            return same[0]
        if not any(problem.key in ("uid", "uscc", "permit_number") for problem in row.problems):
            row.wrong(self.sheet, "uid", "没有信用代码的对象要填对象编号。请按本局编号规则填写，例如 SYD-001")
        return None

    def _site(self, row: Row, sites: list[str], same: list[str], used: set[str]) -> str | None:
        exact = [uid for uid in sites if uid in same]
        if len(exact) == 1:
            return exact[0]
        if len(sites) == 1 and not row.values.get("permit_number"):
            return sites[0]
        if len(sites) == 1 and not self._has_permit(sites[0]):
            return sites[0]
        if len(sites) > 1 and not row.values.get("permit_number"):
            row.wrong(
                self.sheet,
                "uid",
                f"该信用代码名下有 {len(sites)} 个场所：{'、'.join(sites[:5])}。请填上是哪一个",
            )
            return None
        code = row.values["uscc"]
        uid = next(
            name for n in range(1, 1000) if (name := f"{code}-{n:02}") not in used and name not in sites
        )
        used.add(uid)
        return uid

    def _has_permit(self, uid: str) -> bool:
        return uid in self._with_permit

    def _keep_flags(self, row: Row, known: Known) -> None:
        """Flags only grow by import: what the file repeats says nothing new."""
        if not row.values.get("flags"):
            row.values.pop("flags", None)
            return
        there = set(str(known.values.get("flags") or "").split("；"))
        fresh = [part for part in row.values["flags"].split("；") if part not in there]
        if fresh:
            row.values["flags"] = "；".join([*(part for part in there if part), *fresh])
        else:
            row.values.pop("flags")

    def _check_turn(self, row: Row, known: Known, index: Index) -> None:
        """Another status, or another first day of the same one, is only asked for; a reason alone says nothing."""
        new, old = row.values.get("status") or str(known.values["status"]), str(known.values["status"])
        since, was = row.values.get("status_since"), known.values.get("status_since")
        if new == old and since in (None, was):
            for key in HELD:
                row.values.pop(key, None)
            return
        row.values["status"] = new
        row.values["status_since"] = since = since or self.on
        if known.id in index.waiting:
            row.wrong(
                self.sheet,
                "status",
                "这个对象已有一项变更状态在等审批。请等办结，或先撤回那一项；要先导入其余各栏，把状态改回原值",
            )
        try:
            if new != old:
                states.check_status(old, new, since, was, self.on)
        except states.WrongTurn as error:
            row.wrong(self.sheet, "status", error.message)

    @cached_property
    def words(self) -> dict[str, set[str]]:
        """Label group → words in force; groups without a dictionary are not in it."""
        terms = LabelTerm.objects.filter(organisation=self.organisation)
        found: dict[str, set[str]] = {group: set() for group in terms.values_list("group", flat=True)}
        for group, value in terms.in_force(self.on).values_list("group", "value"):
            found[group].add(value)
        return found

    def _check_labels(self, row: Row, known: Known | None) -> None:
        """A target may keep a word that went out of use; a new one must be in the dictionary."""
        for key in [key for key in row.values if key.startswith(TAG)]:
            allowed = self.words.get(key.removeprefix(TAG))
            held = (known.values.get(key) or ()) if known else ()
            for word in strange(row.values[key] or (), allowed, held):
                near = get_close_matches(word, allowed or (), n=1, cutoff=0.3)
                hint = (
                    f"是不是“{near[0]}”？" if near else f"可以用：{'、'.join(sorted(allowed or ())[:12])}。"
                )
                row.wrong(self.sheet, key, f"字典里没有“{word}”，或已停用。{hint}要增加请先到“标识字典”登记")

    def _check_permit_owner(self, row: Row, index: Index, uid: str) -> None:
        owner = index.uid_of_permit.get(row.values.get("permit_number") or "")
        if owner and owner != uid:
            row.wrong(self.sheet, "permit_number", f"已登记在对象 {owner} 名下。请核对编号，或先改那一个对象")

    def _index(self, rows: list[Row]) -> Index:
        found = Index()
        self._with_permit: set[str] = set()
        ids = self._mentioned(rows)
        for start in range(0, len(ids), _CHUNK):
            part = Target.objects.filter(pk__in=ids[start : start + _CHUNK]).select_related(
                "entity", "area", "unit"
            )
            for record in records_of(list(part), self.lists.flags):
                self._add(found, record)
            if any(key in row.values for row in rows for key in HELD):
                found.waiting |= waiting_for_status(ids[start : start + _CHUNK])
        return found

    def _add(self, found: Index, record: dict[str, Any]) -> None:
        uid = record["uid"]
        found.by_uid[uid] = Known(record["_id"], record["_version"], record["name"], record)
        if record["uscc"]:
            found.uids_of_uscc.setdefault(record["uscc"], []).append(uid)
        found.uids_of_name.setdefault((record["name"], record["area"]), []).append(uid)
        for permit in record["_permits"]:
            found.uid_of_permit[permit.number] = uid
            self._with_permit.add(uid)

    def _mentioned(self, rows: Iterable[Row]) -> list[int]:
        """Ids of every target a row may mean. One query per 500 words of each kind."""
        ids: set[int] = set()
        own = Target.objects.of(self.organisation)
        for key, lookup in (
            ("uid", "uid__in"),
            ("uscc", "entity__uscc__in"),
            ("name", "name__in"),
            ("permit_number", ""),
        ):
            words = sorted({str(row.values[key]) for row in rows if row.values.get(key)})
            for start in range(0, len(words), _CHUNK):
                part = words[start : start + _CHUNK]
                if lookup:
                    ids |= set(own.filter(**{lookup: part}).values_list("pk", flat=True))
                else:
                    owners = Permit.objects.filter(number__in=part, target__organisation=self.organisation)
                    ids |= set(owners.values_list("target", flat=True))
        return sorted(ids)


def waiting_for_status(ids: Iterable[int]) -> set[int]:
    """Targets of these whose change of status waits for a second person."""
    asked = PendingChange.objects.waiting().filter(kind=PendingChange.Kind.STATUS, target__in=ids)
    return set(asked.values_list("target", flat=True))


def _nameless_site(row: Row) -> tuple | None:
    """Two rows with one credit code are two sites only if something tells them apart."""
    if row.values.get("uid") or row.values.get("permit_number") or not row.values.get("uscc"):
        return None
    return row.values["uscc"], row.values.get("name"), row.values.get("area")


def _for_row(known: Known, row: Row) -> Known:
    """The known row with the permit the file speaks of (a target may hold several)."""
    number = row.values.get("permit_number")
    if not number:
        if not number and "permit_number" in row.raw and row.values.get("permit_number", "") is None:
            row.values.pop("permit_number")
        return known
    permit = next((permit for permit in known.values["_permits"] if permit.number == number), None)
    return Known(known.id, known.version, known.name, {**known.values, **permit_record(permit)})


_ONCE: tuple[tuple[str, Callable[[Row], Any], str], ...] = (
    ("uid", lambda row: row.values.get("uid"), "对象编号"),
    ("permit_number", lambda row: row.values.get("permit_number"), "许可证编号"),
    ("uscc", _nameless_site, "信用代码相同、又没有对象编号和许可证编号，名称也"),
)
