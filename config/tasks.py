"""Housekeeping tasks that belong to no app."""

from celery import shared_task


@shared_task
def redispatch_late_jobs() -> None:
    """Send again the documents whose message the broker lost (safe to repeat)."""
    from foundation.documents import actions

    actions.redispatch_late()
