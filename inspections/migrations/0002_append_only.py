from django.db import migrations

from foundation.ledger.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]

    operations = [
        AppendOnly("evidence"),
        AppendOnly("record"),
        AppendOnly("signature"),
        AppendOnly("review"),
    ]
