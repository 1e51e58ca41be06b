"""The only writers of this app, one module per noun."""

from disclosure.actions.objections import answer, receive
from disclosure.actions.publishing import (
    Batch,
    approve,
    approve_all,
    exempt,
    propose,
    propose_all,
    publish,
    publish_all,
    return_,
)
from disclosure.actions.tasks import ensure_tasks, refresh_deadlines
from disclosure.actions.versions import correct, withdraw

object_ = receive

__all__ = [
    "Batch", "answer", "approve", "approve_all", "correct", "ensure_tasks", "exempt", "object_", "propose", "propose_all",
    "publish", "publish_all", "receive",
    "refresh_deadlines", "return_", "withdraw",
]  # fmt: skip
