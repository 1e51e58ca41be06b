"""HOW MANY: annual plan, planned numbers, quotas of a period."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Area, Organisation, ScopedQuerySet, Unit, User
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


class QuotaQuerySet(ScopedQuerySet):
    def of_period(self, organisation: Organisation, period: str) -> Self:
        return self.filter(organisation=organisation, period=period)


class Quota(models.Model):
    """某期某线某主体应抽多少，以及说明它的那句话。确认后不再改动。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="quotas")
    period = models.CharField("期", max_length=8)
    line = models.CharField("配额线", max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="抽取主体", related_name="+")
    base = models.PositiveIntegerField("基数")
    officers = models.PositiveIntegerField("在编在岗人数", default=0)
    pool = models.PositiveIntegerField("可抽")
    required = models.PositiveIntegerField("应抽")
    floor = models.PositiveIntegerField("计划下限", default=0)
    shortfall = models.PositiveIntegerField("预计缺口", default=0)
    reasons = models.JSONField("缺口原因", default=list)
    explanation = models.JSONField("算式与条款", default=dict)
    snapshot_on = models.DateField("名录快照日")
    snapshot = models.JSONField(
        "快照名单", default=list, help_text="基数里每个对象的主键；全期各批共用", blank=True
    )
    snapshot_hash = models.CharField("快照校验码", max_length=64, blank=True)
    exclusions = models.JSONField("选用的排除", default=list, blank=True, help_text="规则书里可选的排除规则")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "配额"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "period", "line", "unit"], name="quota_is_unique_in_period"
            ),
            models.CheckConstraint(condition=Q(pool__lte=F("base")), name="pool_is_within_base"),
            models.CheckConstraint(
                condition=Q(required__gte=F("floor")) | Q(base=0), name="quota_is_not_below_the_plan"
            ),
        ]


class DrawnQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Not taken back by a replacement round or a void draw."""
        return self.filter(voided_on=None)

    def of_year(self, organisation: Organisation, year: int) -> Self:
        return self.filter(organisation=organisation, period__startswith=str(year))


class Drawn(models.Model):
    """某期某线抽中过谁；由抽取应用的动作写入，供下一批、年度上限和“终身一次”使用。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    period = models.CharField("期", max_length=8)
    line = models.CharField("配额线", max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="抽取主体", related_name="+")
    target = models.ForeignKey("registry.Target", models.PROTECT, verbose_name="检查对象", related_name="+")
    draw_number = models.CharField("抽取会编号", max_length=40)
    drawn_on = models.DateField("抽取日期")
    voided_on = models.DateField("作废日期", null=True, blank=True, help_text="替换轮中退出的")

    objects = DrawnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "已抽中"
        indexes = [models.Index(fields=["organisation", "period", "line"], name="drawn_by_line")]
        constraints = [
            models.UniqueConstraint(
                fields=["draw_number", "line", "unit", "target"],
                name="target_is_drawn_once_per_line_and_draw",
            )
        ]


class MakeUp(models.Model):
    """补抽：后来一期多抽的一家，记到欠抽的那一期，只在全年对账里抵。source: AMB-15"""

    missed = models.ForeignKey(Quota, models.PROTECT, verbose_name="欠抽的配额", related_name="+")
    drawn = models.OneToOneField(Drawn, models.PROTECT, verbose_name="补抽中的对象", related_name="+")
    reason = models.CharField("理由", max_length=300)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    noted_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "补抽"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="make_up_has_a_reason")]


class OverrideQuerySet(ScopedQuerySet):
    def approved(self, organisation: Organisation, year: int) -> Self:
        return self.filter(organisation=organisation, year=year, approved_by__isnull=False)


