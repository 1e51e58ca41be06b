"""Expected refusals of this app."""

from foundation.errors import RuleBroken


class StepRefused(RuleBroken):
    """MC1 does not allow this step now."""

    code = "step_refused"


class SecretLost(RuleBroken):
    """The sealed secrets cannot be opened with the present SECRET_KEY."""

    code = "secret_lost"


class NotYetPublic(RuleBroken):
    """This audience may not have the file yet."""

    code = "not_yet_public"
