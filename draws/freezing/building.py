"""All parts of the freeze put together."""

from datetime import date
from typing import Any

from draws.freezing.exclusions import set_aside
from draws.freezing.frame import Frame, Material
from draws.freezing.manifest import (
    befores_of,
    make_manifest,
    moved_warnings,
    places_wanted,
    skill_warnings,
    strata_of,
)
from draws.freezing.roster import Roster, recusal_rows
from draws.freezing.targets import memberships, target_rows
from draws.models import Draw
from draws.rules import ladder, privacy
from draws.rules.mc1.manifest import freeze_hash
from draws.secrets import Secrets
from foundation.errors import RuleBroken


def build(draw: Draw, kept: Secrets, on: date, prev: dict[str, Any] | None, *, dry: bool = False) -> Material:
    """The material of the freeze.

    kept: the secrets that make salts and commitments · prev: link to the previous formal draw
    dry: for a trial; seats and chain B may still be missing
    raises: RuleBroken or Mc1Error naming what in the lists contradicts the protocol
    """
    frame = Frame.of(draw, kept, on)
    if not frame.strata:
        raise RuleBroken("没有抽取层，不能冻结。请先选择配额。", code="no_quota")
    members, roster = set_aside(draw, memberships(frame)), Roster(frame)
    befores = befores_of(frame)
    strata = strata_of(frame, befores)
    share = ladder.equal_share(places_wanted(frame, strata, members), roster.available())
    targets, inspectors = target_rows(frame, members), roster.rows(share)
    recusals = recusal_rows(frame, targets, inspectors)
    manifest = make_manifest(frame, prev, strata, targets, inspectors, recusals, share=share, dry=dry)
    warnings = privacy.warnings_of((row.row[65:] for row in targets), len(inspectors))
    warnings += moved_warnings(frame, members)
    warnings += skill_warnings(frame, roster.held())
    return Material(
        manifest,
        freeze_hash(frame.suite, manifest),
        targets,
        inspectors,
        recusals,
        frame.legend,
        befores,
        warnings,
    )
