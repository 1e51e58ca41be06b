"""The register of targets as a django-import-export resource: the same columns, the same checks, the same tables."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets

from foundation.organisation.models import Area, Organisation, Unit, User
from foundation.sheets.checking import Met
from foundation.sheets.heads import normal
from foundation.sheets.rows import parse_row
from registry.actions.tiers import recompute_for
from registry.exports import book_of
from registry.imports.applying import default_of
from registry.imports.targets import TargetRegister
from registry.models import Entity, Permit, StatusPeriod, Target
from registry.rules.names import initials

_PLAIN = (
    "uid", "name", "kind", "industry", "categories", "permit_class", "key_polluter_list", "control_level", "address",
    "contact", "status", "status_since", "approved_on", "approval_level", "construction_started_on",
)  # fmt: skip
_ENTITY = ("legal_representative", "entity_type", "registration_authority", "founded_on")


class As(widgets.Widget):
    """A value already parsed by the rules both sides share."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        return value


class TargetResource(resources.ModelResource):
    area = fields.Field("area", "area", widgets.ForeignKeyWidget(Area, "code"))
    unit = fields.Field("unit", "unit", widgets.ForeignKeyWidget(Unit, "code"))
    entity = fields.Field("entity", "entity", widgets.ForeignKeyWidget(Entity, "pk"))

    class Meta:
        model = Target
        import_id_fields = ("uid",)
        fields = (*_PLAIN, "area", "unit", "entity")
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = False

    def __init__(self, organisation: Organisation, by: User, on: date) -> None:
        super().__init__()
        self.organisation, self.on = organisation, on
        self.book = book_of(organisation, on)
        self.register = TargetRegister(organisation, self.book, on)
        self.keys = {normal(t): c.key for c in self.register.sheet.columns for t in (c.title, *c.synonyms)}
        self.extra: dict[str, Any] = {}

    def get_queryset(self) -> Any:
        return Target.objects.of(self.organisation)

    def before_import_row(self, row: Any, **options: Any) -> None:
        """The shared rules: cells, codes, and which target the row means."""
        cells = {self.keys[normal(head)]: cell for head, cell in row.items() if normal(head) in self.keys}
        parsed = parse_row(
            self.register.sheet, 1, {key: cell for key, cell in cells.items() if cell is not None}
        )
        match = self.register.resolve([parsed], Met()).get(1)
        if parsed.problems or match is None:
            raise ValidationError([problem.sentence for problem in parsed.problems])
        given = parsed.values
        row.update({k: default_of(Target, k) if given.get(k) is None else given[k] for k in _PLAIN})
        row["uid"] = match.uid
        row["area"], row["unit"] = parsed.values.get("area"), parsed.values.get("unit")
        row["entity"] = self._entity(parsed.values)
        self.extra = parsed.values

    def _entity(self, values: dict[str, Any]) -> int | None:
        if not values.get("uscc"):
            return None
        defaults = {key: values[key] for key in _ENTITY if values.get(key)} | {"name": values["name"]}
        row, _ = Entity.objects.update_or_create(
            organisation=self.organisation, uscc=values["uscc"], defaults=defaults
        )
        return row.pk

    def init_instance(self, row: Any = None) -> Target:
        return Target(organisation=self.organisation)

    def before_save_instance(self, instance: Target, row: Any, **options: Any) -> None:
        instance.initials = initials(instance.name)

    def after_save_instance(self, instance: Target, row: Any, **options: Any) -> None:
        values = self.extra
        if values.get("permit_number"):
            Permit.objects.update_or_create(
                target=instance, number=values["permit_number"],
                defaults={
                    "category": instance.permit_class, "valid_from": values.get("permit_from"),
                    "valid_until": values.get("permit_until"),
                },
            )  # fmt: skip
        if not instance.status_periods.filter(until=None).exists():
            since = instance.status_since or self.on
            StatusPeriod.objects.create(target=instance, status=instance.status, since=since, reason="导入")
        if self.book:
            recompute_for([instance.pk], self.book, self.on)


def _typed() -> None:
    """Values come parsed from the shared rules; only relations are looked up by the library."""
    for name in _PLAIN:
        TargetResource.fields[name] = fields.Field(name, name, As())


def resource_for(organisation: Organisation, by: User, on: date) -> TargetResource:
    return TargetResource(organisation, by, on)


_typed()
