"""稽查: a body looks at how inspections were done, by period, with findings that are put right. source: NM-41.1, NM-42.1, QZ-12.2"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, User
from inspections.models.visits import Visit


def _person(name: str, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=name, null=null, blank=null, related_name="+"
    )


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Those of the user's organisation and its branches, and those about the user's organisation."""
        below = Organisation.objects.visible_to(user)
        return self.filter(Q(organisation__in=below) | Q(audited=user.organisation_id))


class Audit(models.Model):
    """一次稽查：谁对哪个机构、哪一段时间、用什么方式，发现了什么，整改到哪里。"""

    class Method(models.TextChoices):
        SYSTEM = "system", "监管系统检查"
        FIELD = "field", "实地督查"
        RECHECK = "recheck", "抽样复查"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="稽查机构", related_name="+")
    audited = models.ForeignKey(Organisation, models.PROTECT, verbose_name="被稽查机构", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    number = models.CharField("稽查编号", max_length=60)
    method = models.CharField("方式", max_length=8, choices=Method.choices)
    first = models.DateField("稽查时段起")
    last = models.DateField("稽查时段止")
    subject = models.CharField("稽查内容", max_length=500)
    opened_by = _person("登记人")
    opened_at = models.DateTimeField("登记时间", default=timezone.now)
    conclusion = models.CharField("稽查结论", max_length=1000, blank=True)
    concluded_on = models.DateField("办结日期", null=True, blank=True)
    concluded_by = _person("办结人", null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "稽查"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "serial"], name="audit_number_is_used_once"),
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="audited_period_ends_after_it_starts",
                violation_error_message="时段止不能早于时段起。",
            ),
            models.CheckConstraint(
                condition=Q(method__in=["system", "field", "recheck"]), name="audit_method_is_known"
            ),
            models.CheckConstraint(
                condition=Q(concluded_on=None) | (~Q(conclusion="") & Q(concluded_by__isnull=False)), name="concluded_audit_says_what"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class AuditFinding(models.Model):
    """稽查发现的一个问题，和它的整改。"""

    audit = models.ForeignKey(Audit, models.PROTECT, verbose_name="稽查", related_name="findings")
    visit = models.ForeignKey(
        Visit, models.PROTECT, verbose_name="检查任务", null=True, blank=True, related_name="+"
    )
    problem = models.CharField("问题", max_length=1000)
    demand = models.CharField("整改要求", max_length=500)
    due_on = models.DateField("整改期限")
    found_by = _person("登记人")
    found_at = models.DateTimeField("登记时间", default=timezone.now)
    rectification = models.CharField("整改情况", max_length=1000, blank=True)
    rectified_on = models.DateField("整改日期", null=True, blank=True)
    rectified_by = _person("整改登记人", null=True)
    accepted_on = models.DateField("认可日期", null=True, blank=True)
    accepted_by = _person("认可人", null=True)
    returned_reason = models.CharField("不认可的理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "稽查问题"
        constraints = [
            models.CheckConstraint(condition=~Q(problem=""), name="audit_finding_says_what"),
            models.CheckConstraint(
                condition=Q(rectified_on=None) | (~Q(rectification="") & Q(rectified_by__isnull=False)),
                name="rectified_finding_says_how",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None)
                | (Q(rectified_on__isnull=False) & Q(accepted_by__isnull=False) & ~Q(accepted_by=F("rectified_by"))),
                name="rectification_is_accepted_by_another",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.problem[:40]

    @property
    def state(self) -> str:
        if self.accepted_on:
            return "已认可"
        return "待认可" if self.rectified_on else "整改中"
