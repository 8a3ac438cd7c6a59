"""Topics of graduation works from Excel (duties 8.3, 2.7): offered, or at once for a student."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from records import actions
from records.actions.base import this_year
from records.conditions import STUDYING
from records.forms import kafedras_in, specialities_of
from records.models import GraduationTopic
from staff.models import Position
from students.models import Student

TEXTS = ("title_ru", "title_en", "adviser", "reviewer", "reviewer_place")


@sheet
class TopicsSheet(Sheet):
    """Topics of this year by speciality and title: new ones are added, those that no order holds are changed.

    A row with a student's number gives the topic to the student as the kafedra's assignment does.
    The kafedra is that of the supervisor's post.
    """

    code = "records.topics"
    title = gettext_lazy("Topics of graduation works from Excel")
    permission = "topic.edit"
    result_url_name = "records_topics_list"
    asks_year = False

    def __init__(self, access, params):
        kafedras = kafedras_in(access, self.permission)
        self.specialities = {one.code: one.pk for one in specialities_of(kafedras)}
        self.posts: dict[str, Position] = {}
        posts = Position.objects.in_force(timezone.localdate()).filter(category="12", unit__in=kafedras)
        for post in posts.select_related("employee__person").order_by("pk"):
            # Of two teachers of one name the file names the number.
            self.posts.setdefault(post.employee.number, post)
            self.posts.setdefault(post.employee.person.full_name, post)
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        text, known = widgets.TextWidget, widgets.KnownWidget
        names = sorted({post.employee.person.full_name for post in self.posts.values()})
        return {
            "speciality": SheetColumn(
                "Mutaxassislik kodi",
                known(
                    self.specialities,
                    fault="unknown_speciality",
                    message=_("The kafedra graduates no speciality %(value)s."),
                ),
                aliases=("Код специальности", "Code of the speciality"), missing="unknown_speciality",
                choices=lambda: sorted(self.specialities), example=min(self.specialities, default=""),
            ),
            "title": SheetColumn(
                "Mavzu", text(500), aliases=("Тема", "Topic"), missing="missing_name", example="Aqlli auditoriya",
            ),
            "title_ru": SheetColumn(
                "Mavzu (ruscha)", text(500), aliases=("Тема (рус.)", "Topic (Russian)"), required=False,
            ),
            "title_en": SheetColumn(
                "Mavzu (inglizcha)", text(500), aliases=("Тема (англ.)", "Topic (English)"), required=False,
            ),
            "supervisor": SheetColumn(
                "Ilmiy rahbar",
                known(
                    self.posts,
                    fault="unknown_teacher",
                    message=_("The kafedra has no teacher %(value)s."),
                ),
                aliases=("Научный руководитель", "Supervisor"), missing="unknown_teacher",
                choices=lambda: names, example=min(names, default=""),
            ),
            "adviser": SheetColumn("Maslahatchi", text(255), aliases=("Консультант", "Adviser"), required=False),
            "reviewer": SheetColumn("Taqrizchi", text(255), aliases=("Рецензент", "Reviewer"), required=False),
            "reviewer_place": SheetColumn(
                "Taqrizchining ish joyi va lavozimi", text(255),
                aliases=("Место работы и должность рецензента", "Work and post of the reviewer"), required=False,
            ),
            "student": SheetColumn(
                "Talaba ID raqami", text(20), aliases=("ID студента", "Student number"), required=False,
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """A topic stands once; a student of its speciality takes one topic."""
        given = {one for one in columns["student"] if one and not isinstance(one, Bad)}
        students = {
            one.number: one
            for one in Student.objects.filter(
                number__in=given, current__status=STUDYING,
                current__programme__speciality__in=self.specialities.values(),
            ).select_related("current__programme")
        }  # fmt: skip
        taken = {
            one.student_id: one
            for one in GraduationTopic.objects.filter(
                student__in=students.values(), state__in=GraduationTopic.TAKEN
            )
        }
        known = self._known()
        faults: list[Fault] = []
        titles: dict[tuple[Any, ...], int] = {}
        people: dict[str, int] = {}
        keys = []
        rows = zip(numbers, columns["speciality"], columns["title"], columns["student"], strict=True)
        for row, code, title, number in rows:
            student = students.get(number) if isinstance(number, str) else None
            keys.append(student)
            if isinstance(code, Bad) or isinstance(title, Bad) or isinstance(number, Bad):
                continue
            place = (self.specialities[code], title)
            if (first := titles.setdefault(place, row)) != row:
                text = _("The topic stands in row %(row)d already.") % {"row": first}
                faults.append(self.fault(row, "title", "twice_in_file", text, title))
            elif number and (wrong := self._wrong(student, place, taken, known)):
                faults.append(self.fault(row, "student", "wrong_student", wrong, number))
            elif number and (first := people.setdefault(number, row)) != row:
                text = _("The student stands in row %(row)d already.") % {"row": first}
                faults.append(self.fault(row, "student", "twice_in_file", text, number))
        columns["taker"] = keys
        return faults

    @staticmethod
    def _wrong(student: Student | None, place: tuple[int, str], taken, known) -> str:
        """Why the student cannot have the topic; empty when nothing is wrong."""
        if student is None or student.current.programme.speciality_id != place[0]:
            return _("No such student studies in the speciality.")
        topic = known.get(place)
        if topic and topic.student_id == student.pk:
            return ""
        if student.pk in taken:
            return _("The student has a topic already: %(topic)s") % {"topic": taken[student.pk]}
        return _("Somebody has taken the topic already.") if topic and topic.student_id else ""

    def _known(self) -> dict[tuple[int, str], GraduationTopic]:
        rows = GraduationTopic.objects.filter(
            academic_year__is_current=True, speciality__in=self.specialities.values()
        ).exclude(state=GraduationTopic.WITHDRAWN)
        return {(one.speciality_id, one.title): one for one in rows}

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, _assigned = self._sorted(rows)
        return Saved(len(new), len(changed), len(rows) - len(new) - len(changed))

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, assigned = self._sorted(rows)
        GraduationTopic.objects.bulk_create(new, batch_size=1000)
        for one in changed:
            one.version += 1
        GraduationTopic.objects.bulk_update(
            changed, ["kafedra", "supervisor", "version", *TEXTS], batch_size=1000
        )
        for topic, student in assigned:
            actions.assign_topic(topic, access=self.access, student=student)
        return Saved(len(new), len(changed), len(rows) - len(new) - len(changed))

    def _sorted(self, rows: list[dict[str, Any]]):
        """Topics to add, those that differ, and those given to a student."""
        known, year = self._known(), this_year()
        new, changed, assigned = [], [], []
        for row in rows:
            post = self.posts[row["supervisor"]]
            said = {name: row[name] for name in TEXTS if row[name]}
            said |= {"supervisor_id": post.employee_id, "kafedra_id": post.unit_id}
            place = (self.specialities[row["speciality"]], row["title"])
            topic = known.get(place)
            if topic is None:
                topic = GraduationTopic(academic_year=year, speciality_id=place[0], title=place[1], **said)
                new.append(topic)
            elif topic.order_id is None and any(getattr(topic, name) != one for name, one in said.items()):
                for name, one in said.items():
                    setattr(topic, name, one)
                changed.append(topic)
            if row["taker"] and topic.state in (GraduationTopic.OFFERED, GraduationTopic.CHOSEN):
                assigned.append((topic, row["taker"]))
        return new, changed, assigned
