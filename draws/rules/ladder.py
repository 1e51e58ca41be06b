"""From the rulebook's team table to the frozen ladder, and the equal share. source: draw-protocol.md §8, AMB-23, AMB-49, AMB-50"""

from collections.abc import Collection

from draws.rules.protocol import SPARE_VISITS

UNBOUNDED = 999


def equal_share(seats: int, available: int) -> int:
    """Visits one inspector may get: an equal share of all seats, rounded up, and a little to spare."""
    if not available:
        return 0
    return min(-(-seats // available) + SPARE_VISITS, UNBOUNDED)


def ladder_of(match: Collection[str], *, match_local: bool, share: int) -> list[dict]:
    """Rungs from strict to wide: all filters, more places, without expertise, wider reach, anybody.

    match: `team.match` of the rulebook; of its factors only area and expertise narrow who may come.
    """
    reaches = (["area"] if "area" in match else []) + (["body"] if match_local else []) + ["any"]
    skill = "expertise" in match
    more = min(max(share, 1), UNBOUNDED)
    rungs = [_rung(0, reaches[0], skill), _rung(more, reaches[0], skill)]
    if skill:
        rungs.append(_rung(more, reaches[0], False))
    rungs += [_rung(more, reach, False) for reach in reaches[1:]]
    return [*rungs, _rung(UNBOUNDED, "any", False)]


def sentence_of(rung: dict) -> str:
    """One rung in words for the screen and the minutes."""
    reach = {"area": "片区内", "body": "管辖单位内", "any": "全局"}[rung["reach"]]
    skill = "，专业对口" if rung["skill"] else ""
    more = rung["cap_add"]
    places = "" if not more else "，次数不限" if more == UNBOUNDED else f"，每人可多查 {more} 家"
    return f"{reach}人员{skill}{places}"


def _rung(cap_add: int, reach: str, skill: bool) -> dict:
    return {"cap_add": cap_add, "reach": reach, "skill": skill}
