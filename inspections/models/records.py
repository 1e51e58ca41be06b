"""What was written and signed: evidence, record, signatures, review."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inspections.models.visits import Visit, VisitItem
from personnel.models import Inspector


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
