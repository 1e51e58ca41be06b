"""Statutory days off (法定节假日), for years whose notice is not out yet.

《全国年节及纪念日放假办法》 as amended by State Council order 795, in force from 2025-01-01: 13 days.
Days by the lunar calendar come from the table below: dates by GB/T 33661-2017 (农历的编算和颁行). New moons near
midnight (2027-02-06 23:56, 2030-02-03 00:07 Beijing time) were computed again; some libraries have them a day
off. A year that is not in the table has only its solar days. Either way the year stays provisional.
"""

from datetime import date, timedelta

# year: 春节 (正月初一), 清明, 端午, 中秋 as month-day
LUNAR_DAYS: dict[int, tuple[str, str, str, str]] = {
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
    2031: ("01-23", "04-05", "06-24", "10-01"),
    2032: ("02-11", "04-04", "06-12", "09-19"),
    2033: ("01-31", "04-04", "06-01", "09-08"),
    2034: ("02-19", "04-05", "06-20", "09-27"),
    2035: ("02-08", "04-05", "06-10", "09-16"),
}
_SOLAR = (("01-01", "元旦"), ("05-01", "劳动节"), ("05-02", "劳动节"))
_NATIONAL = (("10-01", "国庆节"), ("10-02", "国庆节"), ("10-03", "国庆节"))


def statutory_days(year: int) -> dict[date, str]:
    """Statutory days of a year and their names; `lunar_known(year)` tells whether the lunar ones are in."""
    days = {_day(year, text): name for text, name in (*_SOLAR, *_NATIONAL)}
    if year not in LUNAR_DAYS:
        return days
    spring, *others = LUNAR_DAYS[year]
    new_year = _day(year, spring)
    for offset in range(-1, 3):
        days[new_year + timedelta(days=offset)] = "春节"
    for text, name in zip(others, ("清明节", "端午节", "中秋节"), strict=True):
        days.setdefault(_day(year, text), name)
    return days


def lunar_known(year: int) -> bool:
    return year in LUNAR_DAYS


def _day(year: int, text: str) -> date:
    return date.fromisoformat(f"{year:04}-{text}")
