from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("classifiers", "0001_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory("classifiers_classifieritem"),
        TrackHistory("classifiers_classifierlist", key="code"),
    ]
