"""The announced years that ship with the software, from the chinesecalendar package."""

from importlib.metadata import version

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db import migrations

NAMES = {holiday.value: holiday.chinese for holiday in Holiday}
SOURCE = "国务院办公厅{year}年放假通知（据 chinesecalendar {version}）"


def seed(apps, schema_editor):
    year_model, day_model = (apps.get_model("workdays", name) for name in ("HolidayYear", "Holiday"))
    using = schema_editor.connection.alias
    years = sorted({day.year for day in (*holidays, *workdays)})
    year_model.objects.using(using).bulk_create(
        year_model(
            year=year,
            status="final",
            source=SOURCE.format(year=year, version=version("chinesecalendar")),
        )
        for year in years
    )
    day_model.objects.using(using).bulk_create(
        day_model(year_id=day.year, date=day, kind=kind, name=NAMES.get(name, name))
        for kind, days in (("rest", holidays), ("work", workdays))
        for day, name in sorted(days.items())
    )


def clear(apps, schema_editor):
    """The tables are dropped by the migration before this one; rows entered since then go with them."""
    using = schema_editor.connection.alias
    apps.get_model("workdays", "Holiday").objects.using(using).all().delete()
    apps.get_model("workdays", "HolidayYear").objects.using(using).all().delete()


class Migration(migrations.Migration):
    dependencies = [("workdays", "0001_initial")]
    operations = [migrations.RunPython(seed, clear)]
