"""What changes topics, resources and questions: one function a verb, one transaction each (duties 8.2, 9.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.db.models import F, Max, Sum
from django.utils.translation import gettext as _

from curriculum.materials import queries, rules
from curriculum.materials.models import Question, QuestionAnswer, QuestionPicture, Resource, ResourceFile
from curriculum.models import CurriculumSubject, Subject, SubjectHours, Topic
from hemis.access.scope import Access
from hemis.classifiers import queries as classifiers


class MaterialError(Exception):
    """Why the verb cannot be done now, in words for the user."""


# --- topics


def _locked(line: CurriculumSubject, access: Access) -> CurriculumSubject:
    """The line, locked, if its topics are the user's to change: two people do not number at once."""
    access.require("lesson_topic.edit")
    rows = queries.subjects_to_edit(access.scope("lesson_topic.edit"))
    found = CurriculumSubject.objects.select_for_update(of=("self",)).filter(pk=line.pk, pk__in=rows).first()
    if found is None:
        raise MaterialError(
            _("Topics of this subject are changed by its responsible teacher and the kafedra.")
        )
    return found


def _distribution(line: CurriculumSubject, training_type: str) -> rules.Distribution:
    hours = SubjectHours.objects.filter(curriculum_subject=line, training_type=training_type).first()
    covered = Topic.objects.filter(curriculum_subject=line, training_type=training_type).aggregate(
        total=Sum("hours")
    )["total"]
    return rules.Distribution(hours.hours if hours else 0, covered or 0)


def _refuse_more(line: CurriculumSubject, training_type: str, more: int) -> rules.Distribution:
    found = _distribution(line, training_type)
    if training_type == rules.SELF_STUDY or not rules.fits(found, more):
        text = found.text(classifiers.label("h_training_type", training_type))
        raise MaterialError(_("%(text)s; %(more)d more do not fit.") % {"text": text, "more": more})
    return found


def _last(line: CurriculumSubject, training_type: str) -> int:
    rows = Topic.objects.filter(curriculum_subject=line, training_type=training_type)
    return rows.aggregate(last=Max("position"))["last"] or 0


@transaction.atomic
def add_topic(
    line: CurriculumSubject, *, access: Access, training_type: str, name: str, hours: int = 2, **names: str
) -> Topic:
    """A topic at the end of its kind of training.

    Raises:
        MaterialError: not the user's to change, without a name, or beyond the hours of the plan.
    """
    line = _locked(line, access)
    if not name.strip():
        raise MaterialError(_("A topic needs a name."))
    _refuse_more(line, training_type, hours)
    return Topic.objects.create(
        curriculum_subject=line,
        training_type=training_type,
        position=_last(line, training_type) + 1,
        name=name.strip()[:500],
        hours=hours,
        **names,
    )


@transaction.atomic
def build_topics(line: CurriculumSubject, *, access: Access, training_type: str) -> int:
    """Numbered rows for all hours that no topic covers yet, to be named; how many.

    Raises:
        MaterialError: not the user's to change, or nothing is left to distribute.
    """
    line = _locked(line, access)
    left = _distribution(line, training_type).left
    if left <= 0 or training_type == rules.SELF_STUDY:
        raise MaterialError(_("All hours are distributed already."))
    start = _last(line, training_type)
    made = [
        Topic(
            curriculum_subject=line,
            training_type=training_type,
            position=start + at,
            name=_("Topic %(number)d") % {"number": start + at},
            hours=hours,
        )
        for at, hours in enumerate(rules.hours_of_rows(left), start=1)
    ]
    Topic.objects.bulk_create(made)
    return len(made)


@transaction.atomic
def copy_topics(line: CurriculumSubject, source: CurriculumSubject, *, access: Access) -> tuple[int, int]:
    """Topics of another plan's same subject at the end of those that are there; how many came and how many did not fit.

    A topic whose name is there already, and what exceeds the hours of this plan, is left out.

    Raises:
        MaterialError: not the user's to change, or the source is another subject.
    """
    line = _locked(line, access)
    if source.subject_id != line.subject_id or source.pk == line.pk:
        raise MaterialError(_("Topics are copied from the same subject of another plan."))
    copied = left_out = 0
    for part in queries.topics_by_type(line):
        known = {one.name for one in part.topics}
        position, left = _last(line, part.code), part.distribution.left
        rows = []
        for one in Topic.objects.filter(curriculum_subject=source, training_type=part.code).order_by(
            "position"
        ):
            if one.name in known:
                continue
            if one.hours > left:
                left_out += 1
                continue
            position, left = position + 1, left - one.hours
            rows.append(
                Topic(
                    curriculum_subject=line, training_type=part.code, position=position, name=one.name,
                    name_ru=one.name_ru, name_en=one.name_en, hours=one.hours,
                )
            )  # fmt: skip
        Topic.objects.bulk_create(rows)
        copied += len(rows)
    return copied, left_out


