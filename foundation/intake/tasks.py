"""Work on long files in the background; safe to repeat."""

from celery import shared_task


@shared_task(acks_late=True)
def work_on(kind: str, batch_id: int) -> None:
    from django.utils import timezone

    from foundation.intake import jobs

    jobs.work(kind, batch_id, timezone.localdate())
