"""Scheduled work; safe to repeat."""

from celery import shared_task


@shared_task
def bring_up_to_date() -> None:
    """Posts that begin or end today, renewals that take over, for every organisation."""
    from django.utils import timezone

    from foundation.organisation.models import Organisation
    from personnel import actions

    for organisation in Organisation.objects.order_by("pk"):
        actions.bring_up_to_date(organisation=organisation, on=timezone.localdate())
