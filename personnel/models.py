"""WHO inspects (检查人员名录库): certificates, specialities, areas, leave."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.intake import models as intake
from foundation.organisation.models import Area, Organisation, Unit, User
from personnel import rules


class InspectorQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def of(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def active(self) -> Self:
        return self.filter(in_post=True)

    def certified_on(self, on: date) -> Self:
        """Holders of a certificate valid on the day: only they may lead or count to the team."""
        return (
            self.active()
            .filter(certificate_valid_until__gte=on)
            .exclude(certificate_no="")
            .filter(Q(certificate_issued_on=None) | Q(certificate_issued_on__lte=on))
        )

    def officers_on(self, on: date) -> Self:
        """Head-count for officer ratios: certified, established and in post on the day. source: INV-09"""
        return self.certified_on(on).filter(established=True)

    def matching(self, words: str) -> Self:
        """Every word occurs in name, number, post or unit."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                Q(name__icontains=word) | Q(uid__icontains=word) | Q(certificate_no__icontains=word)
                | Q(post__icontains=word) | Q(unit__name__icontains=word)
            )  # fmt: skip
        return found

    def certificate_in(self, state: str, on: date) -> Self:
        """Those whose certificate is in one of the buckets of rules.CERTIFICATE_LABELS on the day."""
        nothing = Q(certificate_no="") | Q(certificate_valid_until=None)
        future = Q(certificate_issued_on__gt=on)
        if state == rules.NONE:
            return self.filter(nothing)
        if state == rules.FUTURE:
            return self.exclude(nothing).filter(future)
        first, last = rules.ends_between(state, on)
        found = self.exclude(nothing).exclude(future)
        found = found.filter(certificate_valid_until__gte=first) if first else found
        return found.filter(certificate_valid_until__lte=last) if last else found

    def available_on(self, on: date) -> Self:
        away = Absence.objects.filter(since__lte=on).filter(Q(until=None) | Q(until__gte=on))
        return self.active().exclude(pk__in=away.values("inspector"))


class Inspector(models.Model):
    """检查人员。"""

    class Sex(models.TextChoices):
        MALE = "male", "男"
        FEMALE = "female", "女"

    class Duty(models.TextChoices):
        CERTIFIED = "certified", "行政执法人员"
        REGULATORY = "regulatory_duty", "从事日常监管的工作人员"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    uid = models.CharField(
        "人员编号", max_length=64, validators=[RegexValidator(r"^[0-9A-Za-z._-]{1,64}\Z", "编号只能用字母、数字和 . _ -。")],
        help_text="一般用执法证号；没有执法证的用工号",
    )  # fmt: skip
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", null=True, blank=True, related_name="+"
    )
    name = models.CharField("姓名", max_length=60)
    sex = models.CharField("性别", max_length=6, choices=Sex.choices, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    post = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("手机", max_length=40, blank=True)
    duty = models.CharField("人员类别", max_length=16, choices=Duty.choices, default=Duty.CERTIFIED)
    certificate_no = models.CharField("执法证号", max_length=40, blank=True)
    certificate_type = models.CharField("证件类型", max_length=40, blank=True)
    certificate_issued_on = models.DateField("发证日期", null=True, blank=True)
    certificate_valid_until = models.DateField("有效期至", null=True, blank=True)
    established = models.BooleanField("在编", default=True)
    in_post = models.BooleanField("在岗", default=True)
    areas = models.ManyToManyField(Area, verbose_name="片区", blank=True, related_name="+")
    specialities = models.JSONField("业务专长", default=list, blank=True)
    service_since = models.DateField("从事本岗位起始", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建档时间", default=timezone.now)

    objects = InspectorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查人员"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "uid"], name="inspector_uid_is_unique_in_organisation",
                violation_error_message="人员编号已被使用。",
            ),
            models.UniqueConstraint(
                fields=["organisation", "certificate_no"], condition=~Q(certificate_no=""),
                name="certificate_belongs_to_one_inspector", violation_error_message="执法证号已登记在另一人名下。",
            ),
            models.CheckConstraint(
                condition=Q(certificate_no="") | Q(certificate_valid_until__isnull=False), name="certificate_has_an_end",
                violation_error_message="填了执法证号就要填有效期至。",
            ),
            models.CheckConstraint(
                condition=Q(certificate_issued_on=None) | Q(certificate_valid_until=None)
                | Q(certificate_valid_until__gte=models.F("certificate_issued_on")),
                name="certificate_ends_after_it_starts", violation_error_message="执法证有效期不能早于发证日期。",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="inspector_has_a_name"),
            models.CheckConstraint(condition=Q(duty__in=["certified", "regulatory_duty"]), name="inspector_duty_is_known"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


def label_of(name: str) -> str:
    """The Chinese name of an inspector's field."""
    return next(str(field.verbose_name) for field in Inspector._meta.get_fields() if field.name == name)  # type: ignore[union-attr]


class Absence(models.Model):
    """请假、培训、借调：这段时间不参加抽取。"""

    class Reason(models.TextChoices):
        LEAVE = "leave", "请假"
        TRAINING = "training", "培训"
        SECONDED = "seconded", "借调"
        DUTY = "duty", "值守或专案"
        OTHER = "other", "其他"

    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="absences")
    reason = models.CharField("原因", max_length=10, choices=Reason.choices)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "离岗"
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="absence_ends_after_it_starts",
                violation_error_message="离岗的结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["leave", "training", "seconded", "duty", "other"]), name="absence_reason_is_known"
            ),
        ]  # fmt: skip


class PersonnelImport(intake.Batch):
    """一次人员名册导入：上传、核对、确认、可撤销。"""

    class Meta:
        verbose_name = verbose_name_plural = "人员导入批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=intake.STATE_NAMES.split()), name="personnel_import_state_is_known"
            )
        ]


class PersonnelImportPart(intake.Part):
    """人员导入批次的一段变化。"""

    batch = models.ForeignKey(PersonnelImport, models.PROTECT, verbose_name="批次", related_name="parts")

    class Meta:
        verbose_name = verbose_name_plural = "人员导入变化"
        constraints = [
            models.UniqueConstraint(fields=["batch", "no"], name="personnel_import_part_is_numbered_once")
        ]


class PersonnelImportedRow(models.Model):
    """已导入批次的一行：动了谁、改了什么、改后是第几版。"""

    batch = models.ForeignKey(PersonnelImport, models.PROTECT, verbose_name="批次", related_name="imported")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="imported")
    row = models.PositiveIntegerField("行号")
    added = models.BooleanField("新增")
    version = models.PositiveIntegerField("导入后版本")
    fields = models.JSONField("字段", default=list, help_text="字段、旧值、新值")
    before = models.JSONField("原值", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "人员导入明细"


class PersonnelMapping(intake.Mapping):
    """列对应：外部人员名册的表头，对到本系统的哪一列。按来源起名，下次自动认出。"""

    class Meta:
        verbose_name = verbose_name_plural = "人员列对应"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="personnel_mapping_name_is_unique",
                violation_error_message="这个名称的列对应已存在。",
            )
        ]  # fmt: skip
