"""Messages, their files and inboxes; what was sent stays as it was sent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hemis.pages.files

FREEZE = """
CREATE FUNCTION hemis_message_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'sending' AND NEW.state = 'sent'
       AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'A message that was sent is not changed.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER message_frozen BEFORE UPDATE OR DELETE ON mailbox_message
    FOR EACH ROW EXECUTE FUNCTION hemis_message_frozen();

CREATE FUNCTION hemis_message_file_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM mailbox_message
                WHERE id IN (OLD.message_id, NEW.message_id) AND state <> 'draft') THEN
        RAISE EXCEPTION 'A message that was sent keeps its files.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER message_file_frozen BEFORE INSERT OR UPDATE OR DELETE ON mailbox_messagefile
    FOR EACH ROW EXECUTE FUNCTION hemis_message_file_frozen();

CREATE FUNCTION hemis_delivery_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.message_id = OLD.message_id AND NEW.user_id = OLD.user_id
       AND (OLD.read_at IS NULL OR NEW.read_at = OLD.read_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was received stays received.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER delivery_frozen BEFORE UPDATE OR DELETE ON mailbox_delivery
    FOR EACH ROW EXECUTE FUNCTION hemis_delivery_frozen();
"""
THAW = """
DROP TRIGGER delivery_frozen ON mailbox_delivery;
DROP FUNCTION hemis_delivery_frozen();
DROP TRIGGER message_file_frozen ON mailbox_messagefile;
DROP FUNCTION hemis_message_file_frozen();
DROP TRIGGER message_frozen ON mailbox_message;
DROP FUNCTION hemis_message_frozen();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("subject", models.CharField(max_length=256, verbose_name="subject of the message")),
                ("text", models.TextField(max_length=16000, verbose_name="text of the message")),
                ("to", models.JSONField(default=list, verbose_name="recipients")),
                ("is_broadcast", models.BooleanField(default=False, verbose_name="to an audience")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("sending", "being sent"), ("sent", "sent")],
                        default="draft",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begun")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("recipients", models.PositiveIntegerField(default=0, verbose_name="how many recipients")),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="mailbox.message",
                        verbose_name="about the message",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sender",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["-sent_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField(null=True, verbose_name="read at")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="put away at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inbox",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recipient",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="mailbox.message",
                        verbose_name="message",
                    ),
                ),
            ],
            options={
                "verbose_name": "received message",
                "verbose_name_plural": "received messages",
                "ordering": ["-message__sent_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MessageFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        max_length=255, upload_to=hemis.pages.files.random_path, verbose_name="file"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name of the file")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True, verbose_name="handed in")),
                (
                    "content_type",
                    models.CharField(
                        choices=[
                            ("application/pdf", "application/pdf"),
                            (
                                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                            ),
                            (
                                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                            ),
                            (
                                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                            ),
                            ("application/vnd.rar", "application/vnd.rar"),
                            ("application/zip", "application/zip"),
                            ("image/jpeg", "image/jpeg"),
                            ("text/plain", "text/plain"),
                        ],
                        max_length=128,
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="mailbox.message",
                        verbose_name="message",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="handed in by",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a message",
                "verbose_name_plural": "files of messages",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["sender", "-sent_at"], name="message_of_sender"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "sending", "sent"])), name="message_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    models.Q(("recipients__gt", 0), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="message_sent_to_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["user", "-message"], name="inbox_of_user"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("message", "user"), name="message_received_once"),
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
