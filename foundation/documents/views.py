"""Download a finished document; say how far a waiting one is."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string

from foundation.documents.models import Document
from foundation.organisation.models import Organisation


def _own(request: HttpRequest, document_id: int) -> Document:
    """A document of the bureau that this person may read; everything else does not exist for him."""
    scope = Document.objects.filter(organisation__in=Organisation.objects.visible_to(request.user))
    document = get_object_or_404(scope, pk=document_id)
    reader = settings.DOCUMENT_READERS.get(document.kind)
    if reader is None or not import_string(reader)(request.user, document.subject_id):
        raise Http404("没有这份文书")
    return document


def download(request: HttpRequest, document_id: int) -> HttpResponse:
    document = _own(request, document_id)
    if document.state != Document.State.READY:
        raise Http404("文书还没有生成")
    return FileResponse(
        document.file.open("rb"),
        as_attachment=False,
        filename=f"{document.title}.pdf",
        content_type="application/pdf",
    )


def state(request: HttpRequest, document_id: int) -> JsonResponse:
    document = _own(request, document_id)
    return JsonResponse(
        {"state": document.state, "label": document.get_state_display(), "problem": document.problem}
    )
