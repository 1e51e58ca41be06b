"""Parts of the item list: the lines of an item, the law it rests on, and moving items from an old article to a new one."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.organisation.models import Organisation

Account = settings.AUTH_USER_MODEL


class ItemScope(models.Model):
    """事项里的一条对象范围，有自己的频次、比例和数量；文字照文件，数来自规则书的配额行。"""

    class Period(models.TextChoices):
        MONTH = "month", "每月"
        QUARTER = "quarter", "每季度"
        HALF_YEAR = "half_year", "每半年"
        YEAR = "year", "每年"

    item = models.ForeignKey(
        "registry.InspectionItem", models.PROTECT, verbose_name="抽查事项", related_name="scopes"
    )
    no = models.PositiveSmallIntegerField("行号")
    quota = models.CharField("配额行", max_length=40, blank=True, help_text="规则书 quotas 的 id；自列的没有")
    target = models.CharField("检查对象", max_length=300)
    size = models.CharField("现有数量", max_length=40, blank=True, help_text="照文件，如“约26家”")
    frequency = models.CharField("抽查频次", max_length=60, blank=True)
    period = models.CharField("周期", max_length=10, choices=Period.choices, blank=True)
    ratio = models.CharField("抽查比例", max_length=200, blank=True)
    rate = models.DecimalField("比例数", max_digits=8, decimal_places=4, null=True, blank=True)
    count = models.CharField("抽取数量", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "事项的对象范围"
        constraints = [
            models.UniqueConstraint(fields=["item", "no"], name="scope_number_is_unique_in_item"),
            models.CheckConstraint(condition=~Q(target=""), name="scope_names_its_targets"),
            models.CheckConstraint(condition=Q(rate=None) | Q(rate__gt=0), name="scope_rate_is_positive"),
        ]

    def __str__(self) -> str:
        return self.target


class BasisQuerySet(models.QuerySet):
    def of(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def repealed(self, on: date) -> Self:
        return self.filter(repealed_on__lte=on)


class LegalBasis(models.Model):
    """检查依据：一部法律，或者其中一条，自何日起有效、何日废止。条号空着就是全文。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    law = models.CharField("名称", max_length=120, help_text="不加书名号，如“中华人民共和国生态环境法典”")
    article = models.CharField("条", max_length=40, blank=True, help_text="如“第二十四条”；空着是全文")
    document_no = models.CharField("文号", max_length=60, blank=True)
    text = models.TextField("条文", max_length=2000, blank=True)
    effective_from = models.DateField("施行日期", null=True, blank=True)
    repealed_on = models.DateField("废止日期", null=True, blank=True)
    source = models.CharField("出处", max_length=200, blank=True, help_text="核对条文用的官方文本")
    recorded_by = models.ForeignKey(
        Account, models.PROTECT, verbose_name="登记人", null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = BasisQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查依据"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "law", "article"], name="legal_basis_is_recorded_once",
                violation_error_message="这一条依据已登记。请改已有的一行。",
            ),
            models.CheckConstraint(condition=~Q(law=""), name="legal_basis_names_its_law"),
            models.CheckConstraint(
                condition=Q(effective_from=None) | Q(repealed_on=None) | Q(repealed_on__gte=models.F("effective_from")),
                name="legal_basis_ends_after_it_starts", violation_error_message="废止日期不能早于施行日期。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"《{self.law}》{self.article}"


class BasisRemap(models.Model):
    """换依据：旧法某条改引新法某条。一人提出，另一人核对条号后确认；确认后可以撤销。"""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待核对"
        CONFIRMED = "confirmed", "已确认"
        DROPPED = "dropped", "已放弃"
        UNDONE = "undone", "已撤销"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    old_law = models.CharField("原法律", max_length=120)
    old_article = models.CharField("原条", max_length=40, blank=True)
    new_law = models.CharField("新法律", max_length=120)
    new_article = models.CharField("新条", max_length=40)
    source = models.CharField("核对用的文本", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Account, models.PROTECT, verbose_name="提出人", related_name="+")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    confirmed_by = models.ForeignKey(
        Account, models.PROTECT, verbose_name="确认人", null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    ended_at = models.DateTimeField("放弃或撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "依据更换"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "old_law", "old_article"], condition=Q(state="proposed"),
                name="article_has_one_open_remap", violation_error_message="这一条已有待核对的更换，请先办完它。",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("proposed_by")),
                name="remap_is_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="confirmed_remap_names_who",
            ),
            models.CheckConstraint(condition=Q(state__in=["proposed", "confirmed", "dropped", "undone"]), name="remap_state_is_known"),
        ]  # fmt: skip

    @property
    def old(self) -> str:
        return f"《{self.old_law}》{self.old_article}"

    @property
    def new(self) -> str:
        return f"《{self.new_law}》{self.new_article}"

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"


class RemappedItem(models.Model):
    """一次更换动了哪个事项：原来的依据、换后的依据，是改了草稿还是另起了新版本。"""

    remap = models.ForeignKey(BasisRemap, models.PROTECT, verbose_name="更换", related_name="items")
    item = models.ForeignKey(
        "registry.InspectionItem",
        models.PROTECT,
        verbose_name="改后的版本",
        null=True,
        related_name="remaps",
    )
    name = models.CharField("事项", max_length=200)
    added_version = models.BooleanField("另起了新版本")
    before = models.JSONField("原依据", default=list)
    after = models.JSONField("新依据", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "更换了依据的事项"
        constraints = [models.UniqueConstraint(fields=["remap", "item"], name="item_is_remapped_once")]
