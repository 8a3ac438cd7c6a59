"""The program's own lists, and codes that are neither deleted nor renumbered."""

from django.db import migrations


def fill(apps, schema_editor):
    from hemis.classifiers.loading import load_builtin

    load_builtin(
        apps.get_model("classifiers", "ClassifierList"), apps.get_model("classifiers", "ClassifierItem")
    )


KEEP = """
CREATE FUNCTION hemis_classifier_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Classifier codes are retired, never deleted or renumbered.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER classifier_kept BEFORE DELETE ON classifiers_classifieritem
    FOR EACH ROW EXECUTE FUNCTION hemis_classifier_kept();
CREATE TRIGGER classifier_code_kept BEFORE UPDATE OF code, list_id ON classifiers_classifieritem
    FOR EACH ROW WHEN (OLD.code <> NEW.code OR OLD.list_id <> NEW.list_id) EXECUTE FUNCTION hemis_classifier_kept();
"""
UNKEEP = """
DROP TRIGGER classifier_code_kept ON classifiers_classifieritem;
DROP TRIGGER classifier_kept ON classifiers_classifieritem;
DROP FUNCTION hemis_classifier_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("classifiers", "0002_history")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(KEEP, UNKEEP),
    ]
