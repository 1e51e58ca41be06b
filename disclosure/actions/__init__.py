"""The only writers of this app, one module per noun."""

from disclosure.actions.objections import answer, receive
from disclosure.actions.publishing import approve, exempt, propose, publish, return_
from disclosure.actions.tasks import ensure_tasks, refresh_deadlines
from disclosure.actions.versions import correct, withdraw

object_ = receive

__all__ = [
    "answer", "approve", "correct", "ensure_tasks", "exempt", "object_", "propose", "publish", "receive",
    "refresh_deadlines", "return_", "withdraw",
]  # fmt: skip
