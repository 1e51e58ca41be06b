"""PostgreSQL only: an index over the pieces of the search text."""

from django.db import migrations

from registry.pieces import build, drop


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_target_upkeep")]

    operations = [migrations.RunPython(build, drop)]