@dataclass(frozen=True)
class TopicText:
    """What was typed for a topic, and the version of the row that it was typed over."""

    key: int
    version: int
    name: str
    hours: int


@transaction.atomic
def rename_topics(line: CurriculumSubject, texts: Sequence[TopicText], *, access: Access) -> int:
    """Names and hours of many topics at once, as on the page; how many changed.

    Raises:
        MaterialError: not the user's to change, an empty name, hours beyond the plan, or a row that
            somebody else changed meanwhile: nothing is written then.
    """
    line = _locked(line, access)
    rows = {one.pk: one for one in Topic.objects.filter(curriculum_subject=line)}
    changed = []
    for text in texts:
        row = rows.get(text.key)
        if row is None:
            raise MaterialError(_("A topic was removed meanwhile; nothing is saved."))
        if (row.name, row.hours) == (text.name, text.hours):
            continue
        if row.version != text.version:
            raise MaterialError(
                _("Topic %(number)d was changed by somebody else meanwhile: “%(name)s”. Nothing is saved.")
                % {"number": row.position, "name": row.name}
            )
        if not text.name or text.hours < 1:
            raise MaterialError(_("Topic %(number)d needs a name and hours.") % {"number": row.position})
        row.name, row.hours, row.version = text.name[:500], text.hours, row.version + 1
        changed.append(row)
    for code in {one.training_type for one in changed}:
        limit = _distribution(line, code).limit
        found = rules.Distribution(
            limit, sum(one.hours for one in rows.values() if one.training_type == code)
        )
        if limit and found.left < 0:
            raise MaterialError(found.text(classifiers.label("h_training_type", code)))
    _write_hours(changed)
    return len(changed)


