"""The price of relearning, and the change of a contract that it makes."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0055_relearning"),
        ("documents", "0005_drawn_when_opened"),
        ("finance", "0030_payout_guards"),
        ("movement", "0025_leave_for_a_relative"),
        ("students", "0009_joint_and_targeted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RelearningPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.0001"))],
                        verbose_name="price of a credit, soʻm",
                    ),
                ),
                ("valid_from", models.DateField(unique=True, verbose_name="holds from")),
                ("document", models.CharField(max_length=1024, verbose_name="decision")),
            ],
            options={
                "verbose_name": "price of relearning",
                "verbose_name_plural": "prices of relearning",
                "ordering": ["-valid_from"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="contractchange",
            name="contract_change_kind",
        ),
        migrations.AddField(
            model_name="contractchange",
            name="relearning",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contract_change",
                to="curriculum.relearning",
                verbose_name="relearning",
            ),
        ),
        migrations.AlterField(
            model_name="contractchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("transfer", "transfer to another programme"),
                    ("form", "another form of education"),
                    ("leave", "academic leave"),
                    ("left", "study has ended"),
                    ("grant", "goes on to study on a grant"),
                    ("relearning", "a subject is studied anew"),
                ],
                max_length=16,
                verbose_name="change",
            ),
        ),
        migrations.AlterField(
            model_name="contractchange",
            name="order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contract_changes",
                to="movement.order",
                verbose_name="order",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["transfer", "form", "leave", "left", "grant", "relearning"])
                ),
                name="contract_change_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "relearning"), ("order", None), ("relearning__isnull", False)),
                    models.Q(
                        models.Q(("kind", "relearning"), _negated=True),
                        ("order__isnull", False),
                        ("relearning", None),
                    ),
                    _connector="OR",
                ),
                name="contract_change_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="relearningprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="relearning_price_positive"
            ),
        ),
    ]
