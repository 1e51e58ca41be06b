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


class EditedMeanwhile(RuleBroken):
    """Somebody else saved first. `differences`: [(field, label, theirs, yours)] still to be decided; `version`: theirs."""

    code = "edited_meanwhile"

    def __init__(self, differences: list[tuple[str, str, str, str]], version: int) -> None:
        words = "、".join(label for _, label, _, _ in differences) or "其他栏目"
        super().__init__(f"您编辑时，别人已保存了新版本，不同之处：{words}。请对照后再保存。")
        self.differences = differences
        self.version = version
