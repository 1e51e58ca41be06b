from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0003_import_parts'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='importbatch',
            name='changes',
        ),
    ]
