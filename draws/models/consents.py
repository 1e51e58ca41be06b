"""Whether the people of a swap agree to it, each on his own login."""

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from draws.models.draw import Draw
from draws.models.replacements import ReplacementRequest
from foundation.organisation.models import User
from personnel.models import Inspector


class SwapConsentQuerySet(QuerySet["SwapConsent"]):
    def waiting_for(self, user: User) -> "SwapConsentQuerySet":
        """What this person still has to answer, while it can still change anything."""
        return self.filter(
            inspector__user=user, answer=SwapConsent.Answer.WAITING, request__round=None,
            request__state__in=ReplacementRequest.OPEN, request__draw__state=Draw.State.SIGNED,
        ).order_by("asked_at", "pk")  # fmt: skip

    def of(self, user: User) -> "SwapConsentQuerySet":
        return self.filter(inspector__user=user).order_by("-asked_at", "-pk")


class SwapConsent(models.Model):
    """互换征求意见：申请互换的人，和可能被换到的每一个人。source: AMB-24"""

    class Part(models.TextChoices):
        ASKER = "asker", "要换出的人"
        PARTNER = "partner", "可能换到的人"

    class Answer(models.TextChoices):
        WAITING = "waiting", "等答复"
        AGREED = "agreed", "同意"
        REFUSED = "refused", "不同意"

    request = models.ForeignKey(
        ReplacementRequest, models.PROTECT, verbose_name="互换申请", related_name="consents"
    )
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    part = models.CharField("身份", max_length=8, choices=Part.choices)
    asked_at = models.DateTimeField("征求时间", default=timezone.now)
    answer = models.CharField("答复", max_length=8, choices=Answer.choices, default=Answer.WAITING)
    reason = models.CharField("不同意的理由", max_length=300, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="答复人",
        null=True,
        blank=True,
        related_name="+",
    )

    objects = SwapConsentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "互换征求意见"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "inspector"], name="one_answer_per_person_and_swap", violation_error_message="这个人已经征求过。",
            ),
            models.CheckConstraint(
                condition=~Q(answer="refused") | ~Q(reason=""), name="refused_swap_has_a_reason", violation_error_message="不同意的，请写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_by=None, answered_at=None)
                | (~Q(answer="waiting") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="answered_swap_names_who_and_when",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.inspector} {self.get_answer_display()}"
