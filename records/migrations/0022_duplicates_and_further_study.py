"""Term and fee of duplicates of diplomas; the kind of study that goes on after graduation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0021_papers_guards"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="attestationrule",
            options={
                "ordering": ["code", "-valid_from"],
                "verbose_name": "rule of state attestation and diplomas",
                "verbose_name_plural": "rules of state attestation and diplomas",
            },
        ),
        migrations.AddField(
            model_name="diploma",
            name="applied_on",
            field=models.DateField(null=True, verbose_name="applied on"),
        ),
        migrations.AddField(
            model_name="diploma",
            name="due_on",
            field=models.DateField(null=True, verbose_name="to be issued until"),
        ),
        migrations.AddField(
            model_name="diploma",
            name="fee",
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="fee, soʻm"),
        ),
        migrations.AddField(
            model_name="diploma",
            name="fee_paid",
            field=models.CharField(
                blank=True,
                help_text="Receipt or payment order: number, date.",
                max_length=255,
                verbose_name="payment of the fee",
            ),
        ),
        migrations.AddField(
            model_name="diploma",
            name="fee_steps",
            field=models.JSONField(default=list, verbose_name="how the fee is found"),
        ),
        migrations.AddField(
            model_name="employment",
            name="study_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("11", "master's degree"),
                    ("14", "clinical residency"),
                    ("15", "doctorate"),
                    ("16", "second higher education"),
                    ("17", "retraining"),
                ],
                max_length=2,
                verbose_name="kind of further study",
            ),
        ),
        migrations.AlterField(
            model_name="attestationrule",
            name="code",
            field=models.CharField(
                choices=[
                    ("commission.members", "members of a commission, at least"),
                    ("commission.employers", "share of employers in a commission, %, at least"),
                    ("commission.quorum", "members present at a session, %, more than"),
                    ("topic.supervised", "topics of one supervisor in a year, at most (0: no limit)"),
                    ("repeat.years", "years within which a failed attestation may be repeated"),
                    ("duplicate.fee", "fee of a duplicate of a diploma, base amounts of reckoning"),
                    ("duplicate.days", "working days within which a duplicate is issued"),
                ],
                max_length=32,
                verbose_name="figure",
            ),
        ),
        migrations.AddConstraint(
            model_name="diploma",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("applied_on", None), ("due_on", None), ("fee", None)),
                    models.Q(
                        ("applied_on__isnull", False),
                        ("due_on__gte", models.F("applied_on")),
                        ("duplicate_of__isnull", False),
                        ("fee__gte", 0),
                    ),
                    _connector="OR",
                ),
                name="duplicate_has_term_and_fee",
            ),
        ),
        migrations.AddConstraint(
            model_name="diploma",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "handed"), _negated=True),
                    ("fee", None),
                    ("fee", 0),
                    models.Q(("fee_paid", ""), _negated=True),
                    _connector="OR",
                ),
                name="duplicate_handed_is_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="employment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("study_kind", ""),
                    models.Q(("status", "studying"), ("study_kind__in", ["11", "14", "15", "16", "17"])),
                    _connector="OR",
                ),
                name="kind_of_further_study",
                violation_error_message="A kind of study is said of who studies on, and of nobody else.",
            ),
        ),
    ]
