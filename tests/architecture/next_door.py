"""Two bureaux under one superior; the first has at least one row of every model, all its words begin with the same mark."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Concat

from foundation.ledger import append_only
from foundation.ledger.models import Entry
from foundation.organisation.models import Organisation, User
from foundation.organisation.roles import Role
from inspections import actions as inspections
from tests.draws import factories as draws
from tests.factories import create_inspector, create_organisation, create_user
from tests.inspections import factories as visits
from tests.planning import factories as plan

MARK = "隔壁"
DAY = date(2026, 11, 20)
APPS = (
    "registry",
    "personnel",
    "planning",
    "draws",
    "inspections",
    "disclosure",
    "documents",
    "organisation",
)
# 机构自己；链上的一步要由抽取会写，不能凭空添。
LEFT_OUT = {"organisation.Organisation", "draws.DrawEvent"}
GIVEN = {
    "registry.PendingChange": {"kind": "status", "values": {}},
    "registry.TargetFlag": {"flag": "penalised"},
    "registry.LegalBasis": {"law": "隔壁条例"},
    "disclosure.DisclosureTask": {"kind": "result"}, "disclosure.Publication": {"content": "{}"},
    "personnel.Certificate": {"valid_until": date(2030, 1, 1)},
    "documents.Document": {"kind": "visit_record"},
}  # fmt: skip


@dataclass
class NextDoor:
    """theirs: the bureau full of rows · ours, above: users of the other bureau and of the superior, by role"""

    theirs: Organisation
    ours: dict[str, User]
    above: dict[str, User]


def build() -> NextDoor:
    """The rows filled in by shape only have to be there, not to make sense: SQLite looks the other way meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            return _build()
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def _build() -> NextDoor:
    superior = create_organisation(name="青禾市生态环境局")
    theirs = _full(superior)
    bureau = plan.create_bureau()
    plan.publish_items(bureau)
    plan.approved_plan(bureau)
    ours = bureau.organisation
    Organisation.objects.filter(pk=ours.pk).update(parent=superior)
    return NextDoor(theirs, _people(ours), _people(superior))


def _people(organisation: Organisation) -> dict[str, User]:
    """An inspector, and somebody who holds every role: what is closed to him is closed to each of them."""
    people = {
        "inspector": create_user(organisation, "inspector", name="本局某"),
        "every": create_user(organisation, *Role.values, name="本局全"),
    }
    create_inspector(organisation, user=people["inspector"], name="本局查")
    return people


def _full(superior: Organisation) -> Organisation:
    """A plan, quotas, a draw being prepared, a visit with a problem; what is still missing is filled in by shape."""
    house = draws.create_house()
    bureau = house.organisation
    Organisation.objects.filter(pk=bureau.pk).update(parent=superior)
    bureau.refresh_from_db()
    draws.prepare(house)
    case = visits.create_case(bureau=house.bureau)
    visits.started(case)
    inspections.add_evidence(by=case.lead, visit=case.visit, file=visits.upload())
    visits.fill(case, problem="ordered_correct")
    visits.submit(case)
    for model in _in_order():
        if not of(model, bureau).exists():
            _one(model, bureau)
    with append_only.suspended(connection):
        _mark(bureau)
    return bureau


def _in_order() -> list[type[models.Model]]:
    """What others point to comes first."""
    left = [
        model
        for model in apps.get_models()
        if model._meta.app_label in APPS and model._meta.label not in LEFT_OUT
    ]
    done: list[type[models.Model]] = []
    while left:
        ready = [model for model in left if not {to for _, to in _links(model)} & (set(left) - {model})]
        assert ready, left
        done += ready
        left = [model for model in left if model not in ready]
    return done


def _links(model: type[models.Model]) -> list[tuple[str, type[models.Model]]]:
    """Foreign keys that must be there."""
    return [
        (field.name, field.related_model)
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and not field.null
        and field.related_model._meta.app_label in APPS
    ]


def way_to_bureau(model: type[models.Model]) -> str:
    """Lookup from a row to its organisation, e.g. visit__organisation; not through the person who wrote it."""
    if any(field.name == "organisation" for field in model._meta.fields):
        return "organisation"
    links = sorted(_links(model), key=lambda link: link[1] is User)
    name, to = links[0]
    return f"{name}__{way_to_bureau(to)}"


def of(model: type[models.Model], bureau: Organisation) -> models.QuerySet:
    return model._base_manager.filter(**{way_to_bureau(model): bureau}).order_by("pk")


def _one(model: type[models.Model], bureau: Organisation) -> None:
    values = {field.name: _value(field, bureau) for field in model._meta.fields if _asked(field)}
    if model._meta.label == "disclosure.DisclosureTask":
        values["visit"] = of(apps.get_model("inspections.Visit"), bureau).first()
    model._base_manager.bulk_create([model(**values | GIVEN.get(model._meta.label, {}))])


def _asked(field: models.Field) -> bool:
    return not (field.primary_key or field.has_default() or field.null) and (
        not field.blank or isinstance(field, models.FileField)
    )


def _value(field: models.Field, bureau: Organisation):
    if isinstance(field, models.ForeignKey):
        to = field.related_model
        rows = Organisation.objects.filter(pk=bureau.pk) if to is Organisation else of(to, bureau)
        return rows.last() if field.name in ("into", "second") else rows.first()
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.FileField):
        return ContentFile(b"%PDF-1.7", name="a.pdf")
    if isinstance(field, models.DateTimeField):
        return datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    if isinstance(field, models.DateField):
        return DAY
    if isinstance(field, models.CharField | models.TextField):
        return MARK[: field.max_length]
    return 1


WORDS = ("name", "title", "summary", "problem", "word", "law", "from_name")


def _mark(bureau: Organisation) -> None:
    """Every word of theirs can be told from ours."""
    Organisation.objects.filter(pk=bureau.pk).update(name=f"{MARK}县生态环境局")
    for model in _in_order():
        for field in model._meta.fields:
            if (
                field.name in WORDS
                and isinstance(field, models.CharField)
                and not field.choices
                and field.max_length > 20
            ):
                of(model, bureau).exclude(**{field.name: ""}).update(
                    **{field.name: Concat(Value(MARK), F(field.name))}
                )


def written(bureau: Organisation) -> int:
    """Entries about this bureau in the ledger; what was refused did nothing."""
    return Entry.objects.filter(organisation=bureau).exclude(act__endswith="refused").count()
