from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('personnel', '0002_import_parts'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='personnelimport',
            name='changes',
        ),
    ]
