"""What goes along with a visit: monitoring on the same day at the same place, and other departments that take part.

source: QZ-8.1, QZ-8.2, decisions/0043
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from planning.models import Upload


class Monitoring(models.Model):
    """随检查同步的监测：对象和日期就是那次检查的，自己不另记；由谁测、谁采样、测什么、结果。"""

    class State(models.TextChoices):
        PLANNED = "planned", "待监测"
        DONE = "done", "已出结果"
        CANCELLED = "cancelled", "不再监测"

    visit = models.ForeignKey(
        "inspections.Visit", models.PROTECT, verbose_name="检查任务", related_name="monitorings"
    )
    unit = models.CharField("监测单位", max_length=100)
    what = models.CharField("点位和项目", max_length=300)
    sampler = models.CharField("采样人", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    result = models.CharField("监测结果", max_length=1000, blank=True)
    exceeded = models.BooleanField("超标", null=True, blank=True)
    cancel_reason = models.CharField("不再监测的理由", max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="安排人", related_name="+"
    )
    asked_at = models.DateTimeField("安排时间", default=timezone.now)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", null=True, blank=True, related_name="+"
    )  # fmt: skip
    noted_at = models.DateTimeField("登记时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "同步监测"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "unit", "what"], condition=~Q(state="cancelled"), name="monitoring_is_arranged_once",
                violation_error_message="这家单位的同样监测已经安排了。",
            ),
            models.CheckConstraint(condition=Q(state__in=["planned", "done", "cancelled"]), name="monitoring_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(result="") & ~Q(sampler="") & Q(exceeded__isnull=False) & Q(noted_by__isnull=False)),
                name="monitoring_result_names_its_sampler",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="cancelled_monitoring_has_a_reason"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit} {self.what}"

    @property
    def on(self) -> date | None:
        """The day of the visit: when the team came, before that the day arranged."""
        arrived = self.visit.arrived_at
        return timezone.localtime(arrived).date() if arrived else self.visit.scheduled_on


class MonitoringFile(Upload):
    """监测报告、采样记录：按内容核对，上传即算指纹，只增不改。"""

    monitoring = models.ForeignKey(Monitoring, models.PROTECT, verbose_name="同步监测", related_name="files")
    file = models.FileField("文件", upload_to="monitoring/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "监测结果文件"
        constraints = [
            models.UniqueConstraint(fields=["monitoring", "sha256"], name="monitoring_file_is_uploaded_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="monitoring_file_is_not_empty"),
        ]


class VisitPartner(models.Model):
    """一起去检查的别的部门：只记名称、人员和依据；它查什么、结果由它自己记录和公示。source: QZ-8.2"""

    visit = models.ForeignKey(
        "inspections.Visit", models.PROTECT, verbose_name="检查任务", related_name="partners"
    )
    name = models.CharField("参加部门", max_length=100)
    people = models.CharField("人员", max_length=200, blank=True)
    basis = models.CharField("依据", max_length=200, help_text="政府的统一要求、联合方案或函件的文号")
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    noted_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "参加部门"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "name"], name="department_takes_part_once", violation_error_message="这个部门已经登记了。"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(basis=""), name="taking_part_rests_on_a_document"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
