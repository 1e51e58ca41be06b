"""Requests to replace a target or an inspector."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from draws.models.draw import Draw
from personnel.models import Inspector


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
        DECLINED = "declined", "有人不同意互换"

    OPEN = (State.REQUESTED, State.APPROVED)

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
