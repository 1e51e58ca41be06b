"""What follows a visit: rectification, the enterprise's word, the case file, handing over."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet, User
from inspections.models.visits import Visit, VisitItem


class FollowUpQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(visit__organisation__in=Organisation.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(state=FollowUp.State.OPEN)

    def overdue_on(self, on: date) -> Self:
        return self.open().filter(due_on__lt=on)


class FollowUp(models.Model):
    """每个问题一条后续：整改、立案、移送，直到办结。source: INV-07"""

    class Kind(models.TextChoices):
        RECTIFICATION = "rectification", "责令整改"
        CASE = "case", "立案调查"
        REFERRAL = "referral", "移送"
        PENDING = "pending", "待后续处理"

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        DONE = "done", "已办结"

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="followups")
    visit_item = models.ForeignKey(
        VisitItem, models.PROTECT, verbose_name="检查事项", null=True, blank=True, related_name="+"
    )
    kind = models.CharField("类别", max_length=14, choices=Kind.choices)
    problem = models.CharField("问题", max_length=1000)
    demand = models.CharField("要求", max_length=500, blank=True)
    handed_to = models.CharField("移送单位", max_length=100, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    state = models.CharField("状态", max_length=6, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField("登记时间", default=timezone.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="登记人",
        null=True,
        blank=True,
        related_name="+",
    )
    closed_on = models.DateField("办结日期", null=True, blank=True)
    closing_note = models.CharField("复查情况", max_length=500, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="办结人",
        null=True,
        blank=True,
        related_name="+",
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整改与后续"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(closed_on__isnull=False), name="closed_followup_has_a_date"
            ),
            models.CheckConstraint(condition=Q(state__in=["open", "done"]), name="followup_state_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["rectification", "case", "referral", "pending"]),
                name="followup_kind_is_known",
            ),
            models.UniqueConstraint(
                fields=["visit", "visit_item"],
                condition=Q(state="open"),
                name="problem_has_one_open_followup",
            ),
        ]


class FeedbackQuerySet(models.QuerySet):
    def received_between(self, first: date, last: date) -> Self:
        """By the day in Beijing, both days included."""
        return self.filter(received_at__date__gte=first, received_at__date__lte=last)


class Feedback(models.Model):
    """被检查单位扫码给出的评价和陈述；一次检查一份，只增不改。"""

    class Rating(models.TextChoices):
        GOOD = "good", "满意"
        FAIR = "fair", "基本满意"
        POOR = "poor", "不满意"

    visit = models.OneToOneField(
        Visit, models.PROTECT, verbose_name="检查任务", related_name="feedback",
        error_messages={"unique": "这次检查已经评价过，不能再评。"},
    )  # fmt: skip
    rating = models.CharField("总体评价", max_length=4, choices=Rating.choices)
    showed_certificate = models.BooleanField("检查人员出示了执法证")
    explained = models.BooleanField("检查人员说明了检查事项和依据")
    statement = models.CharField("陈述", max_length=1000, blank=True)
    from_name = models.CharField("填写人", max_length=60, blank=True)
    received_at = models.DateTimeField("收到时间", default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业评价"
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__in=["good", "fair", "poor"]), name="feedback_rating_is_known",
                violation_error_message="总体评价只能是满意、基本满意或不满意。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.visit} {self.get_rating_display()}"


class CaseFile(models.Model):
    """一案一卷：一次检查归档时的全部材料，一个压缩包，逐件有指纹；以后有变化的另成一版，旧的不动。source: QS-22.1"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="case_files")
    year = models.PositiveSmallIntegerField("归档年度")
    serial = models.PositiveIntegerField("卷宗序号")
    version = models.PositiveSmallIntegerField("版本")
    number = models.CharField("卷宗号", max_length=60)
    file = models.FileField("卷宗文件", upload_to="casefiles/%Y/", max_length=200)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("卷宗指纹", max_length=64)
    catalogue = models.JSONField("卷内目录", default=list)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="归档人", related_name="+"
    )
    filed_at = models.DateTimeField("归档时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "卷宗"
        constraints = [
            models.UniqueConstraint(fields=["visit", "version"], name="case_file_version_is_unique"),
            models.UniqueConstraint(
                fields=["organisation", "year", "serial", "version"], name="case_file_number_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Handover(models.Model):
    """移送文书：把一个问题交给有管辖权的机构，何时发出、谁签收、立了哪个案。source: QS-19.1, NM-34.1, XY-2.17, XY-2.23"""

    class Kind(models.TextChoices):
        ENFORCEMENT = "enforcement", "移送执法机构查处"
        NOTICE = "notice", "监察通知"
        CLUE = "clue", "案件线索移送其他部门"
        JUDICIAL = "judicial", "移送公安司法机关"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    followup = models.ForeignKey(
        FollowUp, models.PROTECT, verbose_name="整改与后续", related_name="handovers"
    )
    kind = models.CharField("文书种类", max_length=12, choices=Kind.choices)
    year = models.PositiveSmallIntegerField("文书年度")
    serial = models.PositiveIntegerField("文书序号")
    number = models.CharField("文书号", max_length=60)
    to_whom = models.CharField("受移送机关", max_length=100)
    basis = models.CharField("移送依据和理由", max_length=500)
    materials = models.CharField("随附材料", max_length=500, blank=True)
    sent_on = models.DateField("移送日期")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="+"
    )
    received_on = models.DateField("签收日期", null=True, blank=True)
    received_by = models.CharField("签收人", max_length=60, blank=True)
    case_number = models.CharField("案号", max_length=80, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "移送文书"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "serial"], name="handover_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["enforcement", "notice", "clue", "judicial"]),
                name="handover_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=models.F("sent_on")) & ~Q(received_by=""),
                name="handover_receipt_names_day_and_person",
            ),
            models.CheckConstraint(
                condition=Q(case_number="") | Q(received_on__isnull=False),
                name="handover_case_comes_after_receipt",
            ),
        ]

    def __str__(self) -> str:
        return self.number
