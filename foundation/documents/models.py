"""文书：网页进程之外生成的 PDF，先记一行再派任务，任务丢了可以再派。"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from foundation.organisation.models import Organisation


class Document(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "生成中"
        READY = "ready", "已生成"
        FAILED = "failed", "生成失败"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    kind = models.CharField("种类", max_length=30, help_text="settings.DOCUMENT_KINDS 的键")
    subject_id = models.CharField("对象编号", max_length=64)
    title = models.CharField("标题", max_length=200)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    problem = models.CharField("失败原因", max_length=500, blank=True)
    file = models.FileField("文件", upload_to="documents/%Y/%m/", blank=True)
    sha256 = models.CharField("指纹", max_length=64, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", null=True, related_name="+"
    )
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    sent_at = models.DateTimeField("派发时间", null=True, blank=True)
    ready_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        indexes = [models.Index(fields=["kind", "subject_id", "-id"], name="document_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | ~models.Q(sha256=""), name="ready_document_has_a_digest"
            )
        ]

    def __str__(self) -> str:
        return self.title
