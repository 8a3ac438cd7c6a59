"""Who signed in, or tried to: a table that is only added to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FREEZE = """
CREATE FUNCTION hemis_sign_in_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of signing in is only added to.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER sign_in_frozen BEFORE UPDATE OR DELETE ON access_signin
    FOR EACH ROW EXECUTE FUNCTION hemis_sign_in_frozen();
"""
THAW = "DROP TRIGGER sign_in_frozen ON access_signin; DROP FUNCTION hemis_sign_in_frozen();"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_history_by_statement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("in", "signed in"),
                            ("out", "signed out"),
                            ("password", "wrong password"),
                            ("code", "wrong code of the second factor"),
                            ("held", "too many attempts: not tried"),
                            ("closed", "the account is closed"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True, verbose_name="address of the device")),
                ("agent", models.CharField(blank=True, max_length=255, verbose_name="browser")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in",
                "verbose_name_plural": "sign-ins",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["user", "-at"], name="sign_in_of_user"),
                    models.Index(fields=["-at"], name="sign_in_when"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["in", "out", "password", "code", "held", "closed"])
                        ),
                        name="sign_in_outcome",
                    )
                ],
            },
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
