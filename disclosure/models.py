"""WHAT THE PUBLIC SEES: publications, exemptions, objections."""

import json
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from draws.models import Draw
from foundation.organisation.models import Organisation, ScopedQuerySet
from inspections.models import Visit
from planning.models import AnnualPlan


class TaskQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        """Not yet public for the first time and not exempt; a pending correction is not open."""
        return self.filter(first_published_on=None).exclude(state=DisclosureTask.State.EXEMPT)

    def overdue_on(self, on: date) -> Self:
        return self.open().filter(due_on__lt=on)

    def due_between(self, first: date, last: date) -> Self:
        return self.open().filter(due_on__gte=first, due_on__lte=last)

    def with_subjects(self) -> Self:
        """Everything a list row shows, without a query per row."""
        return self.select_related(
            "organisation",
            "visit__target__area",
            "visit__draw",
            "visit__waived_for",
            "draw",
            "plan",
            "proposed_by",
            "approved_by",
        )


class DisclosureTask(models.Model):
    """一件该公示的事：一次检查结果、一次抽取或一个计划；期限由规则书和工作日历算出。"""

    class State(models.TextChoices):
        WAITING = "waiting", "待公示"
        PROPOSED = "proposed", "待批准"
        RETURNED = "returned", "退回"
        APPROVED = "approved", "待发布"
        PUBLISHED = "published", "已公示"
        EXEMPT = "exempt", "依法不公开"

    class Kind(models.TextChoices):
        RESULT = "result", "检查结果"
        DRAW = "draw", "抽取记录"
        PLAN = "plan", "年度计划"

    class Nature(models.TextChoices):
        FIRST = "first", "首次公示"
        CORRECTION = "correction", "更正"
        WITHDRAWAL = "withdrawal", "撤回"
        EXEMPTION = "exemption", "不公开"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    visit = models.OneToOneField(
        Visit, models.PROTECT, verbose_name="检查任务", null=True, blank=True, related_name="+"
    )
    draw = models.OneToOneField(
        Draw, models.PROTECT, verbose_name="抽取会", null=True, blank=True, related_name="+"
    )
    plan = models.OneToOneField(
        AnnualPlan, models.PROTECT, verbose_name="年度计划", null=True, blank=True, related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    clock_from = models.DateField("起算日")
    due_on = models.DateField("期限", null=True, blank=True)
    provisional = models.BooleanField("期限暂定", default=False, help_text="涉及尚未公布放假安排的年份")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="拟稿人",
        null=True,
        blank=True,
        related_name="+",
    )
    proposed_at = models.DateTimeField("送审时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批准人",
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    nature = models.CharField("所请事项", max_length=12, choices=Nature.choices, default=Nature.FIRST)
    reason = models.CharField("更正或撤回理由", max_length=300, blank=True)
    draft_sha256 = models.CharField(
        "所批内容指纹", max_length=64, blank=True, help_text="发布时内容与它不同就不能发布"
    )
    return_reason = models.CharField("退回理由", max_length=300, blank=True)
    first_published_on = models.DateField(
        "首次公示日", null=True, blank=True, help_text="是否按期以它为准，更正不影响"
    )
    exemption = models.CharField(
        "不公开情形", max_length=100, blank=True, help_text="规则书 disclosure.exempt"
    )
    exemption_reason = models.CharField("不公开理由", max_length=300, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示任务"
        indexes = [models.Index(fields=["state", "due_on"], name="disclosure_by_due_date")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="result", visit__isnull=False, draw=None, plan=None)
                | Q(kind="draw", draw__isnull=False, visit=None, plan=None)
                | Q(kind="plan", plan__isnull=False, visit=None, draw=None),
                name="disclosure_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="disclosure_is_approved_by_another",
                violation_error_message="拟稿人不能批准自己的公示。",
            ),
            models.CheckConstraint(
                condition=~Q(state="exempt") | (~Q(exemption="") & ~Q(exemption_reason="")), name="exemption_is_explained"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "proposed", "returned", "approved", "published", "exempt"]), name="disclosure_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "exempt"]) | Q(approved_by__isnull=False), name="approved_disclosure_has_an_approver"
            ),
            models.CheckConstraint(
                condition=~Q(nature__in=["correction", "withdrawal"]) | ~Q(reason=""), name="correction_is_explained",
                violation_error_message="更正或撤回要写明理由。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject_name

    @property
    def subject_name(self) -> str:
        """Name of what it is about; select the subject with the task."""
        if self.visit is not None:
            return self.visit.target.name
        return f"{self.draw.number} 抽取记录" if self.draw is not None else str(self.plan)

    @property
    def subject_number(self) -> str:
        if self.visit is not None:
            return self.visit.number
        return self.draw.number if self.draw is not None else ""


class PublicationQuerySet(models.QuerySet):
    def current(self) -> Self:
        """The newest version of each number; withdrawn ones keep their page."""
        newer = Publication.objects.filter(
            number=models.OuterRef("number"), version__gt=models.OuterRef("version")
        )
        return self.filter(~models.Exists(newer))

    def results(self) -> Self:
        return self.filter(kind=Publication.Kind.RESULT)

    def search(self, words: str) -> Self:
        """Every word must occur among names, former names, initials, credit code and numbers."""
        found = self
        for word in words.lower().split():
            found = found.filter(search_text__contains=word)
        return found

    def updated_since(self, since: date) -> Self:
        return self.filter(published_at__date__gte=since)

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-pk")


class Publication(models.Model):
    """公众看到的一个不可变快照；编号永久，更正和撤回是新版本。数据库拒绝修改和删除（触发器）。"""

    class Kind(models.TextChoices):
        RESULT = "result", "检查结果"
        DRAW = "draw", "抽取记录"
        PLAN = "plan", "年度计划"

    class Nature(models.TextChoices):
        FIRST = "first", "公示"
        CORRECTION = "correction", "更正"
        WITHDRAWAL = "withdrawal", "撤回"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    task = models.ForeignKey(
        DisclosureTask, models.PROTECT, verbose_name="公示任务", related_name="publications"
    )
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    number = models.CharField("公示编号", max_length=40)
    version = models.PositiveSmallIntegerField("版本", default=1)
    nature = models.CharField("性质", max_length=12, choices=Nature.choices, default=Nature.FIRST)
    reason = models.CharField("更正或撤回理由", max_length=300, blank=True)
    title = models.CharField("标题", max_length=200)
    content = models.TextField("内容（规范 JSON）")
    sha256 = models.CharField("指纹", max_length=64)
    search_text = models.TextField("检索文字", blank=True)
    subject = models.CharField("对象名称", max_length=200, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_index=True)
    area = models.CharField("乡镇", max_length=60, blank=True)
    tier = models.CharField("层级", max_length=16, blank=True)
    items = models.TextField("检查事项", blank=True, help_text="每个事项前后各一竖线")
    status = models.CharField("状态", max_length=60, blank=True)
    outcome = models.CharField("结果", max_length=32, blank=True)
    happened_on = models.DateField("检查或抽取日期")
    period = models.CharField("期", max_length=8, blank=True)
    published_at = models.DateTimeField("公示时间", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="公示人", related_name="+"
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        indexes = [
            models.Index(fields=["kind", "-published_at"], name="publication_by_kind"),
            models.Index(fields=["kind", "period"], name="publication_by_period"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="publication_version_is_unique"),
            models.CheckConstraint(
                condition=Q(nature="first") | ~Q(reason=""), name="correction_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(nature__in=["first", "correction", "withdrawal"]),
                name="publication_nature_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def record(self) -> dict:
        """The published content, parsed."""
        return json.loads(self.content)

    @property
    def withdrawn(self) -> bool:
        return self.nature == self.Nature.WITHDRAWAL


class ObjectionQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state=Objection.State.RECEIVED)

    def shown_with(self, number: str) -> Self:
        """What the public page of a record says about objections, newest first; statements once accepted."""
        pending = Q(kind=Objection.Kind.STATEMENT) & ~Q(state=Objection.State.ANSWERED, accepted=True)
        return self.filter(number=number).exclude(pending).order_by("-received_at")


class Objection(models.Model):
    """企业或公众对公示的异议，或企业陈述；受理、答复、结果公开。"""

    class Kind(models.TextChoices):
        OBJECTION = "objection", "异议"
        STATEMENT = "statement", "企业陈述"

    class State(models.TextChoices):
        RECEIVED = "received", "已收到"
        ANSWERED = "answered", "已答复"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    receipt = models.CharField("回执号", max_length=20, unique=True)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.OBJECTION)
    number = models.CharField("公示编号", max_length=40, db_index=True)
    from_name = models.CharField("提出人", max_length=60)
    contact = models.CharField("联系方式", max_length=60)
    text = models.CharField("异议内容", max_length=1000)
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    due_on = models.DateField("答复期限", null=True, blank=True)
    provisional = models.BooleanField("期限暂定", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECEIVED)
    accepted = models.BooleanField("采纳", null=True, blank=True, help_text="异议成立，或企业陈述准予刊登")
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="答复人",
        null=True,
        blank=True,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        indexes = [models.Index(fields=["state", "due_on"], name="objection_by_due_date")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(answer=""), name="answered_objection_has_an_answer"
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(accepted__isnull=False),
                name="answered_objection_is_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.receipt}"
