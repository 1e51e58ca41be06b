"""A draw and the strata it draws from."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet, Unit
from planning.models import AnnualPlan, PlanTask, Quota


class DrawQuerySet(ScopedQuerySet):
    def formal(self) -> Self:
        return self.filter(kind=Draw.Kind.FORMAL)


class Draw(models.Model):
    """一次抽取会。事件链是事实，这里的 state 只是它的缩写。"""

    class Kind(models.TextChoices):
        FORMAL = "F", "正式"
        REHEARSAL = "R", "演练"

    class State(models.TextChoices):
        PREPARING = "preparing", "准备中"
        ANNOUNCED = "announced", "已公告"
        FROZEN = "frozen", "名单已冻结"
        LOCKED = "locked", "封签已收齐"
        REVEALED = "revealed", "种子已揭示"
        RESULT = "result", "已抽出"
        SIGNED = "signed", "已签字封存"
        CLOSED = "closed", "已办结"
        VOID = "void", "已中止"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    number = models.CharField("抽取会编号", max_length=40, unique=True, help_text="MC1 draw_id：机构-期-序号")
    kind = models.CharField("性质", max_length=1, choices=Kind.choices)
    period = models.CharField("期", max_length=8)
    serial = models.CharField("序号", max_length=5)
    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="+")
    rulebook_id = models.CharField("规则书", max_length=60)
    rulebook_hash = models.CharField("规则书指纹", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PREPARING)
    previous = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上一次正式抽取", null=True, blank=True, related_name="+"
    )
    retries = models.ForeignKey(
        "self", models.PROTECT, verbose_name="重抽自", null=True, blank=True, related_name="+"
    )
    scheduled_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=100)
    team_size = models.PositiveSmallIntegerField("每组人数", default=2)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="主持人", related_name="+"
    )
    discipline = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="纪检监督员",
        null=True,
        blank=True,
        related_name="+",
    )
    snapshot_on = models.DateField("名录快照日", null=True, blank=True)
    version = models.CharField("协议版本", max_length=8, default="MC1", help_text="MC1 或 MC1-SM3")
    announced_at = models.DateTimeField("公告时间", null=True, blank=True)
    short_notice = models.CharField("提前不足一个工作日的理由", max_length=200, blank=True)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)
    freeze_hash = models.CharField("名单指纹", max_length=64, blank=True)
    chain_b = models.CharField(
        "乙方密钥链末端", max_length=64, blank=True, help_text="服务器只存末端，密钥在持有人手里"
    )
    chain_b_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="乙方密钥持有人",
        null=True,
        blank=True,
        related_name="+",
    )
    pub_source = models.CharField("约定的彩票", max_length=8, blank=True)
    pub_issue = models.CharField("彩票期号", max_length=12, blank=True)
    pub_numbers = models.CharField("开奖号码", max_length=40, blank=True)
    pub_expected_at = models.DateTimeField("预计开奖时间", null=True, blank=True, help_text="在冻结之后")
    legend = models.JSONField(
        "代码含义", default=dict, blank=True, help_text="片区、单位、专业代码，随名称一并公开"
    )
    head = models.CharField("链首指纹", max_length=64, blank=True)
    head_seq = models.PositiveIntegerField("末事件序号", default=0)
    sealed = models.BinaryField(
        "封存的秘密（加密）",
        default=b"",
        help_text="master、op_secret、chain A，用 SECRET_KEY 派生的密钥加密",
    )
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽取会"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "period", "kind", "serial"], name="draw_serial_is_unique"),
            models.CheckConstraint(
                condition=Q(discipline=None) | ~Q(discipline=F("operator")), name="operator_is_not_the_discipline_officer",
                violation_error_message="主持人和纪检监督员必须是两个人。",
            ),
            models.CheckConstraint(condition=Q(kind__in=["F", "R"]), name="draw_kind_is_known"),
            models.UniqueConstraint(
                fields=["previous"], condition=Q(kind="F"), name="formal_draws_form_one_chain",
                violation_error_message="上一次正式抽取已由另一次抽取接续，请刷新后重试。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "announced"]) | ~Q(freeze_hash=""), name="draw_past_the_freeze_has_a_fingerprint"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number}{'（演练）' if self.kind == self.Kind.REHEARSAL else ''}"


class DrawStratum(models.Model):
    """本次抽取的一层：一条配额线、一个主体。`claim` 非空时同期同线同主体同批次只许有一个。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="strata")
    quota = models.ForeignKey(Quota, models.PROTECT, verbose_name="配额", related_name="+")
    stratum = models.CharField("层编号", max_length=32)
    line = models.CharField("配额线", max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="抽取主体", related_name="+")
    period = models.CharField("期", max_length=8)
    batch = models.PositiveSmallIntegerField("批次", default=1)
    last = models.BooleanField("末批", default=True)
    planned = models.PositiveIntegerField("本次拟抽", null=True, blank=True, help_text="非末批时必填")
    before = models.PositiveIntegerField("前批已抽", default=0)
    extra = models.PositiveIntegerField("自愿加抽", default=0)
    extra_reason = models.CharField("加抽理由", max_length=200, blank=True)
    joint_task = models.ForeignKey(
        PlanTask, models.PROTECT, verbose_name="联合任务", null=True, blank=True, related_name="+",
        help_text="这条线列在联合计划里的那一项；冻结时定下",
    )  # fmt: skip
    active = models.BooleanField("占用", default=False, help_text="正式抽取冻结后占用，中止后释放")

    class Meta:
        verbose_name = verbose_name_plural = "抽取层"
        constraints = [
            models.UniqueConstraint(fields=["draw", "stratum"], name="stratum_is_unique_in_draw"),
            models.UniqueConstraint(
                fields=["period", "line", "unit", "batch"], condition=Q(active=True), name="stratum_is_drawn_once_per_batch",
                violation_error_message="这一期、这条配额线的这一批已由另一次抽取占用。",
            ),
            models.CheckConstraint(
                condition=Q(last=True) | Q(planned__isnull=False), name="unfinished_batch_names_its_number",
                violation_error_message="不是末批的，要写明本次拟抽多少家。",
            ),
        ]  # fmt: skip
