"""Topics from Excel (duties 8.2, 9.1): the file that the page gives out, filled and taken in again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.materials import queries, rules
from curriculum.models import SubjectHours, Topic
from hemis.classifiers import queries as classifiers
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet


@sheet
class TopicSheet(Sheet):
    """Topics by subject, kind of training and number: new ones are added, known ones changed.

    ``params``: ``subject`` is the line of the plan that the file is for; without it each row names its own.
    """

    code = "curriculum.topics"
    title = gettext_lazy("Topics from Excel")
    permission = "lesson_topic.edit"
    result_url_name = "curriculum_topics_list"
    asks_year = False

    def __init__(self, access, params):
        lines = queries.subjects_to_edit(access.scope(self.permission)).select_related(
            "subject", "curriculum"
        )
        self.subject = params.get("subject")
        if self.subject:
            lines = lines.filter(pk=self.subject)
        self.lines = {one.pk: one for one in lines}
        self.hours = {
            (line, kind): hours
            for line, kind, hours in SubjectHours.objects.filter(curriculum_subject__in=list(self.lines))
            .exclude(training_type=rules.SELF_STUDY)
            .values_list("curriculum_subject", "training_type", "hours")
        }
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        text = widgets.TextWidget
        top = Decimal(2**31 - 1)
        return {
            "line": SheetColumn(
                "Reja fani raqami", widgets.WholeWidget(low=Decimal(1), high=top, fault="unknown_subject"),
                aliases=("ID", "Номер предмета плана", "Subject of the plan"), required=not self.subject,
                missing="unknown_subject", example=str(min(self.lines, default="")),
            ),
            "training_type": widgets.coded_column(
                "Mashgʻulot turi", "h_training_type", "training_type", "Вид занятия", "Kind of training", example="11"
            ),
            "position": SheetColumn(
                "№", widgets.WholeWidget(low=Decimal(1), high=Decimal(200), fault="bad_number"),
                aliases=("Raqami", "Номер", "Number", "N"), missing="bad_number", example="1",
            ),
            "name": SheetColumn(
                "Mavzu", text(500), aliases=("Mavzu nomi", "Тема", "Topic"), missing="missing_name", example="Kirish",
            ),
            "hours": SheetColumn(
                "Soat", widgets.WholeWidget(low=Decimal(1), high=Decimal(60), fault="bad_hours"),
                aliases=("Soati", "Часы", "Hours"), required=False, example="2",
            ),
            "name_ru": SheetColumn(
                "Mavzu (ruscha)", text(500), aliases=("Тема (рус.)", "Topic (Russian)"), required=False
            ),
            "name_en": SheetColumn(
                "Mavzu (inglizcha)", text(500), aliases=("Тема (англ.)", "Topic (English)"), required=False
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """The subject is the user's, a number stands once, and the hours fit the plan."""
        faults: list[Fault] = []
        seen: dict[tuple[Any, ...], int] = {}
        known = {
            (one.curriculum_subject_id, one.training_type, one.position): one.hours for one in self._known()
        }
        totals: dict[tuple[int, str], int] = {}
        for (line, kind, _number), hours in known.items():
            totals[line, kind] = totals.get((line, kind), 0) + hours
        rows = zip(
            numbers,
            columns["line"],
            columns["training_type"],
            columns["position"],
            columns["hours"],
            strict=True,
        )
        for row, line, kind, position, hours in rows:
            line = line or self.subject
            if isinstance(line, Bad) or isinstance(kind, Bad) or isinstance(position, Bad):
                continue
            if line not in self.lines:
                text = _("This subject is not among those whose topics you keep.")
                faults.append(self.fault(row, "line", "unknown_subject", text, line))
                continue
            key = (line, kind, position)
            first = seen.setdefault(key, row)
            if first != row:
                text = _("The number stands in row %(row)d already.") % {"row": first}
                faults.append(self.fault(row, "position", "twice_in_file", text, position))
                continue
            limit = self.hours.get((line, kind))
            if limit is None:
                text = _("The plan has no hours of this kind of training.")
                faults.append(self.fault(row, "training_type", "no_hours", text, kind))
                continue
            wanted = hours if isinstance(hours, int) else known.get(key, rules.HOURS_A_LESSON)
            total = totals.get((line, kind), 0) - known.get(key, 0) + wanted
            if total > limit:
                found = rules.Distribution(limit, total)
                text = found.text(classifiers.label("h_training_type", kind))
                faults.append(self.fault(row, "hours", "too_many_hours", text, wanted))
                continue
            totals[line, kind] = total
        return faults

    def _known(self):
        return Topic.objects.filter(curriculum_subject__in=list(self.lines))

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows)
        return Saved(len(new), len(changed), same)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS topic_hours DEFERRED")
        Topic.objects.bulk_create(new, batch_size=1000)
        for one in changed:
            one.version += 1
        Topic.objects.bulk_update(
            changed, ["name", "name_ru", "name_en", "hours", "version"], batch_size=1000
        )
        return Saved(len(new), len(changed), same)

    def _sorted(self, rows: list[dict[str, Any]]) -> tuple[list[Topic], list[Topic], int]:
        known = {(one.curriculum_subject_id, one.training_type, one.position): one for one in self._known()}
        new, changed, same = [], [], 0
        for row in rows:
            key = (row["line"] or self.subject, row["training_type"], row["position"])
            topic = known.get(key)
            said = {name: row[name] for name in ("name", "hours", "name_ru", "name_en") if row[name] != ""}
            if topic is None:
                new.append(Topic(curriculum_subject_id=key[0], training_type=key[1], position=key[2], **said))
            elif any(getattr(topic, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(topic, name, value)
                changed.append(topic)
            else:
                same += 1
        return new, changed, same


def rows_for_excel(line) -> list[list[str]]:
    """The topics of a line in the columns that the sheet takes in again."""
    return [
        [
            str(line.pk), one.get_training_type_display(), str(one.position), one.name, str(one.hours), one.name_ru,
            one.name_en,
        ]
        for one in Topic.objects.filter(curriculum_subject=line).order_by("training_type", "position")
    ]  # fmt: skip


HEADERS = ("Reja fani raqami", "Mashgʻulot turi", "№", "Mavzu", "Soat", "Mavzu (ruscha)", "Mavzu (inglizcha)")
