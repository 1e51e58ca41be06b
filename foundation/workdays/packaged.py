"""The announced years that ship with the software, from the chinesecalendar package (State Council notices)."""

from functools import lru_cache
from importlib.metadata import version

from chinese_calendar.constants import Holiday, holidays, workdays

from .rules import Calendar, SpecialDay

_NAMES = {holiday.value: holiday.chinese for holiday in Holiday}


def package_source(year: int) -> str:
    return f"国务院办公厅{year}年放假通知（据 chinesecalendar {version('chinesecalendar')}）"


@lru_cache(maxsize=1)
def official_calendar() -> Calendar:
    """Calendar of the years the package knows (2004 on); no database."""
    special = {day: SpecialDay("rest", _NAMES.get(name, name)) for day, name in holidays.items()}
    special |= {day: SpecialDay("work", _NAMES.get(name, name)) for day, name in workdays.items()}
    years = {day.year for day in special}
    return Calendar(special, {year: package_source(year) for year in sorted(years)})
