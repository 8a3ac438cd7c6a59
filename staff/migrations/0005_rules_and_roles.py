import datetime

from django.db import migrations

ALWAYS = datetime.date(2000, 1, 1)
RULES = (
    ("max_rates", "1.50", "VMQ 297/2012: 1,00 asosiy stavka va oʻrindoshlik normaning yarmigacha"),
    ("development_months", "36", "PF-4732/2015: kamida uch yilda bir marta"),
    ("term_months", "60", "VMQ 20/2006: besh yilgacha"),
    ("soon_months", "6", "Universitet qoidasi"),
)
# Post, kind of unit → role; what else brings a role is the university's to say.
ROLES = (
    ("20", "", "rectorate"),
    ("25", "11", "dean"),
    ("16", "12", "head"),
    ("34", "", "tutor"),
    *((post, "12", "teacher") for post in ("11", "12", "13", "14", "15", "16", "29")),
)


def fill(apps, schema_editor):
    """The figures of the law, the roles of posts, and a diploma yet to be entered for each degree on a card."""
    rule, post_role = apps.get_model("staff", "StaffRule"), apps.get_model("staff", "PostRole")
    rule.objects.bulk_create(
        rule(kind=kind, value=value, valid_from=ALWAYS, basis=basis) for kind, value, basis in RULES
    )
    post_role.objects.bulk_create(
        post_role(post=post, unit_kind=kind, role=role) for post, kind, role in ROLES
    )
    degree, employee = apps.get_model("staff", "Degree"), apps.get_model("staff", "Employee")
    for one in employee.objects.exclude(academic_degree__in=["", "10"], academic_rank__in=["", "10"]):
        if one.academic_degree not in ("", "10"):
            degree.objects.create(employee=one, kind="degree", degree=one.academic_degree)
        if one.academic_rank not in ("", "10"):
            degree.objects.create(employee=one, kind="rank", rank=one.academic_rank)


def empty(apps, schema_editor):
    apps.get_model("staff", "StaffRule").objects.all().delete()
    apps.get_model("staff", "PostRole").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_history_of_growth")]

    operations = [
        migrations.RunPython(fill, empty),
    ]
