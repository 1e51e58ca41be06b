"""WHAT WAS FOUND: visits, teams, records, evidence, signatures, review, follow-up."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from draws.models import Draw
from foundation.intake import models as intake
from foundation.organisation.models import Organisation, ScopedQuerySet, User
from personnel.models import Assistant, Inspector
from planning.models import PlanTask
from registry.models import CheckPoint, InspectionItem, PriorInspection, Target


class VisitQuerySet(ScopedQuerySet):
    def joint(self) -> Self:
        """Checks made together with others. source: NM-7.2"""
        return self.exclude(joint_task=None)

    def of_inspector(self, user: User) -> Self:
        """Only the visits whose present team the user is in."""
        return self.filter(team__inspector__user=user, team__left_at=None).distinct()

    def open(self) -> Self:
        return self.exclude(state__in=Visit.ENDED)

    def to_do(self) -> Self:
        """Those the team still has to work on."""
        return self.filter(state__in=[Visit.State.ASSIGNED, Visit.State.STARTED, Visit.State.RETURNED])

    def overdue_on(self, on: date) -> Self:
        return self.to_do().filter(due_on__lt=on)

    def matching(self, words: str) -> Self:
        """By number, or by name where the name is not secret any more."""
        found = self
        for word in words.split():
            named = Q(target__name__icontains=word) & (Q(secret=False) | ~Q(state=Visit.State.ASSIGNED))
            found = found.filter(Q(number__icontains=word) | named)
        return found


class Visit(models.Model):
    """一次检查：一个对象、一个检查组、合并的全部事项（进一次门、查多项事）。"""

    class State(models.TextChoices):
        ASSIGNED = "assigned", "待检查"
        STARTED = "started", "检查中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "退回"
        REVIEWED = "reviewed", "已审核"
        WAIVED = "waived", "免予检查"
        VOID = "void", "不再检查"

    ENDED = (State.REVIEWED, State.WAIVED, State.VOID)

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    number = models.CharField("检查任务编号", max_length=40, unique=True)
    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="+")
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    code = models.CharField("屏幕编号", max_length=12, blank=True, help_text="如 重012")
    secret = models.BooleanField(
        "检查前名称保密", default=False, help_text="规则书 draw.list_secret_until = visit"
    )
    strata = models.JSONField("所属层", default=list)
    joint_task = models.ForeignKey(
        PlanTask, models.PROTECT, verbose_name="联合任务", null=True, blank=True, related_name="+",
        help_text="联合检查属于哪份联合计划的哪一项；只记录、只公示本部门的事项",
    )  # fmt: skip
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASSIGNED)
    mode = models.CharField("检查方式", max_length=24, default="onsite")
    mode_reason = models.CharField("非默认方式的理由", max_length=200, blank=True)
    due_on = models.DateField("完成期限", null=True, blank=True)
    notice_year = models.PositiveSmallIntegerField("通知书年度", null=True, blank=True)
    notice_serial = models.PositiveIntegerField("通知书序号", null=True, blank=True)
    notice_number = models.CharField("通知书文号", max_length=60, blank=True)
    notice_site = models.CharField(
        "核对网址", max_length=200, blank=True, help_text="通知书二维码所指的本系统地址"
    )
    year_count = models.PositiveSmallIntegerField("本年度第几次", null=True, blank=True)
    year_cap = models.PositiveSmallIntegerField(
        "年度上限", null=True, blank=True, help_text="空＝不受次数上限限制"
    )
    scheduled_on = models.DateField("检查日期", null=True, blank=True)
    assistants = models.PositiveSmallIntegerField("协助人数", default=0, help_text="派发时确定")
    dispatched_at = models.DateTimeField("派发时间", null=True, blank=True)
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="派发人",
        null=True,
        blank=True,
        related_name="+",
    )
    arrived_at = models.DateTimeField("到场时间", null=True, blank=True)
    arrived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="到场登记人",
        null=True,
        blank=True,
        related_name="+",
    )
    arrival_code = models.CharField("入企码", max_length=80, blank=True)
    onsite_steps = models.JSONField("已确认的现场步骤", default=list, blank=True)
    received_by = models.CharField("被检查单位在场人员", max_length=60, blank=True)
    finished_at = models.DateTimeField("检查结束时间", null=True, blank=True)
    completed_on = models.DateField(
        "完成日",
        null=True,
        blank=True,
        help_text="签字提交的记录所载的检查结束日；公示期限由此起算。source: AMB-16",
    )
    enter_due_on = models.DateField("录入期限", null=True, blank=True)
    device = models.CharField(
        "移动执法设备", max_length=60, blank=True, help_text="到场登记所用手机的编号，或移动执法系统的设备号"
    )
    field_started_at = models.DateTimeField(
        "现场开始时间", null=True, blank=True, help_text="移动执法系统所记；到场登记时以它为准"
    )
    field_ended_at = models.DateTimeField("现场结束时间", null=True, blank=True)
    sampled = models.BooleanField("是否采样", null=True, blank=True)
    survey_files = models.JSONField("现场勘查笔录", default=list, blank=True, help_text="证据材料的指纹")
    off_site_source = models.CharField(
        "所用文件或数据来源", max_length=200, blank=True, help_text="非现场检查据以检查的文件号、平台和时段"
    )
    production_state = models.CharField("生产状态", max_length=20, blank=True)
    production_note = models.CharField("生产状态说明", max_length=300, blank=True)
    returned_reason = models.CharField("退回或更正的理由", max_length=500, blank=True)
    waived_for = models.ForeignKey(
        PriorInspection,
        models.PROTECT,
        verbose_name="代替本次的检查",
        null=True,
        blank=True,
        related_name="+",
    )
    void_reason = models.CharField("不再检查的原因", max_length=500, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查任务"
        constraints = [
            models.UniqueConstraint(fields=["draw", "commitment"], name="target_is_visited_once_per_draw"),
            models.CheckConstraint(
                condition=Q(state__in=["assigned", "started", "submitted", "returned", "reviewed", "waived", "void"]),
                name="visit_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["organisation", "notice_year", "notice_serial"], name="notice_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(dispatched_at__isnull=False), name="visit_starts_after_its_notice",
                violation_error_message="没有派发通知的检查不能开始。",
            ),
            models.CheckConstraint(
                condition=Q(field_started_at=None, field_ended_at=None) | Q(field_ended_at__gte=models.F("field_started_at")),
                name="field_times_come_together", violation_error_message="现场结束时间不能早于开始时间。",
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | Q(waived_for__isnull=False), name="waived_visit_names_the_other_check"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "reviewed"]) | Q(completed_on__isnull=False), name="submitted_visit_has_a_day"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["organisation", "state", "due_on"], name="visit_by_deadline")]

    def __str__(self) -> str:
        return self.number

    @property
    def name_is_open(self) -> bool:
        """Staff who may look at visits may read the name: always, unless it is secret until the visit starts."""
        return not self.secret or self.state != self.State.ASSIGNED


class VisitCredit(models.Model):
    """抽中的一个盲号记到哪次检查：同一对象被几次抽取抽中，合并为一次检查，各记各的名额。source: AMB-26"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="credits")
    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    strata = models.JSONField("所属层", default=list)
    ended_at = models.DateTimeField("退出时间", null=True, blank=True, help_text="替换轮中退出的")

    class Meta:
        verbose_name = verbose_name_plural = "名额"
        constraints = [
            models.UniqueConstraint(fields=["draw", "commitment"], name="drawn_target_is_credited_once")
        ]


