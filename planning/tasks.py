"""Work outside the request; safe to repeat."""

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string


@shared_task(acks_late=True)
def simulate_year(simulation_id: int) -> None:
    from planning import actions

    actions.run_simulation(simulation_id, import_string(settings.YEAR_LOTTERY))
