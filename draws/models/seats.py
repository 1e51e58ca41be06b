"""Who takes part: seats, those present, and the pace the host sets."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from draws.models.draw import Draw
from draws.rules.pace import WAITS


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
