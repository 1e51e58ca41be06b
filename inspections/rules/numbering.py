"""Numbers of visits and notices."""


def visit_number(draw: str, serial: int) -> str:
    """140500-2026Q4-01 and 3 → 140500-2026Q4-01-003; never used twice."""
    return f"{draw}-{serial:03}"


def notice_number(short_name: str, year: int, serial: int) -> str:
    """青环 2026 12 → 青环检通〔2026〕12号"""
    return f"{short_name}检通〔{year}〕{serial}号"


def handover_number(short_name: str, year: int, serial: int) -> str:
    """青环 2026 2 → 青环检移〔2026〕2号"""
    return f"{short_name}检移〔{year}〕{serial}号"


def notice_count(count: int, cap: int | None) -> str:
    """本年度第 n 次 / 上限 m 次, as the notice says it."""
    limit = f"，规则规定的上限为 {cap} 次" if cap is not None else "，规则对该对象没有规定次数上限"
    return f"本年度第 {count} 次检查{limit}"
