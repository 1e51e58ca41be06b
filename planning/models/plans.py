"""The plan of a year: its tasks, their numbers, who takes part."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet, Unit
from foundation.rulebook.periods import Period
from planning.rules.months import by_month
from registry.models import InspectionItem


class PlanQuerySet(ScopedQuerySet):
    def in_force(self, organisation: Organisation, year: int) -> Self:
        """The issued version of a year, or, before it is issued, the approved one. Quotas rest on the department's own
        plan; a joint plan says which of its checks are made together.
        """
        return self.every_kind_in_force(organisation, year).filter(kind=AnnualPlan.DEPARTMENT)

    def every_kind_in_force(self, organisation: Organisation, year: int) -> Self:
        """Joint plans as well, the newest version of each kind first."""
        standing = [AnnualPlan.Status.APPROVED, AnnualPlan.Status.ISSUED]
        return self.filter(organisation=organisation, year=year, status__in=standing).order_by("-version")


class AnnualPlan(models.Model):
    """年度抽查计划的一个版本；印发后不再改动，修订是新版本。"""

    DEPARTMENT = "department"
    JOINT_DEPARTMENTS = "joint_departments"

    class Status(models.TextChoices):
        DRAFT = "draft", "编制中"
        SUBMITTED = "submitted", "待批准"
        RETURNED = "returned", "退回修改"
        APPROVED = "approved", "已批准"
        ISSUED = "issued", "已印发"
        SUPERSEDED = "superseded", "已被修订"

    class LeadKind(models.TextChoices):
        OWN = "own", "本局牵头"
        MARKET = "market", "市场监管部门牵头"
        SECTOR = "sector", "行业主管部门牵头"
        GOVERNMENT = "government", "政府确定的部门牵头"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("计划类型", max_length=20, default="department", help_text="规则书 plan.kinds")
    version = models.PositiveSmallIntegerField("版本", default=1)
    name = models.CharField("计划名称", max_length=200)
    number = models.CharField("文号", max_length=60, blank=True)
    rulebook_id = models.CharField("规则书", max_length=60)
    rulebook_hash = models.CharField("规则书指纹", max_length=64)
    provisional = models.BooleanField("暂行", default=False, help_text="上级计划未到或年初数据未定时先行编制")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    amends = models.ForeignKey(
        "self", models.PROTECT, verbose_name="修订自", null=True, blank=True, related_name="+"
    )
    amendment_reason = models.CharField("修订理由", max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="编制人", related_name="+"
    )
    created_at = models.DateTimeField("编制时间", default=timezone.now)
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批准人",
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    return_reason = models.CharField("退回理由", max_length=300, blank=True)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    filed_on = models.DateField("报备日期", null=True, blank=True)
    published_on = models.DateField("公开日期", null=True, blank=True)
    published_at = models.CharField("公开处", max_length=200, blank=True, help_text="公示编号、网址或栏目")
    lead = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="发起科室", null=True, blank=True, related_name="+", help_text="联合计划的牵头方"
    )  # fmt: skip
    lead_kind = models.CharField("牵头方", max_length=10, choices=LeadKind.choices, default=LeadKind.OWN)
    lead_name = models.CharField("牵头单位", max_length=100, blank=True, help_text="别的部门牵头时填")
    level = models.CharField("实施层级", max_length=60, blank=True)
    weighed = models.TextField(
        "统筹考虑", max_length=1000, blank=True, help_text="污染源、人员、面积等怎样权衡"
    )
    superior_document = models.CharField("上级计划", max_length=200, blank=True)
    superior_issued_on = models.DateField("上级计划印发日期", null=True, blank=True)

    own_lines = models.JSONField(
        "本局自设的配额", default=list, blank=True, help_text="规则书以外加的任务，各有范围、数量和来源文件"
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度计划"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year", "kind", "version"], name="plan_version_is_unique"),
            models.UniqueConstraint(
                fields=["organisation", "year", "kind"], condition=Q(status="issued"), name="one_version_of_a_plan_is_issued"
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("author")), name="plan_is_approved_by_another",
                violation_error_message="编制人不能批准自己的计划。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "issued"]) | Q(approver__isnull=False), name="approved_plan_has_an_approver"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "returned", "approved", "issued", "superseded"]),
                name="plan_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(lead_kind__in=["own", "market", "sector", "government"]), name="plan_lead_kind_is_known"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def led_by(self) -> str:
        """Who leads a joint plan, in words; empty while nobody does."""
        own = self.lead.name if self.lead else ""
        return own if self.lead_kind == self.LeadKind.OWN else self.lead_name

    @property
    def is_joint(self) -> bool:
        return self.kind != self.DEPARTMENT


class PlanParticipant(models.Model):
    """联合计划的参与方，以及它同意的凭据。批准前每一方都要同意。"""

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="participants")
    name = models.CharField("参与方", max_length=100)
    agreed_on = models.DateField("同意日期", null=True, blank=True)
    agreement = models.CharField("同意的文件", max_length=200, blank=True, help_text="复函、会议纪要或会签单")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="登记人",
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "联合计划参与方"
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="participant_joins_a_plan_once"),
            models.CheckConstraint(
                condition=Q(agreed_on=None) | ~Q(agreement=""), name="agreement_names_its_document",
                violation_error_message="登记同意要写明文件。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class PlanTask(models.Model):
    """计划里的一项任务：一条或几条配额线合成一行。"""

    class Origin(models.TextChoices):
        BOOK = "book", "规则书"
        LOCAL = "local", "本局自设"

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="tasks")
    no = models.PositiveSmallIntegerField("序号")
    name = models.CharField("抽查任务", max_length=200)
    directed = models.BooleanField("定向", default=False)
    line = models.CharField("配额线", max_length=32, help_text="规则书 quotas 的 id，或本局自设的编号")
    origin = models.CharField("来历", max_length=5, choices=Origin.choices, default=Origin.BOOK)
    source = models.CharField("来源文件", max_length=200, blank=True, help_text="本局自设的任务依据什么文件")
    items = models.ManyToManyField(InspectionItem, verbose_name="抽查事项", blank=True, related_name="+")
    scope = models.CharField("抽查对象范围", max_length=300)
    basis = models.CharField("依据", max_length=200)
    period = models.CharField("周期", max_length=10)
    method = models.CharField("检查方式", max_length=20, default="onsite")
    offices = models.JSONField("检查主体", default=list)
    rates = models.JSONField(
        "本局比例", default=list, blank=True, help_text="空＝按规则书；只能更严，一个数通用或逐期一个"
    )
    rates_reason = models.CharField("提高比例的理由", max_length=300, blank=True)
    weights = models.JSONField(
        "权重", default=list, blank=True, help_text="谁有几张签：条件、张数、公开的理由；空＝人人一张"
    )
    not_joint_reason = models.CharField(
        "不能联合的理由",
        max_length=300,
        blank=True,
        help_text="事项要与别的部门一起查、这项却单独查的，写明为什么",
    )
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计划任务"
        constraints = [
            models.UniqueConstraint(fields=["plan", "line"], name="line_is_planned_once"),
            models.UniqueConstraint(fields=["plan", "no"], name="task_number_is_unique_in_plan"),
            models.CheckConstraint(condition=Q(origin__in=["book", "local"]), name="task_origin_is_known"),
            models.CheckConstraint(
                condition=Q(origin="book") | ~Q(source=""), name="local_task_names_its_source",
                violation_error_message="本局自设的任务要写明来源文件。",
            ),
        ]  # fmt: skip

    @property
    def is_local(self) -> bool:
        return self.origin == self.Origin.LOCAL

    def __str__(self) -> str:
        return self.name


class PlannedNumber(models.Model):
    """计划时点算出的数：每条线、每个主体、每一期。冻结为下限（freeze = floor）时据此比较。"""

    task = models.ForeignKey(PlanTask, models.PROTECT, verbose_name="计划任务", related_name="numbers")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="抽取主体", related_name="+")
    period = models.CharField("期", max_length=8, help_text="如 2026Q4")
    base = models.PositiveIntegerField("基数")
    officers = models.PositiveIntegerField("在编在岗人数", default=0)
    number = models.PositiveIntegerField("计划应抽")
    manual = models.PositiveIntegerField("手工填报数", null=True, blank=True)
    manual_source = models.CharField("手工数来源", max_length=200, blank=True)
    explanation = models.JSONField("算式与条款", default=dict)
    snapshot = models.JSONField(
        "计划日名单", default=list, blank=True, help_text="计划日基数里每个对象的主键"
    )
    months = models.JSONField(
        "分月安排", default=list, blank=True, help_text="本期每月几家；空＝均匀分到各月"
    )

    class Meta:
        verbose_name = verbose_name_plural = "计划数"
        constraints = [
            models.UniqueConstraint(fields=["task", "unit", "period"], name="number_is_planned_once"),
            models.CheckConstraint(
                condition=Q(manual=None) | ~Q(manual_source=""), name="manual_number_names_its_source",
                violation_error_message="手工填报的数要写明来源。",
            ),
        ]  # fmt: skip

    @property
    def laid_out(self) -> dict[int, int]:
        """{month: how many}: as laid out, or evenly."""
        return by_month(self.number, Period.parse(self.period), self.months)
