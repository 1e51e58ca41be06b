"""Who may be inspected: entities and targets, with permits, flags, labels, status, tiers and earlier checks."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Concat, Lower
from django.utils import timezone

from foundation.organisation.models import Area, Organisation, Unit, User
from registry.models.common import ReadableJSON, one_of, uid_validator
from registry.searching import search_for


class Entity(models.Model):
    """市场主体：一个统一社会信用代码，可有多个场所（检查对象）。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    name = models.CharField("名称", max_length=200)
    former_names = models.JSONField("曾用名", default=list, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, db_index=True)
    legal_representative = models.CharField("法定代表人", max_length=60, blank=True)
    entity_type = models.CharField("主体类型", max_length=60, blank=True)
    registration_authority = models.CharField("登记机关", max_length=100, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "市场主体"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "uscc"], name="uscc_is_unique_in_organisation",
                violation_error_message="这个统一社会信用代码已有登记。",
            ),
            models.CheckConstraint(condition=Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"), name="uscc_has_18_characters"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class TargetQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The ids are named, not asked for inside: only so does the list follow its index."""
        return self.filter(
            organisation__in=list(Organisation.objects.visible_to(user).values_list("pk", flat=True))
        )

    def of(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def in_areas(self, areas: list[int]) -> Self:
        return self.filter(area__in=areas)

    def present(self) -> Self:
        """Neither closed, cancelled, moved away nor merged into another entry."""
        return self.exclude(status__in=Target.GONE).filter(merged_into=None)

    def unmerged(self) -> Self:
        """Entries that stand for themselves."""
        return self.filter(merged_into=None)

    def matching(self, words: str) -> Self:
        """Search by name, former name, short name, pinyin initials, code, credit code or permit number."""
        return search_for(self, words)

    def in_tier(self, body: str, tier: str) -> Self:
        return self.filter(tiers__body=body, tiers__tier=tier, tiers__until=None)


class Target(models.Model):
    """检查对象：一个可以被检查的场所、项目或机构，不一定是企业。"""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "排污单位"
        PROJECT = "project", "建设项目"
        WATER_SOURCE = "water_source", "饮用水水源地"
        NATURE_RESERVE = "nature_reserve", "自然保护地"
        LAND_PARTY = "land_party", "土地使用权人"
        AGENCY = "agency", "第三方机构"
        FACILITY = "facility", "设施场所"

    class Status(models.TextChoices):
        OPERATING = "operating", "运行"
        SUSPENDED = "suspended", "停产"
        CLOSED = "closed", "关停"
        CANCELLED = "cancelled", "注销"
        MOVED = "moved", "迁出"
        REMOVED = "removed", "移出名录"

    class PermitClass(models.TextChoices):
        KEY = "key", "重点管理"
        SIMPLIFIED = "simplified", "简化管理"
        REGISTRATION = "registration", "登记管理"
        NONE = "none", "未纳入"

    class ControlLevel(models.TextChoices):
        NATIONAL = "national", "国控"
        PROVINCIAL = "provincial", "省控"
        MUNICIPAL = "municipal", "市控"
        COUNTY = "county", "县控"
        NONE = "none", "未列控"

    class ApprovalLevel(models.TextChoices):
        MINISTRY = "ministry", "部批"
        PROVINCE = "province", "省（市）批"
        CITY = "city", "地市批"
        COUNTY = "county", "区县批"

    GONE = (Status.CLOSED, Status.CANCELLED, Status.MOVED, Status.REMOVED)

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    uid = models.CharField(
        "对象编号",
        max_length=64,
        validators=[uid_validator],
        help_text="信用代码加场所序号；没有信用代码的用本局编号",
    )
    kind = models.CharField("对象类型", max_length=16, choices=Kind.choices, default=Kind.ENTERPRISE)
    name = models.CharField("名称", max_length=200)
    short_name = models.CharField("简称", max_length=60, blank=True)
    former_names = models.JSONField("曾用名", default=list, blank=True, encoder=ReadableJSON)
    initials = models.CharField("拼音首字母", max_length=200, blank=True, db_index=True)
    entity = models.ForeignKey(
        Entity, models.PROTECT, verbose_name="市场主体", null=True, blank=True, related_name="targets"
    )
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="片区", related_name="+")
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="监管单位", null=True, blank=True, related_name="+"
    )
    address = models.CharField("地址", max_length=200, blank=True)
    contact = models.CharField("环保负责人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.OPERATING)
    status_since = models.DateField("状态起始日", null=True, blank=True)
    industry = models.CharField("行业", max_length=60, blank=True)
    categories = models.JSONField("监管类别", default=list, blank=True, help_text="规则书里的局部范围标签")
    permit_class = models.CharField(
        "排污许可管理类别", max_length=12, choices=PermitClass.choices, default=PermitClass.NONE
    )
    key_polluter_list = models.BooleanField("列入重点排污单位名录", default=False)
    control_level = models.CharField(
        "控制级别", max_length=12, choices=ControlLevel.choices, default=ControlLevel.NONE
    )
    credit_grade = models.CharField("环境信用等级", max_length=10, blank=True)
    positive_list = models.BooleanField("监督执法正面清单", default=False)
    positive_list_kind = models.CharField("正面清单类别", max_length=40, blank=True)
    approval_level = models.CharField(
        "环评审批层级", max_length=10, choices=ApprovalLevel.choices, blank=True
    )
    approved_on = models.DateField("环评批复日期", null=True, blank=True)
    construction_started_on = models.DateField("开工日期", null=True, blank=True)
    operation_started_on = models.DateField("投产日期", null=True, blank=True)
    completed_on = models.DateField("竣工验收日期", null=True, blank=True)
    radiation = models.BooleanField("核与辐射", default=False)
    eia_catalogue = models.CharField("环评分类", max_length=40, blank=True)
    hw_tonnes_per_year = models.DecimalField(
        "危险废物年产生量（吨）", max_digits=12, decimal_places=3, null=True, blank=True
    )
    hw_self_disposal = models.BooleanField("自行处置危险废物", default=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, verbose_name="并入", null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField("版本", default=1, help_text="每次修改加一，防止后改的覆盖先改的")
    created_at = models.DateTimeField("建档时间", default=timezone.now)
    search = models.GeneratedField(
        verbose_name="检索文本",
        expression=Lower(
            Concat(
                "name", models.Value(" "), "short_name", models.Value(" "), "uid", models.Value(" "), "initials",
                models.Value(" "), Cast("former_names", models.TextField()), output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )  # fmt: skip

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查对象"
        indexes = [
            models.Index(fields=["name", "id"], name="target_in_order_of_name"),
            models.Index(
                fields=["organisation", "area", "name", "id", "status", "permit_class", "positive_list"],
                name="listed_target_by_area",
                condition=Q(merged_into=None),
            ),
            models.Index(
                fields=["organisation", "status", "permit_class", "name", "id", "area"],
                name="listed_target_by_status",
                condition=Q(merged_into=None),
            ),
            models.Index(
                fields=["merged_into"], name="target_merged_into", condition=Q(merged_into__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "uid"], name="target_uid_is_unique_in_organisation",
                violation_error_message="对象编号已被使用。",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="target_has_a_name"),
            models.CheckConstraint(
                condition=Q(hw_tonnes_per_year=None) | Q(hw_tonnes_per_year__gte=0), name="hazardous_waste_is_not_negative",
                violation_error_message="危险废物年产生量不能是负数。",
            ),
            one_of("kind", "target_kind_is_known", "enterprise project water_source nature_reserve land_party agency facility"),
            one_of("status", "target_status_is_known", "operating suspended closed cancelled moved removed"),
            one_of("permit_class", "target_permit_class_is_known", "key simplified registration none"),
            one_of("control_level", "target_control_level_is_known", "national provincial municipal county none"),
            one_of("approval_level", "target_approval_level_is_known", "ministry province city county -"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Permit(models.Model):
    """排污许可证或登记回执。"""

    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="permits")
    number = models.CharField("许可证编号", max_length=40, db_index=True)
    category = models.CharField("管理类别", max_length=12, choices=Target.PermitClass.choices)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_until = models.DateField("有效期止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "排污许可"
        constraints = [
            models.UniqueConstraint(
                fields=["target", "number"], name="permit_is_recorded_once_per_target",
                violation_error_message="这个许可证编号已登记。",
            ),
            one_of("category", "permit_category_is_known", "key simplified registration none"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
                name="permit_ends_after_it_starts", violation_error_message="许可证有效期止不能早于有效期起。",
            )
        ]  # fmt: skip


class TargetFlag(models.Model):
    """带日期的风险标记，证据在案；撤销不删除。"""

    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="flags")
    flag = models.CharField("标记", max_length=40, help_text="规则书 flags 的 id")
    happened_on = models.DateField("发生日期")
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    evidence = models.CharField("依据", max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "风险标记"
        constraints = [
            models.UniqueConstraint(
                fields=["target", "flag", "happened_on"], name="flag_is_recorded_once_per_event"
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None) | Q(revoked_on__gte=models.F("happened_on")),
                name="flag_is_revoked_after_it_happened",
            ),
        ]


class TargetTag(models.Model):
    """标识：规则书 register.labels 里的一组，加一个值。"""

    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="tags")
    group = models.CharField("标识类别", max_length=40)
    value = models.CharField("标识", max_length=60)
    valid_from = models.DateField("起", null=True, blank=True)
    valid_until = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "标识"
        constraints = [models.UniqueConstraint(fields=["target", "group", "value"], name="tag_is_given_once")]


class StatusPeriod(models.Model):
    """状态经历：从何日起是什么状态，为什么。"""

    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="status_periods")
    status = models.CharField("状态", max_length=12, choices=Target.Status.choices)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "状态经历"
        constraints = [
            models.UniqueConstraint(
                fields=["target"], condition=Q(until=None), name="target_has_one_current_status"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="status_ends_after_it_starts"
            ),
        ]


class TierAssignment(models.Model):
    """某主体名下，对象自何日起属于哪一层级，为什么（条款）；人工改定须有理由，并一直看得见。"""

    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="tiers")
    body = models.CharField("抽取主体", max_length=32)
    tier = models.CharField("层级", max_length=16, help_text="规则书 tiers 的 id；unlisted = 不在任何层级")
    overlay = models.BooleanField("叠加名单", default=False)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    reason = models.CharField("理由", max_length=300)
    clause = models.CharField("条款", max_length=40)
    computed_tier = models.CharField("按规则应为", max_length=16)
    override_reason = models.CharField("人工改定理由", max_length=300, blank=True)
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="改定人",
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "层级认定"
        indexes = [
            models.Index(fields=["body", "tier", "target"], name="open_tier_by_body", condition=Q(until=None)),
            models.Index(fields=["target", "body", "tier"], name="open_tier_of_target", condition=Q(until=None)),
            models.Index(fields=["since", "body"], name="tier_by_first_day"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["target", "body", "tier"], condition=Q(until=None), name="tier_is_assigned_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(tier=models.F("computed_tier")) | ~Q(override_reason=""), name="overridden_tier_has_a_reason",
                violation_error_message="人工改定层级必须写明理由。",
            ),
        ]  # fmt: skip


class PriorInspection(models.Model):
    """今年已做过的检查：本局、上级或下级所做，也可由上层应用写入（每次现场检查一行）。"""

    class Level(models.TextChoices):
        OWN = "own", "本局"
        SUPERIOR = "superior", "上级"
        SUBORDINATE = "subordinate", "下级"

    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="inspections")
    level = models.CharField("层级", max_length=12, choices=Level.choices)
    on = models.DateField("检查日期")
    counted = models.BooleanField("计入年度次数", default=True)
    problem_found = models.BooleanField("发现问题", default=False)
    source = models.CharField("来源", max_length=100, help_text="台账名称或检查任务编号")

    class Meta:
        verbose_name = verbose_name_plural = "已有检查"
        indexes = [models.Index(fields=["target", "on"], name="prior_inspection_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "level", "on", "source"], name="prior_inspection_is_recorded_once"
            ),
            one_of("level", "prior_inspection_level_is_known", "own superior subordinate"),
        ]
