"""Keys of second factors that lie in clear are sealed; the way back opens them again."""

from django.db import migrations

from hemis.access import sealing


def _rewrite(apps, change) -> None:
    rows = apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"])
    for one in rows.iterator():
        data = change(one.data)
        if data != one.data:
            one.data = data
            one.save(update_fields=["data"])


def seal(apps, schema_editor) -> None:
    _rewrite(apps, sealing.seal_data)


def unseal(apps, schema_editor) -> None:
    _rewrite(apps, sealing.unseal_data)


class Migration(migrations.Migration):
    dependencies = [("access", "0005_history_of_sign_in"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal, unseal)]
