"""The item list as an official document. Called by foundation.documents."""

from django.utils import timezone

from foundation.documents.rendering import Page
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can
from registry import item_table


def item_list(subject_id: str) -> Page:
    """A4 landscape, the rulebook's headings. subject_id: organisation and list, as in 3-department."""
    pk, _, kind = subject_id.partition("-")
    organisation, on = Organisation.objects.get(pk=pk), timezone.localdate()
    made = item_table.table_of(organisation, on, kind)
    context = {"table": made, "bureau_name": organisation.name, "on": on, "doc_no": f"截至 {on}"}
    return Page("registry/item_list_print.html", made.title, context)


def may_read(user: User, subject_id: str) -> bool:
    return can(user, "registry.view")
