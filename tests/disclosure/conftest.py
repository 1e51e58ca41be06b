"""Holiday years as the tests want them."""

import pytest

from foundation.workdays.models import HolidayYear


@pytest.fixture
def holidays_2026(db):
    """2026 as shipped; the year after is not announced."""
    HolidayYear.objects.filter(year__gt=2026).delete()
    return HolidayYear.objects.final()
