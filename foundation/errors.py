"""The one base of every expected failure."""


class RuleBroken(Exception):
    """A rule says no. `message` states the fact and the remedy in Chinese; `code` names the rule; `clause` its source."""

    code = "rule_broken"

    def __init__(self, message: str, *, code: str = "", clause: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.clause = clause
        self.facts = facts


class NotAllowed(RuleBroken):
    """The person may not do this."""

    code = "not_allowed"


class OutOfOrder(RuleBroken):
    """The state of the thing does not allow this now."""

    code = "out_of_order"