def _write_hours(changed: list[Topic]) -> None:
    """Hours that move from one topic to another are judged when all are written."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS topic_hours DEFERRED")
        Topic.objects.bulk_update(changed, ["name", "hours", "version"])
        cursor.execute("SET CONSTRAINTS topic_hours IMMEDIATE")


@transaction.atomic
def edit_topic(topic: Topic, *, access: Access, **values) -> None:
    """Name, translations and hours of one topic.

    Raises:
        MaterialError: not the user's to change, or hours beyond the plan.
    """
    line = _locked(topic.curriculum_subject, access)
    more = values.get("hours", topic.hours) - topic.hours
    if more > 0:
        _refuse_more(line, topic.training_type, more)
    Topic.objects.filter(pk=topic.pk).update(**values, version=F("version") + 1)


@transaction.atomic
def move_topic(topic: Topic, *, access: Access, after: int | None) -> None:
    """Put a topic behind another of its kind (None: first); all are numbered anew.

    Raises:
        MaterialError: not the user's to change, or the other one is of another kind.
    """
    line = _locked(topic.curriculum_subject, access)
    rows = list(
        Topic.objects.filter(curriculum_subject=line, training_type=topic.training_type).order_by("position")
    )
    moved = next((one for one in rows if one.pk == topic.pk), None)
    others = [one for one in rows if one.pk != topic.pk]
    if after == topic.pk:
        return
    place = next(
        (at for at, one in enumerate(others, start=1) if one.pk == after), 0 if after is None else -1
    )
    if moved is None or place < 0:
        raise MaterialError(_("The topic to stand behind is of another kind of training."))
    others.insert(place, moved)
    _number(others)


def _number(rows: Iterable[Topic]) -> None:
    changed = []
    for at, one in enumerate(rows, start=1):
        if one.position != at:
            one.position = at
            changed.append(one)
    Topic.objects.bulk_update(changed, ["position"])


@transaction.atomic
def remove_topic(topic: Topic, *, access: Access) -> None:
    """Take a topic away; the following ones move up.

    Raises:
        MaterialError: not the user's to change, or a lesson, resource or task speaks of it.
    """
    line = _locked(topic.curriculum_subject, access)
    try:
        Topic.objects.get(pk=topic.pk, curriculum_subject=line).delete()
    except (DatabaseError, Topic.DoesNotExist) as error:
        raise MaterialError(_("The topic is in use: resources, lessons or tasks speak of it.")) from error
    _number(
        Topic.objects.filter(curriculum_subject=line, training_type=topic.training_type).order_by("position")
    )


# --- resources


@transaction.atomic
def add_files(resource: Resource, files: Sequence, *, access: Access) -> int:
    """Keep files of a resource; the same file twice is kept once. How many were new."""
    access.require("resource.edit")
    added = 0
    for clean in files:
        row = ResourceFile(resource=resource, uploaded_by=access.user)
        row.take(clean)
        if not resource.files.filter(sha256=row.sha256).exists():
            row.save()
            added += 1
    return added


@transaction.atomic
def publish(rows: Iterable[Resource], *, access: Access, shown: bool) -> int:
    """Show resources to students or hide them; how many changed."""
    access.require("resource.edit")
    allowed = Resource.objects.for_scope(access.scope("resource.edit"))
    keys = [one.pk for one in rows]
    return (
        allowed.filter(pk__in=keys)
        .exclude(is_published=shown)
        .update(is_published=shown, version=F("version") + 1)
    )


# --- the bank


@dataclass(frozen=True)
class Added:
    """What an import brought: new questions, and how many stand in the bank (or twice in the file) already."""

    added: int
    known: int


@transaction.atomic
def add_questions(
    subject: Subject,
    questions: Sequence[rules.QuestionText],
    *,
    access: Access,
    language: str,
    topic: str = "",
) -> Added:
    """Questions into the bank of a subject; one that is there already is not added again.

    Raises:
        MaterialError: the bank is not the user's, or a question cannot be asked.
    """
    access.require("question.edit")
    if not queries.bank_subjects(access.scope("question.edit")).filter(pk=subject.pk).exists():
        raise MaterialError(_("The bank of this subject is not yours."))
    # Two imports at once wait for one another.
    Subject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    texts = [one if one.topic else replace(one, topic=topic) for one in questions]
    for one in texts:
        if fault := rules.fault_of(one):
            raise MaterialError(f"{one.text[:80]}: {fault}")
    marks = [rules.fingerprint(one, language) for one in texts]
    known = set(
        Question.objects.filter(subject=subject, fingerprint__in=marks).values_list("fingerprint", flat=True)
    )
    new: dict[str, rules.QuestionText] = {}
    for mark, one in zip(marks, texts, strict=True):
        if mark not in known:
            new.setdefault(mark, one)
    made = Question.objects.bulk_create(
        Question(
            subject=subject, topic=one.topic, difficulty=one.difficulty, language=language, kind=one.kind,
            text=one.text, fingerprint=mark, created_by=access.user,
        )
        for mark, one in new.items()
    )  # fmt: skip
    rows = list(zip(made, new.values(), strict=True))
    QuestionAnswer.objects.bulk_create(answer for row, one in rows for answer in _answers(row, one))
    for row, one in rows:
        if one.pictures:
            _keep_pictures(row, one, access)
    return Added(len(made), len(texts) - len(made))


def _answers(question: Question, text: rules.QuestionText) -> list[QuestionAnswer]:
    return [
        QuestionAnswer(question=question, position=at, text=one.text, match=one.match, share=one.share)
        for at, one in enumerate(text.answers, start=1)
    ]


def _keep_pictures(question: Question, text: rules.QuestionText, access: Access) -> None:
    """Exactly the pictures of the text: new ones are stored, others taken away."""
    wanted = {one.sha256: one for one in text.pictures}
    kept = set()
    for row in question.pictures.all():
        if row.sha256 in wanted:
            kept.add(row.sha256)
        else:
            row.delete()
    for mark, one in wanted.items():
        if mark not in kept:
            file = ContentFile(one.content, name="picture.jpg")
            file.original_name = one.name  # type: ignore[attr-defined]
            row = QuestionPicture(question=question, uploaded_by=access.user)
            row.take(file)
            row.save()


@transaction.atomic
def write_question(question: Question, text: rules.QuestionText, *, access: Access) -> Question:
    """Save a question that was typed, with its answers.

    Raises:
        MaterialError: it cannot be asked, stands in the bank already, or was asked before and stays as it is.
    """
    access.require("question.edit")
    if fault := rules.fault_of(text):
        raise MaterialError(fault)
    question.fingerprint = rules.fingerprint(text, question.language)
    twin = Question.objects.filter(subject=question.subject, fingerprint=question.fingerprint)
    if twin.exclude(pk=question.pk).exists():
        raise MaterialError(_("The same question stands in the bank already."))
    was = Question.objects.filter(pk=question.pk).values_list("fingerprint", flat=True).first()
    question.kind, question.text = text.kind, text.text
    try:
        with transaction.atomic():
            question.save()
            if was != question.fingerprint:
                question.answers.all().delete()
                QuestionAnswer.objects.bulk_create(_answers(question, text))
                _keep_pictures(question, text, access)
    except DatabaseError as error:
        raise MaterialError(
            _("Students were asked this question; switch it off and write another one.")
        ) from error
    return question


def switch(rows: Iterable[Question], *, access: Access, on: bool) -> int:
    """Take questions into use or out of it; how many changed."""
    access.require("question.edit")
    allowed = Question.objects.for_scope(access.scope("question.edit"))
    keys = [one.pk for one in rows]
    return allowed.filter(pk__in=keys).exclude(is_active=on).update(is_active=on, version=F("version") + 1)


def named(values: Mapping[str, str]) -> dict[str, str]:
    """Translations of a topic's name, tidied."""
    return {name: values.get(name, "").strip()[:500] for name in ("name_ru", "name_en")}
