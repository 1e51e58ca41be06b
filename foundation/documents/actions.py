"""Ask for a document, make it, find it again."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from foundation.documents import rendering
from foundation.documents.models import Document
from foundation.organisation.models import Organisation, User

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
    late = Document.objects.filter(state=Document.State.WAITING, sent_at__lt=timezone.now() - LATE)
    ids = list(late.values_list("pk", flat=True))
    for pk in ids:
        _send(pk)
    return len(ids)


def _send(document_id: int) -> None:
    from foundation.documents.tasks import make_document

    Document.objects.filter(pk=document_id).update(sent_at=timezone.now())
    make_document.delay(document_id)
