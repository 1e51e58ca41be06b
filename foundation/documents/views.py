"""Download a finished document; say how far a waiting one is."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from foundation.documents.models import Document
from foundation.organisation.models import Organisation


def _own(request: HttpRequest, document_id: int) -> Document:
    scope = Document.objects.filter(organisation__in=Organisation.objects.visible_to(request.user))
    return get_object_or_404(scope, pk=document_id)


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
