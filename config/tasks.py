"""Housekeeping tasks that belong to no app."""

from celery import shared_task


@shared_task
def redispatch_late_jobs() -> None:
    """Send again the documents and imports whose message the broker lost (safe to repeat)."""
    from foundation.documents import actions
    from foundation.intake import jobs

    actions.redispatch_late()
    jobs.redispatch_late()
