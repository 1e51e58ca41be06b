"""WHO inspects (检查人员名录库): certificates, specialities, areas, posts."""

from datetime import date
from typing import Self

from django.apps import apps
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from foundation.organisation.models import Area, Organisation, ScopedQuerySet, Unit


def _rows(name: str) -> models.QuerySet:
    """Of a table that stands below the inspector in this app."""
    return apps.get_model("personnel", name)._default_manager.all()


def _postings() -> models.QuerySet:
    return _rows("Posting").filter(inspector=OuterRef("pk"))


def _any_posting() -> Exists:
    return Exists(_postings())


def _held(on: date, **wanted: bool) -> Exists:
    """A period in post that covers the day."""
    rows = _postings().filter(Q(since=None) | Q(since__lte=on), Q(until=None) | Q(until__gte=on))
    return Exists(rows.filter(**wanted))


class InspectorQuerySet(ScopedQuerySet):
    def of(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def active(self) -> Self:
        """In post today, by what the register says now; for another day: in_post_on."""
        return self.filter(in_post=True)

    def in_post_on(self, on: date) -> Self:
        """In post on the day: by the periods registered, or by the mark of who has none. source: NM-16.3, XY-2.8"""
        return self.filter(_held(on) | ~_any_posting() & Q(in_post=True))

    def established_on(self, on: date) -> Self:
        """在编在岗 on the day."""
        known = _held(on, established=True)
        return self.filter(known | ~_any_posting() & Q(in_post=True, established=True))

    def certified_on(self, on: date) -> Self:
        """Holders of a certificate valid on the day: only they may lead or count to the team."""
        return self.in_post_on(on).holding_on(on)

    def holding_on(self, on: date) -> Self:
        """With a certificate valid on the day, renewed and earlier ones included."""
        own = Q(certificate_valid_until__gte=on) & ~Q(certificate_no="")
        own &= Q(certificate_issued_on=None) | Q(certificate_issued_on__lte=on)
        papers = _rows("Certificate").filter(
            Q(issued_on=None) | Q(issued_on__lte=on), Q(revoked_on=None) | Q(revoked_on__gt=on),
            inspector=OuterRef("pk"), entitles=True, valid_until__gte=on,
        )  # fmt: skip
        return self.filter(own | Exists(papers))

    def officers_on(self, on: date) -> Self:
        """Head-count for officer ratios: certified, established and in post on the day. source: INV-09, XY-3.4, QZ-4.7"""
        return self.established_on(on).holding_on(on)

    def matching(self, words: str) -> Self:
        """Every word occurs in name, number, post or unit."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                Q(name__icontains=word) | Q(uid__icontains=word) | Q(certificate_no__icontains=word)
                | Q(post__icontains=word) | Q(unit__name__icontains=word)
            )  # fmt: skip
        return found

    def available_on(self, on: date) -> Self:
        away = _rows("Absence").filter(since__lte=on).filter(Q(until=None) | Q(until__gte=on))
        return self.in_post_on(on).exclude(pk__in=away.values("inspector"))


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
    certificate_issuer = models.CharField("发证机关", max_length=60, blank=True)
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
