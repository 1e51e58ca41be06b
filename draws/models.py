"""WHICH ONES: a draw, what it froze, its seats, its event log, declared conflicts of interest."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from draws.rules.pace import WAITS
from foundation.organisation.models import Organisation, Unit, User
from personnel.models import Inspector
from planning.models import AnnualPlan, Override, Quota
from registry.models import Entity, Target


class DrawQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

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


class SnapshotTarget(models.Model):
    """冻结时的一个检查对象：公开的是盲号和行，名称和盐封闭保存。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="snapshot_targets")
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    code = models.CharField("屏幕编号", max_length=12, help_text="如 重012，只在本次抽取内有效")
    uid = models.CharField("对象编号", max_length=64)
    name = models.CharField("名称", max_length=200)
    row = models.CharField("行", max_length=4000)
    evidence = models.TextField("状态依据（规范 JSON）", blank=True)
    started_on = models.DateField(
        "检查开始日", null=True, blank=True, help_text="开始后不再替换；由检查应用写入"
    )

    class Meta:
        verbose_name = verbose_name_plural = "冻结的检查对象"
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "commitment"], name="target_commitment_is_unique_in_draw"
            ),
            models.UniqueConstraint(fields=["draw", "target"], name="target_is_frozen_once"),
        ]


class SnapshotInspector(models.Model):
    """冻结时（或增补轮加入）的一名检查人员。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="snapshot_inspectors")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    code = models.CharField("屏幕编号", max_length=12, help_text="如 员03，只在本次抽取内有效")
    uid = models.CharField("人员编号", max_length=64)
    name = models.CharField("姓名", max_length=60)
    row = models.CharField("行", max_length=4000)
    evidence = models.TextField("状态依据（规范 JSON）", blank=True)
    added_round = models.PositiveSmallIntegerField("增补轮次", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "冻结的检查人员"
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "commitment"], name="inspector_commitment_is_unique_in_draw"
            ),
            models.UniqueConstraint(fields=["draw", "inspector"], name="inspector_is_frozen_once"),
        ]


class RecusalRow(models.Model):
    """冻结的回避行（公开的是盲号对与原因类别）。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="recusal_rows")
    row = models.CharField("行", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "冻结的回避"
        constraints = [models.UniqueConstraint(fields=["draw", "row"], name="recusal_row_is_unique_in_draw")]


class Seat(models.Model):
    """席位：纪检、人大代表、企业代表、媒体、公众、骰子……凭一次性席位码在自己的设备上入席。"""

    class Method(models.TextChoices):
        SEALED = "sealed", "封签"
        SPOKEN = "spoken", "当众掷骰"

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="seats")
    seat = models.CharField("席位编号", max_length=32)
    position = models.PositiveSmallIntegerField("次序")
    role = models.CharField("角色", max_length=32)
    title = models.CharField("称谓", max_length=40)
    holder = models.CharField("姓名", max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", null=True, blank=True, related_name="+"
    )
    method = models.CharField("方式", max_length=6, choices=Method.choices, default=Method.SEALED)
    code_hash = models.CharField("席位码指纹", max_length=64, blank=True)
    device_hash = models.CharField("设备令牌指纹", max_length=64, blank=True)
    joined_at = models.DateTimeField("入席时间", null=True, blank=True)
    spoken_digits = models.CharField(
        "记下的报数", max_length=64, blank=True, help_text="另一人核对后才写入事件链"
    )
    spoken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="记录人",
        null=True,
        blank=True,
        related_name="+",
    )
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    opinion = models.CharField(
        "意见", max_length=10, blank=True, help_text="agree / object / noted（未签，已注明）"
    )
    statement = models.CharField("异议原话", max_length=500, blank=True)
    signature = models.TextField("签名", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "席位"
        constraints = [
            models.UniqueConstraint(fields=["draw", "seat"], name="seat_id_is_unique_in_draw"),
            models.UniqueConstraint(fields=["draw", "position"], name="seat_position_is_unique_in_draw"),
            models.CheckConstraint(condition=Q(method__in=["sealed", "spoken"]), name="seat_method_is_known"),
        ]


class Presence(models.Model):
    """用自己的账号确认在场的人：主持人、纪检监督员、规则书要求的见证人；结果出来后也由其签字。"""

    class Role(models.TextChoices):
        OPERATOR = "operator", "主持人"
        DISCIPLINE = "discipline", "纪检监督员"
        SYSADMIN = "system_admin", "系统管理员"
        APPROVER = "unit_head", "分管领导"

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="presences")
    role = models.CharField("身份", max_length=16, choices=Role.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", related_name="+")
    confirmed_at = models.DateTimeField("确认时间")
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    opinion = models.CharField("意见", max_length=10, blank=True, help_text="agree / object")
    statement = models.CharField("异议原话", max_length=500, blank=True)
    signature = models.TextField("签名", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "在场确认"
        constraints = [
            models.UniqueConstraint(fields=["draw", "role"], name="role_is_present_once_in_draw"),
            models.UniqueConstraint(
                fields=["draw", "user"], name="person_is_present_in_one_role",
                violation_error_message="同一个人不能以两种身份确认在场。",
            ),
        ]  # fmt: skip


class Pace(models.Model):
    """会场的节奏：主持人的暂停和限时。只管画面和提醒，不进事件链，不影响任何人的数字和结果。"""

    draw = models.OneToOneField(Draw, models.PROTECT, verbose_name="抽取会", related_name="pace")
    paused_at = models.DateTimeField("暂停时间", null=True, blank=True)
    reason = models.CharField("暂停原因", max_length=60, blank=True)
    due_at = models.DateTimeField("限时到", null=True, blank=True)
    due_state = models.CharField("限时的那一步", max_length=10, choices=Draw.State.choices, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "会场节奏"
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at=None, reason="") | Q(paused_at__isnull=False) & ~Q(reason=""), name="pause_has_a_reason",
                violation_error_message="暂停要写明原因。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.draw.number} {'暂停' if self.paused_at else '进行'}"

    @property
    def runs_until(self) -> datetime | None:
        """A limit holds for the step it was set in."""
        return self.due_at if self.due_state == self.draw.state else None

    @property
    def what(self) -> str:
        return WAITS.get(self.draw.state, "")


class DrawEventQuerySet(models.QuerySet):
    def after(self, seq: int) -> Self:
        return self.filter(seq__gt=seq).order_by("seq")


class DrawEvent(models.Model):
    """事件链的一环；数据库拒绝修改和删除（触发器）。`content` 是 {seq,type,at,body} 的规范 JSON 原文。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="events")
    seq = models.PositiveIntegerField("序号")
    type = models.CharField("类型", max_length=16)
    at = models.CharField("时间", max_length=25)
    content = models.TextField("内容")
    head = models.CharField("此后链首", max_length=64)
    recorded_at = models.DateTimeField("写入时间", default=timezone.now)

    objects = DrawEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽取事件"
        constraints = [
            models.UniqueConstraint(fields=["draw", "seq"], name="event_number_is_unique_in_draw"),
            models.UniqueConstraint(fields=["draw", "head"], name="event_head_is_unique_in_draw"),
        ]


class RefusedAct(models.Model):
    """被拒绝的操作：谁、想做什么、为什么不行。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="refusals")
    at = models.DateTimeField("时间", default=timezone.now)
    actor_name = models.CharField("操作人", max_length=60)
    act = models.CharField("操作", max_length=40)
    reason = models.CharField("拒绝理由", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "被拒绝的操作"


class ConflictQuerySet(models.QuerySet):
    def in_force(self, on) -> Self:
        return self.filter(since__lte=on).filter(Q(until=None) | Q(until__gte=on)).filter(withdrawn_at=None)


class ConflictOfInterest(models.Model):
    """利害关系：检查人员与检查对象或市场主体；只有需要的人看得到。"""

    class Relation(models.TextChoices):
        KIN = "KIN", "近亲属"
        SHARE = "SHARE", "持股或投资"
        EMPLOY = "EMPLOY", "曾任职"
        CREDIT = "CREDIT", "债权债务"
        DISPUTE = "DISPUTE", "纠纷"
        OTHER = "OTHER", "其他"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    target = models.ForeignKey(
        Target, models.PROTECT, verbose_name="检查对象", null=True, blank=True, related_name="+"
    )
    entity = models.ForeignKey(
        Entity, models.PROTECT, verbose_name="市场主体", null=True, blank=True, related_name="+"
    )
    relation = models.CharField("关系", max_length=8, choices=Relation.choices)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    evidence = models.CharField("依据", max_length=300)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申报人", related_name="+"
    )
    declared_at = models.DateTimeField("申报时间", default=timezone.now)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "利害关系"
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=False, entity=None) | Q(target=None, entity__isnull=False),
                name="conflict_names_a_target_or_an_entity", violation_error_message="请选择一个检查对象或一个市场主体。",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="conflict_ends_after_it_starts",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=["KIN", "SHARE", "EMPLOY", "CREDIT", "DISPUTE", "OTHER"]), name="conflict_relation_is_known"
            ),
        ]  # fmt: skip


class ReplacementRequest(models.Model):
    """回避或替换申请：原因先定、批准后按轮次执行。"""

    class Kind(models.TextChoices):
        RECUSE = "recuse", "回避"
        ABSENT = "absent", "不能到岗"
        VOID = "void", "对象不能检查"
        SWAP = "swap", "互换"
        ADD = "add", "增补人员"

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "待执行"
        REFUSED = "refused", "不同意"
        DONE = "done", "已执行"

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="replacements")
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    target = models.CharField("对象盲号", max_length=64, blank=True)
    inspector = models.CharField("人员盲号", max_length=64, blank=True)
    inspectors = models.ManyToManyField(Inspector, verbose_name="增补人员", blank=True, related_name="+")
    why = models.CharField("原因代码", max_length=32)
    reason = models.CharField("原因", max_length=300)
    evidence = models.CharField("证据", max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+"
    )
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批准人",
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)
    round = models.PositiveSmallIntegerField("执行轮次", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "替换申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="replacement_is_approved_by_another",
                violation_error_message="申请人不能批准自己的申请。",
            ),
            models.CheckConstraint(condition=~Q(state="done") | Q(round__isnull=False), name="done_replacement_names_its_round"),
        ]  # fmt: skip
