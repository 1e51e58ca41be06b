from celery import shared_task

from foundation.documents import actions


@shared_task(acks_late=True)
def make_document(document_id: int) -> None:
    actions.make(document_id)
