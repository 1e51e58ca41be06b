"""Ask for a document, make it, find it again."""

import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from foundation.documents import rendering
from foundation.documents.models import Document
from foundation.organisation.models import Organisation, User

logger = logging.getLogger(__name__)
LATE = timedelta(seconds=60)


@transaction.atomic
def request(
    *, kind: str, subject_id: object, title: str, organisation: Organisation, by: User | None
) -> Document:
    """Note the wish and send it to a worker once the transaction is in. One waiting document per subject is enough."""
    waiting = Document.objects.filter(
        kind=kind, subject_id=str(subject_id), state=Document.State.WAITING
    ).first()
    if waiting:
        return waiting
    document = Document.objects.create(
        kind=kind, subject_id=str(subject_id), title=title, organisation=organisation, requested_by=by
    )
    transaction.on_commit(lambda: _send(document.pk))
    return document


def latest(kind: str, subject_id: object) -> Document | None:
    return Document.objects.filter(kind=kind, subject_id=str(subject_id)).order_by("-id").first()


def make(document_id: int) -> None:
    """Render one document; safe to repeat, does nothing when it is already there."""
    document = Document.objects.get(pk=document_id)
    if document.state == Document.State.READY:
        return
    try:
        page = import_string(settings.DOCUMENT_KINDS[document.kind])(document.subject_id)
        pdf = rendering.to_pdf(page)
    except rendering.PdfUnavailable as problem:
        Document.objects.filter(pk=document_id).update(
            state=Document.State.FAILED, problem=problem.message[:500]
        )
        return
    except Exception as problem:
        Document.objects.filter(pk=document_id).update(
            state=Document.State.FAILED, problem=f"生成出错：{type(problem).__name__} {problem}"[:500]
        )
        raise
    document.file.save(f"{page.name}.pdf", ContentFile(pdf), save=False)
    document.state, document.sha256, document.ready_at = (
        Document.State.READY,
        hashlib.sha256(pdf).hexdigest(),
        timezone.now(),
    )
    document.save(update_fields=["file", "state", "sha256", "ready_at"])


def redispatch_late() -> int:
    """Send again what has waited too long; the broker may lose anything."""
    before = timezone.now() - LATE
    late = Document.objects.filter(state=Document.State.WAITING).filter(
        Q(sent_at__lt=before) | Q(sent_at=None, requested_at__lt=before)
    )
    ids = list(late.values_list("pk", flat=True))
    for pk in ids:
        _send(pk)
    return len(ids)


def _send(document_id: int) -> None:
    from foundation.documents.tasks import make_document

    if settings.DOCUMENTS_DEFERRED:
        return
    Document.objects.filter(pk=document_id).update(sent_at=timezone.now())
    try:
        make_document.delay(document_id)
    except OperationalError as lost:
        logger.warning("文书 %s 暂未派出（消息服务不通：%s），定时任务会补派", document_id, lost)
