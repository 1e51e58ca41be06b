"""What is known of an inspection when it is to be published; filled from the database, read by `records`."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ItemFacts:
    """One item as checked. `result`: code of the rulebook, `result_zh` its words; `problems` notes of faulty lines."""

    name: str
    result: str
    result_zh: str
    contents: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    key: int = 0


@dataclass(frozen=True)
class FollowUpFacts:
    """kind: rectification, case, referral or pending; `item` = key of the item, 0 for the whole visit."""

    kind: str
    done: bool
    opened_on: date
    due_on: date | None = None
    closed_on: date | None = None
    demand: str = ""
    handed_to: str = ""
    note: str = ""
    item: int = 0


@dataclass(frozen=True)
class PersonFacts:
    name: str
    certificate_no: str
    auxiliary: bool = False


@dataclass(frozen=True)
class TargetFacts:
    """`private_names`: contact and legal representative, never published, taken out of free text."""

    name: str
    kind_zh: str
    area: str
    tier: str = ""
    short_name: str = ""
    former_names: tuple[str, ...] = ()
    entity_name: str = ""
    uscc: str = ""
    uid: str = ""
    initials: str = ""
    private_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class DrawFacts:
    """`opening`: {"c", "salt", "record"} once the name may be verified, else None."""

    number: str
    held_on: date
    code: str
    commitment: str
    head: str
    opening: dict | None = None
    plan: str = ""
    directed: bool = False
    also: tuple["OtherDraw", ...] = ()


@dataclass(frozen=True)
class OtherDraw:
    """Another draw that hit the same target and was merged into this inspection. source: AMB-26"""

    number: str
    code: str
    commitment: str
    opening: dict | None = None


@dataclass(frozen=True)
class JointFacts:
    """The joint check a result is part of; only the own department's items are in the result. source: NM-7.2"""

    plan: str
    task: str
    lead: str
    participants: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResultFacts:
    """One completed inspection. `waived`: the other check that stood in for it, empty when it took place. source: AMB-41"""

    organisation_code: str
    organisation: str
    rulebook_id: str
    rulebook: str
    rulebook_hash: str
    period: str
    checked_on: date
    completed_on: date
    mode_zh: str
    outcome: str
    outcome_zh: str
    target: TargetFacts
    draw: DrawFacts
    items: tuple[ItemFacts, ...] = ()
    followups: tuple[FollowUpFacts, ...] = ()
    team: tuple[PersonFacts, ...] = ()
    production_zh: str = ""
    waived: str = ""
    joint: JointFacts | None = None