class TeamMember(models.Model):
    """检查组成员；离组（回避、替换）留痕。"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="team")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    position = models.PositiveSmallIntegerField("次序", help_text="0 为主办")
    auxiliary = models.BooleanField("辅助人员", default=False)
    round = models.PositiveSmallIntegerField("加入轮次", default=0)
    joined_at = models.DateTimeField("加入时间", default=timezone.now)
    left_at = models.DateTimeField("离组时间", null=True, blank=True)
    left_reason = models.CharField("离组原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查组成员"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "inspector"], condition=Q(left_at=None), name="inspector_is_in_the_team_once"
            ),
        ]


class VisitAssistant(models.Model):
    """到场协助的辅助人员：挑选的，不计入检查组，不签字；离开留痕。source: NM-18.3, WL-5.8, AMB-25"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="helpers")
    assistant = models.ForeignKey(Assistant, models.PROTECT, verbose_name="辅助人员", related_name="+")
    task = models.CharField("协助内容", max_length=200)
    document = models.CharField("委托文书", max_length=100)
    added_at = models.DateTimeField("加入时间", default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="挑选人", related_name="+"
    )
    left_at = models.DateTimeField("离开时间", null=True, blank=True)
    left_reason = models.CharField("离开原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到场辅助人员"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "assistant"], condition=Q(left_at=None), name="assistant_helps_a_visit_once",
                violation_error_message="这名辅助人员已经在这次检查里。",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | ~Q(left_reason=""), name="assistant_leaves_with_a_reason",
                violation_error_message="请写明不再协助的原因。",
            ),
            models.CheckConstraint(
                condition=~Q(task=""), name="assistant_has_a_task", violation_error_message="请写明协助什么。"
            ),
        ]  # fmt: skip


