import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_drawn_when_opened"),
        ("finance", "0008_whole_money_guards"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("bank", "bank account"),
                            ("cash", "cash desk"),
                            ("transit", "money on its way from cards and payment systems"),
                            ("students", "owed by students"),
                            ("unmatched", "receipts not yet assigned"),
                            ("fees", "fees charged"),
                            ("discounts", "discounts and reductions given"),
                            ("other", "other receipts"),
                        ],
                        editable=False,
                        max_length=16,
                        unique=True,
                        verbose_name="serves",
                    ),
                ),
                ("number", models.CharField(max_length=8, verbose_name="number")),
                ("name", models.CharField(max_length=255, verbose_name="name")),
            ],
            options={
                "verbose_name": "account of the ledger",
                "verbose_name_plural": "chart of accounts",
                "ordering": ["number", "purpose"],
                "constraints": [
                    models.CheckConstraint(
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
                                ],
                            )
                        ),
                        name="account_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^[0-9]{2,8}$")), name="account_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="file")),
                (
                    "account",
                    models.CharField(blank=True, max_length=32, verbose_name="account of the university"),
                ),
                ("date_from", models.DateField(verbose_name="from")),
                ("date_to", models.DateField(verbose_name="to")),
                ("lines", models.PositiveIntegerField(verbose_name="receipts in the file")),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, verbose_name="sum of the receipts, soʻm"
                    ),
                ),
                ("added", models.PositiveIntegerField(verbose_name="new receipts")),
                ("matched", models.PositiveIntegerField(verbose_name="matched at once")),
                ("imported_at", models.DateTimeField(auto_now_add=True, verbose_name="imported at")),
                (
                    "imported_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="imported by",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank statement",
                "verbose_name_plural": "bank statements",
                "ordering": ["-imported_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("date_from__lte", models.F("date_to"))), name="statement_days"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(unique=True, verbose_name="month")),
                ("closed_at", models.DateTimeField(auto_now_add=True, verbose_name="closed at")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "closed month",
                "verbose_name_plural": "closed months",
                "ordering": ["-month"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="closed_month_first_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="row of the file")),
                ("date", models.DateField(verbose_name="date")),
                (
                    "number",
                    models.CharField(blank=True, max_length=32, verbose_name="number of the payment order"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount, soʻm")),
                ("payer", models.CharField(blank=True, max_length=255, verbose_name="payer")),
                (
                    "payer_tin",
                    models.CharField(blank=True, max_length=14, verbose_name="payer's STIR or PINFL"),
                ),
                (
                    "payer_account",
                    models.CharField(blank=True, max_length=32, verbose_name="payer's account"),
                ),
                ("purpose", models.CharField(blank=True, max_length=1000, verbose_name="purpose")),
                ("fingerprint", models.CharField(editable=False, max_length=32)),
                ("occurrence", models.PositiveSmallIntegerField(editable=False)),
                (
                    "matched_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("contract", "contract number"),
                            ("pinfl", "PINFL"),
                            ("student", "student number"),
                            ("name", "name"),
                        ],
                        max_length=16,
                        verbose_name="found by",
                    ),
                ),
                ("confidence", models.PositiveSmallIntegerField(default=0, verbose_name="confidence, %")),
                ("doubt", models.CharField(blank=True, max_length=16, verbose_name="why it waits")),
                (
                    "assigned",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="assigned, soʻm"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="finance.bankstatement",
                        verbose_name="bank statement",
                    ),
                ),
                (
                    "suggested",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="finance.contract",
                        verbose_name="suggested contract",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "ordering": ["-date", "-pk"],
                "indexes": [
                    models.Index(fields=["date", "amount"], name="line_date_amount"),
                    models.Index(
                        condition=models.Q(("assigned__lt", models.F("amount"))),
                        fields=["date"],
                        name="line_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fingerprint", "occurrence"), name="line_counts_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="line_amount"),
                    models.CheckConstraint(
                        condition=models.Q(("assigned__gte", 0), ("assigned__lte", models.F("amount"))),
                        name="line_not_assigned_twice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__lte", 100)), name="line_confidence"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                (
                    "number",
                    models.CharField(blank=True, max_length=64, verbose_name="number of the document"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount, soʻm")),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("statement", "bank statement"),
                            ("bank", "bank, entered by hand"),
                            ("cash", "cash desk"),
                            ("terminal", "card terminal"),
                            ("payme", "Payme"),
                            ("click", "Click"),
                            ("refund", "given back"),
                        ],
                        max_length=16,
                        verbose_name="how it was paid",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="finance.statementline",
                        verbose_name="line of a bank statement",
                    ),
                ),
                ("payer", models.CharField(blank=True, max_length=255, verbose_name="payer")),
                ("comment", models.CharField(blank=True, max_length=255, verbose_name="comment")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="entered at")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="finance.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="finance.payment",
                        verbose_name="reverses",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["-date", "-pk"],
                "indexes": [models.Index(fields=["date", "id"], name="payment_date")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("means", "refund"), _negated=True),
                                models.Q(
                                    models.Q(("amount__gt", 0), ("reverses", None)),
                                    models.Q(("amount__lt", 0), ("reverses__isnull", False)),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                ("means", "refund"),
                                models.Q(
                                    models.Q(("amount__lt", 0), ("reverses", None)),
                                    models.Q(("amount__gt", 0), ("reverses__isnull", False)),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="payment_sign",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "means__in",
                                ["statement", "bank", "cash", "terminal", "payme", "click", "refund"],
                            )
                        ),
                        name="payment_means",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("line__isnull", False), ("means", "statement")),
                            models.Q(models.Q(("means", "statement"), _negated=True), ("line", None)),
                            _connector="OR",
                        ),
                        name="payment_of_statement_has_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reverses", None), models.Q(("means", "refund"), _negated=True)),
                            models.Q(("comment", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_taken_back_has_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("reverses", None),
                            models.Q(("means", "statement"), _negated=True),
                            models.Q(("number", ""), _negated=True),
                        ),
                        fields=("contract", "means", "number", "date", "amount"),
                        name="payment_entered_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PutAside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount, soʻm")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("other", "other receipt: not a fee of a student"),
                            (
                                "transit",
                                "transfer of a payment system or card terminal: counted payment by payment already",
                            ),
                        ],
                        default="other",
                        max_length=16,
                        verbose_name="what it is",
                    ),
                ),
                ("reason", models.CharField(max_length=255, verbose_name="reason")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="put aside at")),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="brought back at")),
                (
                    "lifted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="brought back by",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="put aside by",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asides",
                        to="finance.statementline",
                        verbose_name="receipt",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt put aside",
                "verbose_name_plural": "receipts put aside",
                "ordering": ["-made_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), models.Q(("reason", ""), _negated=True)),
                        name="aside_amount_and_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["other", "transit"])), name="aside_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="document",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="finance.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt of a payment",
                "verbose_name_plural": "receipts of payments",
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                (
                    "kind",
                    models.CharField(
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
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="amount, soʻm")),
                ("document", models.CharField(max_length=64, verbose_name="document")),
                ("document_date", models.DateField(verbose_name="date of the document")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="posted at")),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="finance.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "credit",
                    models.ForeignKey(
                        db_column="credit",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="finance.account",
                        to_field="purpose",
                        verbose_name="credit",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        db_column="debit",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="finance.account",
                        to_field="purpose",
                        verbose_name="debit",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="posted by",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="finance.payment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="finance.statementline",
                        verbose_name="line of a bank statement",
                    ),
                ),
            ],
            options={
                "verbose_name": "posting",
                "verbose_name_plural": "journal of accounting",
                "ordering": ["-date", "-pk"],
                "indexes": [
                    models.Index(fields=["contract", "date"], name="posting_contract"),
                    models.Index(fields=["date", "id"], name="posting_date"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="posting_amount"),
                    models.CheckConstraint(
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
                                ],
                            ),
                            models.Q(("debit", models.F("credit")), _negated=True),
                        ),
                        name="posting_two_accounts",
                    ),
                    models.CheckConstraint(
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
                                ],
                            )
                        ),
                        name="posting_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("debit", "students"), _negated=True),
                                models.Q(("credit", "students"), _negated=True),
                            ),
                            ("contract__isnull", False),
                            _connector="OR",
                        ),
                        name="posting_of_contract",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymeTransaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payme_id", models.CharField(max_length=32, unique=True, verbose_name="number at Payme")),
                ("time", models.BigIntegerField(db_index=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount, soʻm")),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[
                            (1, "created"),
                            (2, "paid"),
                            (-1, "cancelled before it was paid"),
                            (-2, "cancelled after it was paid"),
                        ],
                        default=1,
                        verbose_name="state",
                    ),
                ),
                ("create_time", models.BigIntegerField()),
                ("perform_time", models.BigIntegerField(default=0)),
                ("cancel_time", models.BigIntegerField(default=0)),
                ("reason", models.SmallIntegerField(null=True, verbose_name="reason of cancelling")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="finance.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="finance.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "transaction of Payme",
                "verbose_name_plural": "transactions of Payme",
                "ordering": ["-time", "-pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payme_amount"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", [1, 2, -1, -2])), name="payme_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payment", None), ("state__in", [1, -1])),
                            models.Q(("payment__isnull", False), ("state__in", [2, -2])),
                            _connector="OR",
                        ),
                        name="payme_paid_has_payment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClickTransaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("click_trans_id", models.BigIntegerField(unique=True, verbose_name="number at Click")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount, soʻm")),
                (
                    "state",
                    models.CharField(
                        choices=[("prepared", "prepared"), ("paid", "paid"), ("cancelled", "cancelled")],
                        default="prepared",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("prepared_at", models.DateTimeField(auto_now_add=True, verbose_name="prepared at")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="finance.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="finance.payment",
                        verbose_name="payment",
                    ),
                ),
            ],
            options={
                "verbose_name": "transaction of Click",
                "verbose_name_plural": "transactions of Click",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="click_amount"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payment", None), ("state__in", ["prepared", "cancelled"])),
                            models.Q(("payment__isnull", False), ("state", "paid")),
                            _connector="OR",
                        ),
                        name="click_paid_has_payment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DebtReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="owed, soʻm")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="finance.contract",
                        verbose_name="contract",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder of a debt",
                "verbose_name_plural": "reminders of debts",
                "ordering": ["-day"],
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "day"), name="reminded_once_a_day")
                ],
            },
        ),
    ]
