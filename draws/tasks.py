"""Work outside the request; safe to repeat."""

from celery import shared_task


@shared_task(acks_late=True)
def rehearse_seeds(run_id: int) -> None:
    from draws import actions

    actions.run_seeds(run_id)