class Override(models.Model):
    """对“原则上”的例外：规则、对象、理由、证据、申请人、另一人批准。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    rule = models.CharField("规则", max_length=40, help_text="规则书里“原则上”规则的 id")
    clause = models.CharField("条款", max_length=40, blank=True)
    target = models.ForeignKey(
        "registry.Target", models.PROTECT, verbose_name="检查对象", null=True, blank=True, related_name="+"
    )
    line = models.CharField("配额线", max_length=32, blank=True)
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
    refused_reason = models.CharField("不同意理由", max_length=300, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "例外批准"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")), name="override_is_approved_by_another",
                violation_error_message="申请人不能批准自己申请的例外。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.rule


class Upload(models.Model):
    """收下的一个文件：按内容核对类型，上传即算指纹，内容不再改。"""

    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("指纹", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class OverrideFile(Upload):
    """例外的证据文件，只增不改。"""

    override = models.ForeignKey(Override, models.PROTECT, verbose_name="例外", related_name="files")
    file = models.FileField("文件", upload_to="overrides/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "例外证据文件"
        constraints = [
            models.UniqueConstraint(fields=["override", "sha256"], name="override_file_is_uploaded_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="override_file_is_not_empty"),
        ]


class PlanFile(Upload):
    """计划的附件：联合抽查的制度、工作规范、会签和往来文件。"""

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="files")
    title = models.CharField("文件名称", max_length=200)
    file = models.FileField("文件", upload_to="plans/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "计划附件"
        constraints = [
            models.UniqueConstraint(fields=["plan", "sha256"], name="plan_file_is_uploaded_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="plan_file_is_not_empty"),
        ]


class YearSimulation(models.Model):
    """把一份计划的一年抽许多遍：在后台做，种子公开，结果与任何一次抽取会无关。"""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在模拟"
        DONE = "done", "已完成"
        FAILED = "failed", "没有做成"

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="simulations")
    on = models.DateField("名录日")
    runs = models.PositiveIntegerField("模拟年数")
    seed = models.PositiveIntegerField("种子", default=1)
    done = models.PositiveIntegerField("已模拟", default=0)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    inputs = models.CharField("计划数指纹", max_length=64, blank=True)
    result = models.JSONField("结果", default=dict, blank=True)
    problem = models.CharField("没有做成的原因", max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    requested_at = models.DateTimeField("发起时间", default=timezone.now)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度模拟"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="simulation_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state__in=["waiting", "running"]), name="one_simulation_of_a_plan_at_a_time",
                violation_error_message="这份计划已有一次模拟正在进行，请等它完成。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.plan}模拟 {self.runs} 年"


class AreaProfile(models.Model):
    """一个片区编制计划时要看的情况：环境质量、面积，和本局估计的路程。都不是规则书里的数。"""

    area = models.OneToOneField(Area, models.PROTECT, verbose_name="片区", related_name="+")
    quality = models.CharField("环境质量", max_length=200, blank=True, help_text="例如 断面Ⅲ类，优良天数 85%")
    quality_source = models.CharField("环境质量来源", max_length=200, blank=True)
    square_km = models.DecimalField("面积（平方公里）", max_digits=9, decimal_places=2, null=True, blank=True)
    visits_per_day = models.PositiveSmallIntegerField("一组一天能查几家", default=1)
    trip_days = models.DecimalField(
        "每出去一天另在路上几天", max_digits=3, decimal_places=1, default=Decimal(0)
    )

    class Meta:
        verbose_name = verbose_name_plural = "片区情况"
        constraints = [
            models.CheckConstraint(condition=Q(visits_per_day__gte=1), name="a_day_has_at_least_one_visit"),
            models.CheckConstraint(condition=Q(trip_days__gte=0), name="trip_takes_no_negative_days"),
            models.CheckConstraint(
                condition=Q(quality="") | ~Q(quality_source=""), name="area_quality_names_its_source",
                violation_error_message="环境质量要写明来源，例如 监测月报。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.area}情况"


class DutyDone(models.Model):
    """规则书要求的一件定期工作办完了：哪一件、哪一天、凭什么。只登记，不修改。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    duty = models.CharField("事项", max_length=80, help_text="如 report.quarterly_statistics.2026Q3")
    done_on = models.DateField("办结日期")
    note = models.CharField("文号或去向", max_length=200)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    noted_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "定期工作办结"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "duty"], name="duty_is_done_once", violation_error_message="这件工作已经登记办结。"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="done_duty_names_its_proof"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.duty


class RuleNoteQuerySet(models.QuerySet):
    def visible_in(self, organisation: Organisation) -> Self:
        """The bureau's own and those of the organisations above it, which it can only read. source: QS-23.1, NM-45.1"""
        above = [organisation.pk]
        parent = organisation.parent
        while parent is not None and parent.pk not in above:
            above.append(parent.pk)
            parent = parent.parent
        return self.filter(organisation__in=above)

    def in_force(self) -> Self:
        return self.filter(withdrawn_at=None)


class RuleNote(models.Model):
    """对规则书一条规则的解释：谁、何时、依据什么文件；只增不改，收回留痕。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    rulebook_id = models.CharField("规则书", max_length=60)
    rule = models.CharField("规则", max_length=120, help_text="表名/条目，如 quota/key")
    rule_title = models.CharField("规则名称", max_length=300)
    text = models.CharField("解释", max_length=1000)
    document = models.CharField("解释的文件", max_length=200, blank=True, help_text="文号；没有发文的不填")
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="解释人", related_name="+")
    written_at = models.DateTimeField("时间", default=timezone.now)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="收回人", null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("收回的原因", max_length=300, blank=True)

    objects = RuleNoteQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则解释"
        indexes = [models.Index(fields=["organisation", "rulebook_id"], name="note_by_rulebook")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="rule_note_says_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="withdrawn_note_has_a_reason",
                violation_error_message="请写明收回的原因。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.rule_title
