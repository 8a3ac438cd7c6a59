"""The guard of what is studied anew is asked for such registrations alone: half-years are registered by thousands."""

from django.db import migrations

ON = """BEFORE INSERT OR UPDATE OF basis, is_active, student_id, curriculum_subject_id ON curriculum_registration
    FOR EACH ROW"""
DO = f"""
DROP TRIGGER relearned_registration ON curriculum_registration;
CREATE TRIGGER relearned_registration {ON} WHEN (NEW.basis = 'relearned')
    EXECUTE FUNCTION hemis_relearned_registration();
"""
UNDO = f"""
DROP TRIGGER relearned_registration ON curriculum_registration;
CREATE TRIGGER relearned_registration {ON} EXECUTE FUNCTION hemis_relearned_registration();
"""


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0061_second_examiner_of_sessions")]

    operations = [migrations.RunSQL(DO, UNDO)]
