from django.db import migrations

from foundation.ledger.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0001_initial")]

    operations = [AppendOnly("publication")]
