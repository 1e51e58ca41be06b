"""WHO may help (辅助人员库): commissioned institutions and experts; they never count to a team nor sign."""

from datetime import date
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Area, Organisation, ScopedQuerySet


class AssistantQuerySet(ScopedQuerySet):
    def of(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def commissioned_on(self, on: date) -> Self:
        """Whose commission covers the day. source: NM-18.2"""
        open_ = self.filter(ended_on=None) | self.filter(ended_on__gt=on)
        return open_.filter(valid_from__lte=on, valid_until__gte=on)

    def matching(self, words: str) -> Self:
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                Q(name__icontains=word) | Q(institution__icontains=word) | Q(uid__icontains=word)
                | Q(document__icontains=word)
            )  # fmt: skip
        return found


class Assistant(models.Model):
    """辅助人员：被委托（授权）的机构或个人。单独成库，不能列入检查组最低人数，不能签字。"""

    class Kind(models.TextChoices):
        MONITORING = "monitoring", "监测检测机构"
        INSTITUTE = "institute", "科研院所"
        EXPERT = "expert", "专家"
        TECHNICIAN = "technician", "专业技术人员"
        ENTRUSTED = "entrusted", "其他被委托（授权）单位"

    class Basis(models.TextChoices):
        COMMISSION = "commission", "委托"
        AUTHORISATION = "authorisation", "授权"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    uid = models.CharField(
        "编号", max_length=64, validators=[RegexValidator(r"^[0-9A-Za-z._-]{1,64}\Z", "编号只能用字母、数字和 . _ -。")],
        help_text="机构用统一社会信用代码；个人自编，如 FZ-001",
    )  # fmt: skip
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    name = models.CharField("名称", max_length=100, help_text="机构名称或个人姓名")
    institution = models.CharField("所属机构", max_length=100, blank=True, help_text="个人填所在机构")
    title = models.CharField("职称", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    specialities = models.JSONField("业务专长", default=list, blank=True)
    areas = models.ManyToManyField(Area, verbose_name="片区", blank=True, related_name="+")
    basis = models.CharField("方式", max_length=14, choices=Basis.choices, default=Basis.COMMISSION)
    document = models.CharField("委托文书", max_length=100, help_text="委托书、合同或授权文件的文号")
    valid_from = models.DateField("委托起")
    valid_until = models.DateField("委托止")
    ended_on = models.DateField("提前解除日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建档时间", default=timezone.now)

    objects = AssistantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "辅助人员"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "uid"], name="assistant_uid_is_unique_in_organisation",
                violation_error_message="编号已被使用。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="commission_ends_after_it_starts",
                violation_error_message="委托止不能早于委托起。",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="assistant_has_a_name"),
            models.CheckConstraint(
                condition=~Q(document=""), name="assistant_has_a_commission", violation_error_message="请填写委托文书。"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["monitoring", "institute", "expert", "technician", "entrusted"]), name="assistant_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(basis__in=["commission", "authorisation"]), name="assistant_basis_is_known"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def commissioned(self, on: date) -> bool:
        """The commission covers the day."""
        return self.valid_from <= on <= self.valid_until and not (self.ended_on and self.ended_on <= on)
