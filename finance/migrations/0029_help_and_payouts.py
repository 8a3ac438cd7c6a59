"""One-off help to students and its fund; what the bank paid of stipends and help."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0028_receipts_with_payments"),
        ("structure", "0005_guards"),
        ("students", "0009_joint_and_targeted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Aid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("help", "one-off help"),
                            ("award", "one-off stipend for talent and activity"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.0001"))],
                        verbose_name="amount, soʻm",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="what for")),
                ("decision", models.CharField(max_length=64, verbose_name="number of the decision")),
                ("decided_on", models.DateField(verbose_name="date of the decision")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="entered at")),
                (
                    "cancelled_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="cancelled at"),
                ),
                (
                    "cancel_reason",
                    models.CharField(blank=True, max_length=500, verbose_name="reason of the cancelling"),
                ),
            ],
            options={
                "verbose_name": "help to a student",
                "verbose_name_plural": "help to students",
                "ordering": ["-decided_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="AidFund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "is_confirmed",
                    models.BooleanField(
                        default=False,
                        help_text="Tick after comparing the figure with the act in force; until then pages mark the source as to be confirmed.",
                        verbose_name="compared with the act",
                    ),
                ),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        unique=True,
                        validators=[
                            django.core.validators.MinValueValidator(2000),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                        verbose_name="calendar year",
                    ),
                ),
                (
                    "stipend_budget",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="stipend budget of the year, soʻm",
                    ),
                ),
                (
                    "stipend_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=10,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="of the stipend budget, %",
                    ),
                ),
                (
                    "contract_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="of the contract income, %",
                    ),
                ),
                (
                    "most",
                    models.DecimalField(
                        decimal_places=2,
                        default=10,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="one sum, base stipends at most",
                    ),
                ),
                ("source", models.CharField(max_length=512, verbose_name="legal source")),
            ],
            options={
                "verbose_name": "fund of help to students",
                "verbose_name_plural": "funds of help to students",
                "ordering": ["-year"],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("date", models.DateField(verbose_name="date of the payment order")),
                ("number", models.CharField(max_length=32, verbose_name="number of the payment order")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="entered at")),
            ],
            options={
                "verbose_name": "payout to students",
                "verbose_name_plural": "payouts to students",
                "ordering": ["-date", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PayoutLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=20, verbose_name="card or account")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.0001"))],
                        verbose_name="amount, soʻm",
                    ),
                ),
                ("returned_on", models.DateField(null=True, verbose_name="returned on")),
                (
                    "return_reason",
                    models.CharField(blank=True, max_length=255, verbose_name="why the bank returned it"),
                ),
            ],
            options={
                "verbose_name": "line of a payout",
                "verbose_name_plural": "lines of payouts",
                "ordering": ["payout", "student__person__sort_key"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_purpose",
        ),
        migrations.RemoveConstraint(
            model_name="posting",
            name="posting_two_accounts",
        ),
        migrations.RemoveConstraint(
            model_name="posting",
            name="posting_kind",
        ),
        migrations.AlterField(
            model_name="account",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("bank", "bank account"),
                    ("cash", "cash desk"),
                    ("transit", "money on its way from cards and payment systems"),
                    ("students", "owed by students"),
                    ("unmatched", "receipts not yet assigned"),
                    ("fees", "fees charged"),
                    ("discounts", "discounts and reductions given"),
                    ("other", "other receipts"),
                    ("opening", "balances of earlier years"),
                    ("stipends", "stipends and help to students"),
                    ("payable", "owed to students: stipends and help"),
                ],
                editable=False,
                max_length=16,
                unique=True,
                verbose_name="serves",
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="kind",
            field=models.CharField(
                choices=[
                    ("charge", "fee by contract"),
                    ("change", "change of the fee"),
                    ("discount", "discount"),
                    ("cancelling", "contract cancelled"),
                    ("receipt", "receipt by bank statement"),
                    ("assigned", "receipt assigned to a contract"),
                    ("payment", "payment"),
                    ("aside", "receipt put aside"),
                    ("reversal", "reversal"),
                    ("refund", "refund"),
                    ("brought", "balance of an earlier year"),
                    ("stipend", "stipend list"),
                    ("aid", "help to a student"),
                    ("payout", "payout to students"),
                    ("payback", "payout returned by the bank"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "bank",
                            "cash",
                            "transit",
                            "students",
                            "unmatched",
                            "fees",
                            "discounts",
                            "other",
                            "opening",
                            "stipends",
                            "payable",
                        ],
                    )
                ),
                name="account_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "credit__in",
                        [
                            "bank",
                            "cash",
                            "transit",
                            "students",
                            "unmatched",
                            "fees",
                            "discounts",
                            "other",
                            "opening",
                            "stipends",
                            "payable",
                        ],
                    ),
                    (
                        "debit__in",
                        [
                            "bank",
                            "cash",
                            "transit",
                            "students",
                            "unmatched",
                            "fees",
                            "discounts",
                            "other",
                            "opening",
                            "stipends",
                            "payable",
                        ],
                    ),
                    models.Q(("debit", models.F("credit")), _negated=True),
                ),
                name="posting_two_accounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "charge",
                            "change",
                            "discount",
                            "cancelling",
                            "receipt",
                            "assigned",
                            "payment",
                            "aside",
                            "reversal",
                            "refund",
                            "brought",
                            "stipend",
                            "aid",
                            "payout",
                            "payback",
                        ],
                    )
                ),
                name="posting_kind",
            ),
        ),
        migrations.AddField(
            model_name="aid",
            name="cancelled_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cancelled by",
            ),
        ),
        migrations.AddField(
            model_name="aid",
            name="faculty",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="structure.unit",
                verbose_name="faculty",
            ),
        ),
        migrations.AddField(
            model_name="aid",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="aid",
            name="student",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="aids",
                to="students.student",
                verbose_name="student",
            ),
        ),
        migrations.AddConstraint(
            model_name="aidfund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contract_percent__range", (0, 100)),
                    ("most__gt", 0),
                    ("stipend_budget__gte", 0),
                    ("stipend_percent__range", (0, 100)),
                    ("year__range", (2000, 2100)),
                ),
                name="aid_fund_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="aidfund",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="aid_fund_has_source"
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="payoutline",
            name="aid",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payouts",
                to="finance.aid",
                verbose_name="help",
            ),
        ),
        migrations.AddField(
            model_name="payoutline",
            name="payout",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="finance.payout",
                verbose_name="payout",
            ),
        ),
        migrations.AddField(
            model_name="payoutline",
            name="returned_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="return entered by",
            ),
        ),
        migrations.AddField(
            model_name="payoutline",
            name="stipend_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payouts",
                to="finance.stipendline",
                verbose_name="stipend",
            ),
        ),
        migrations.AddField(
            model_name="payoutline",
            name="student",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payout_lines",
                to="students.student",
                verbose_name="student",
            ),
        ),
        migrations.AddConstraint(
            model_name="aid",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("kind__in", ["help", "award"])),
                name="aid_kind_and_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="aid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True), models.Q(("decision", ""), _negated=True)
                ),
                name="aid_has_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="aid",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancelled_at", None), models.Q(("cancel_reason", ""), _negated=True), _connector="OR"
                ),
                name="aid_cancelled_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="aid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("student", "kind", "decision", "decided_on"),
                name="aid_once_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(
                fields=("date", "number"),
                name="payout_once",
                violation_error_message="A payout by this payment order is entered already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", ""), _negated=True), name="payout_has_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("aid__isnull", False), ("stipend_line", None)),
                    models.Q(("aid", None), ("stipend_line__isnull", False)),
                    _connector="OR",
                ),
                name="payout_line_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.CheckConstraint(
                condition=models.Q(("account__regex", "^(\\d{16}|\\d{20})$"), ("amount__gt", 0)),
                name="payout_line_sum_and_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_on", None), models.Q(("return_reason", ""), _negated=True), _connector="OR"
                ),
                name="payout_return_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("returned_on", None)), fields=("stipend_line",), name="stipend_paid_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("returned_on", None)), fields=("aid",), name="aid_paid_once"
            ),
        ),
    ]
