"""Scheduled work; safe to repeat."""

from celery import shared_task


@shared_task
def open_tasks() -> None:
    """Open what has to be published and set deadlines right, for every organisation."""
    from django.utils import timezone

    from disclosure import actions
    from foundation.organisation.models import Organisation

    for organisation in Organisation.objects.order_by("pk"):
        actions.ensure_tasks(organisation=organisation, on=timezone.localdate())
