"""What is decided before the freeze: pool changes, confirmations, trial runs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from draws.models.draw import Draw
from planning.models import Override, Upload
from registry.models import Target


class PoolChange(models.Model):
    """本次抽取对名单的一处人为改动：排除一家，或把按规则抽不到的一家放回。申请、批准、纪检核可是三个人。"""

    class Kind(models.TextChoices):
        EXCLUDE = "exclude", "排除"
        INCLUDE = "include", "放回"

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="pool_changes")
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    rule = models.CharField("规则", max_length=40, blank=True, help_text="放回时：为它放开的上限或排除规则")
    override = models.ForeignKey(
        Override, models.PROTECT, verbose_name="例外批准", null=True, blank=True, related_name="+"
    )
    reason = models.CharField("理由", max_length=300)
    evidence = models.CharField("证据", max_length=300)
    no_file_reason = models.CharField("没有证据文件的理由", max_length=200, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+"
    )
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批准人",
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    endorsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="纪检核可人",
        null=True,
        blank=True,
        related_name="+",
    )
    endorsed_at = models.DateTimeField("核可时间", null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="不同意人",
        null=True,
        blank=True,
        related_name="+",
    )
    refused_at = models.DateTimeField("不同意时间", null=True, blank=True)
    refused_reason = models.CharField("不同意理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "排除与放回"
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "target"], condition=Q(refused_at=None), name="pool_change_is_asked_once_per_target",
                violation_error_message="这家对象在本次抽取已有一份申请，请先处理那一份。",
            ),
            models.CheckConstraint(
                condition=(Q(approved_by=None) | ~Q(approved_by=F("requested_by")))
                & (Q(endorsed_by=None) | ~Q(endorsed_by=F("requested_by"))),
                name="pool_change_is_decided_by_others", violation_error_message="申请人不能批准或核可自己的申请。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(endorsed_by=None) | ~Q(approved_by=F("endorsed_by")),
                name="pool_change_is_decided_by_two", violation_error_message="批准和核可须由两个人办理。",
            ),
            models.CheckConstraint(condition=Q(kind__in=["exclude", "include"]), name="pool_change_kind_is_known"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(evidence=""), name="pool_change_has_reason_and_evidence"),
        ]  # fmt: skip

    @property
    def settled(self) -> bool:
        return self.in_force or self.refused_at is not None

    @property
    def in_force(self) -> bool:
        """Approved by one, endorsed by another."""
        return self.approved_at is not None and self.endorsed_at is not None and self.refused_at is None

    @property
    def state_words(self) -> str:
        if self.refused_at:
            return "不同意"
        if self.in_force:
            return "已核准"
        waiting = [
            word
            for word, at in (("分管领导批准", self.approved_at), ("纪检核可", self.endorsed_at))
            if not at
        ]
        return f"待{'、'.join(waiting)}"


class PoolChangeFile(Upload):
    """排除或放回的证据文件，只增不改；放回生效时随例外一起存。"""

    change = models.ForeignKey(PoolChange, models.PROTECT, verbose_name="排除与放回", related_name="files")
    file = models.FileField("文件", upload_to="pool/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "排除与放回的证据"
        constraints = [
            models.UniqueConstraint(fields=["change", "sha256"], name="pool_file_is_uploaded_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="pool_file_is_not_empty"),
        ]


class PreparationCheck(models.Model):
    """纪检监督员对准备的确认：确认的是当时的样子（指纹），之后再改就要重新确认。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="preparation_checks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", related_name="+")
    at = models.DateTimeField("确认时间")
    fingerprint = models.CharField("准备指纹", max_length=64)
    parts = models.JSONField("各部分指纹", default=dict)
    note = models.CharField("意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "准备确认"


class FeasibilityRun(models.Model):
    """试抽：用一批作废的种子把选取和编组各走一遍，看哪里排不出来；不留名单、不占编号。"""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在试抽"
        DONE = "done", "已完成"
        FAILED = "failed", "没有做成"

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="feasibility_runs")
    on = models.DateField("名录日")
    seeds = models.PositiveSmallIntegerField("种子数")
    done = models.PositiveSmallIntegerField("已试", default=0)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    requested_at = models.DateTimeField("发起时间")
    told_at = models.DateTimeField("最近进展", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    inputs = models.CharField("输入指纹", max_length=64, blank=True)
    report = models.JSONField("结果", default=dict, blank=True)
    problem = models.CharField("没有做成的原因", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "可行性试抽"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="feasibility_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["draw"], condition=Q(state__in=["waiting", "running"]), name="one_feasibility_run_at_a_time",
                violation_error_message="已有一次试抽正在进行，请等它完成。",
            ),
        ]  # fmt: skip