class VisitItem(models.Model):
    """本次检查的一个事项（按抽取时的版本）。"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="items")
    item = models.ForeignKey(InspectionItem, models.PROTECT, verbose_name="抽查事项", related_name="+")
    result = models.CharField("结果", max_length=32, blank=True, help_text="规则书 results.codes 的 id")
    note = models.CharField("情况", max_length=2000, blank=True)
    demand = models.CharField("整改要求", max_length=500, blank=True)
    demand_due_on = models.DateField("整改期限", null=True, blank=True)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="填写人",
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查事项"
        constraints = [
            models.UniqueConstraint(fields=["visit", "item"], name="item_is_checked_once_per_visit")
        ]


class CheckResult(models.Model):
    """检查单一行的结果。"""

    class Result(models.TextChoices):
        CLEAR = "clear", "未发现问题"
        PROBLEM = "problem", "发现问题"
        NOT_APPLICABLE = "na", "不涉及"

    visit_item = models.ForeignKey(VisitItem, models.PROTECT, verbose_name="检查事项", related_name="checks")
    checkpoint = models.ForeignKey(CheckPoint, models.PROTECT, verbose_name="检查要点", related_name="+")
    result = models.CharField("结果", max_length=8, choices=Result.choices)
    note = models.CharField("问题记录", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查单结果"
        constraints = [
            models.UniqueConstraint(fields=["visit_item", "checkpoint"], name="checkpoint_is_answered_once"),
            models.CheckConstraint(
                condition=~Q(result="problem") | ~Q(note=""), name="problem_is_described",
                violation_error_message="发现问题的，要写明问题。",
            ),
            models.CheckConstraint(condition=Q(result__in=["clear", "problem", "na"]), name="check_result_is_known"),
        ]  # fmt: skip


class Evidence(models.Model):
    """证据材料，上传即算指纹。"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="evidence")
    visit_item = models.ForeignKey(
        VisitItem, models.PROTECT, verbose_name="检查事项", null=True, blank=True, related_name="evidence"
    )
    file = models.FileField("文件", upload_to="evidence/%Y/%m/")
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("指纹", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "证据材料"
        constraints = [models.UniqueConstraint(fields=["visit", "sha256"], name="evidence_is_uploaded_once")]


class Record(models.Model):
    """检查记录的一个版本；签字提交后只读，更正是新版本。`content` 是规范 JSON。"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="records")
    version = models.PositiveSmallIntegerField("版本")
    outcome = models.CharField("检查结果", max_length=32, help_text="规则书 results.codes 的 id")
    summary = models.CharField("检查情况", max_length=2000)
    content = models.TextField("记录全文（规范 JSON）")
    sha256 = models.CharField("记录指纹", max_length=64)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="记录人", related_name="+"
    )
    submitted_at = models.DateTimeField("提交时间", default=timezone.now)
    correction_reason = models.CharField("更正理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查记录"
        constraints = [models.UniqueConstraint(fields=["visit", "version"], name="record_version_is_unique")]


class Signature(models.Model):
    """记录上的签字：两名执法人员，企业代表（可拒签并注明）。"""

    class Role(models.TextChoices):
        INSPECTOR = "inspector", "检查人员"
        ENTERPRISE = "enterprise", "被检查单位"
        WITNESS = "witness", "见证人"

    record = models.ForeignKey(Record, models.PROTECT, verbose_name="检查记录", related_name="signatures")
    role = models.CharField("身份", max_length=12, choices=Role.choices)
    inspector = models.ForeignKey(
        Inspector, models.PROTECT, verbose_name="检查人员", null=True, blank=True, related_name="+"
    )
    name = models.CharField("姓名", max_length=60)
    certificate_no = models.CharField("执法证号", max_length=40, blank=True)
    image = models.TextField("签名图", blank=True)
    refused = models.BooleanField("拒签", default=False)
    note = models.CharField("说明", max_length=200, blank=True)
    signed_at = models.DateTimeField("签字时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "签字"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "inspector"],
                condition=Q(inspector__isnull=False),
                name="inspector_signs_a_record_once",
            ),
            models.CheckConstraint(
                condition=Q(refused=False) | ~Q(note=""), name="refusal_to_sign_is_explained"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["inspector", "enterprise", "witness"]), name="signature_role_is_known"
            ),
        ]


class Review(models.Model):
    """对记录的审核；审核人不是检查组成员，也不是记录人。"""

    record = models.ForeignKey(Record, models.PROTECT, verbose_name="检查记录", related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="审核人", related_name="+"
    )
    passed = models.BooleanField("通过")
    opinion = models.CharField("审核意见", max_length=500, blank=True)
    at = models.DateTimeField("审核时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "结果审核"
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(passed=True), name="record_passes_review_once"
            ),
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(opinion=""), name="returned_record_has_a_reason"
            ),
        ]


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


class SpecialCheck(models.Model):
    """不适用双随机的检查：按规则书列明的情形登记，批准后才去，去了记结果。source: CAP-77, QS-3.3, QS-8.1"""

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        DONE = "done", "已检查"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    year = models.PositiveSmallIntegerField("登记年度")
    serial = models.PositiveIntegerField("登记序号")
    number = models.CharField("登记号", max_length=60)
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    activity = models.CharField("情形", max_length=40, help_text="规则书 activities 的 id，random = false")
    activity_name = models.CharField("情形名称", max_length=60)
    clause = models.CharField("依据条款", max_length=40)
    reference = models.CharField("来源编号", max_length=80, help_text="举报、转办、移送、监测报告等的编号")
    reason = models.CharField("事由", max_length=500)
    planned_on = models.DateField("拟检查日期")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    requested_at = models.DateTimeField("登记时间", default=timezone.now)
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
    checked_on = models.DateField("检查日期", null=True, blank=True)
    problem_found = models.BooleanField("发现问题", null=True, blank=True)
    outcome = models.CharField("检查情况", max_length=1000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "不适用双随机的检查"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "serial"], name="special_check_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "approved", "refused", "done"]), name="special_check_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="special_check_names_its_source"),
            models.CheckConstraint(
                condition=Q(state="requested") | Q(decided_by__isnull=False) & ~Q(decided_by=models.F("requested_by")),
                name="special_check_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(checked_on__isnull=False, problem_found__isnull=False) & ~Q(outcome=""),
                name="special_check_done_has_a_result",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class FieldImport(intake.Batch):
    """从别的移动执法系统导入的一批检查数据：上传、核对、确认、可撤销。source: NM-14.1, WL-4.6, QZ-7.1"""

    class Meta:
        verbose_name = verbose_name_plural = "移动执法导入批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=intake.STATE_NAMES.split()), name="field_import_state_is_known"
            )
        ]


class FieldImportPart(intake.Part):
    """移动执法导入批次的一段变化。"""

    batch = models.ForeignKey(FieldImport, models.PROTECT, verbose_name="批次", related_name="parts")

    class Meta:
        verbose_name = verbose_name_plural = "移动执法导入变化"
        constraints = [
            models.UniqueConstraint(fields=["batch", "no"], name="field_import_part_is_numbered_once")
        ]


class FieldImportedRow(models.Model):
    """已导入批次的一行：哪次检查的哪个事项、改了什么、原来是什么、附了哪些材料。"""

    batch = models.ForeignKey(FieldImport, models.PROTECT, verbose_name="批次", related_name="imported")
    visit_item = models.ForeignKey(VisitItem, models.PROTECT, verbose_name="检查事项", related_name="+")
    row = models.PositiveIntegerField("行号")
    fields = models.JSONField("字段", default=list, help_text="字段、旧值、新值")
    before = models.JSONField("原值", default=dict)
    after = models.JSONField("导入的值", default=dict)
    files = models.JSONField("材料指纹", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "移动执法导入明细"


class FieldMapping(intake.Mapping):
    """列对应：移动执法系统导出文件的表头，对到本系统的哪一列。"""

    class Meta:
        verbose_name = verbose_name_plural = "移动执法列对应"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="field_mapping_name_is_unique",
                violation_error_message="这个名称的列对应已存在。",
            )
        ]  # fmt: skip


from inspections.audit_models import Audit, AuditFinding  # noqa: E402, F401  Django looks for models here
from inspections.beside_models import Monitoring, MonitoringFile, VisitPartner  # noqa: E402, F401  (they refer to Visit)
