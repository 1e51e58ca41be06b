"""A door: one register that takes files. An app describes it once; the flow and the pages are the same for all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils.module_loading import import_string

from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation, User
from foundation.sheets.checking import Register

Tell = Callable[[int], None]


class RegisterMoved(RuleBroken):
    """Somebody changed the register between the check and the confirmation."""

    code = "register_moved"


class Undone(NamedTuple):
    """`kept`: names of rows edited or used since, left as they are."""

    restored: int
    kept: list[str]


class Asked(NamedTuple):
    """What a batch only asks for: `text` says how many and who decides; `url`: where."""

    number: int
    text: str
    url: str = ""


@dataclass(frozen=True)
class Door:
    """app: prefix of the acts in the ledger · scope: what marks this register's rows in tables shared by several
    place: URL name of the upload page, the other pages are called after it · home: URL name of the register
    shown: columns that describe a new row · may: raises NotAllowed · write: raises RegisterMoved
    table: (name, bytes) of the table in whatever is uploaded; accept: what the file dialogue offers
    asked: what of a batch waits for a second person, None = nothing
    """

    kind: str
    label: str
    app: str
    place: str
    home: str
    batches: type[Any]
    mappings: type[Any]
    may: Callable[[User, Organisation], None]
    register: Callable[[Organisation, date], Register]
    write: Callable[[Any, date, User, Tell], dict[str, Any]]
    undo: Callable[[Any, date, User, Tell], Undone]
    asked: Callable[[Any], Asked | None] = lambda batch: None
    table: Callable[[str, bytes], tuple[str, bytes]] = lambda name, data: (name, data)
    accept: str = ".xlsx,.xls,.csv"
    shown: tuple[str, ...] = ()
    after: str = ""
    sources: tuple[str, ...] = ("省平台", "排污许可导出", "本局台账")
    scope: dict[str, str] = field(default_factory=dict)

    def batches_of(self, organisation: Organisation) -> QuerySet[Any]:
        rows = self.batches.objects.filter(organisation=organisation, **self.scope)
        return rows.select_related("organisation", "created_by").defer("upload")

    def mappings_of(self, organisation: Organisation) -> QuerySet[Any]:
        return self.mappings.objects.filter(organisation=organisation, **self.scope).order_by("name")


def door(kind: str) -> Door:
    """raises: Http404 for a register that takes no files"""
    path = settings.IMPORT_DOORS.get(kind)
    if path is None:
        raise Http404("没有这种名录")
    return import_string(path)


def doors() -> list[Door]:
    return [import_string(path) for path in settings.IMPORT_DOORS.values()]
