"""The token behind the QR code of a notice: signed, for one visit, no login."""

from django.core import signing
from django.urls import reverse

from inspections.models import Visit

_signer = signing.Signer(salt="inspections.notice", sep=".")


def token_of(visit: Visit) -> str:
    return _signer.sign(str(visit.pk))


def visit_of(token: str) -> Visit | None:
    """The visit of a genuine token; None for any other text, and before the notice is out."""
    try:
        pk = int(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    found = Visit.objects.select_related("organisation", "draw").filter(pk=pk, dispatched_at__isnull=False)
    return found.first()


def path_of(visit: Visit) -> str:
    return reverse("enterprise:notice", args=[token_of(visit)])


def address_of(visit: Visit) -> str:
    """What the QR code says: the address this system had when the notice went out."""
    return visit.notice_site + path_of(visit)
