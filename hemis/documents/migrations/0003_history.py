from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory("documents_document", hidden=("payload", "token")),
    ]
