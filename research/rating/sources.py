"""Where a rating takes its figures from: each source is one statement over a register.

A source answers with one row for each thing that counts for a teacher:
``employee_id``, ``source_id``, ``label``, ``kind``, ``in_database``, ``has_certificate``,
``whole`` (units if each author has all of it) and ``part`` (units by the author's share).
It may ask for ``%(year)s``, ``%(first)s`` and ``%(last)s`` (days of the academic year),
``%(day)s`` (the day as of which is counted) and ``%(until)s`` (the moment it ends).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVIDENCE = "evidence"
SOURCES: dict[str, Source] = {}


@dataclass(frozen=True)
class Source:
    """A register that the rating counts, and what a criterion may ask of it.

    ``kinds`` is the national list by which rows are told apart. ``url`` leads to a
    counted row, for whoever may see it there.
    """

    code: str
    title: str | Promise
    unit: str | Promise
    sql: str
    kinds: str = ""
    knows_database: bool = False
    knows_certificate: bool = False
    has_shares: bool = False
    url: str = ""


def register(source: Source) -> Source:
    """Make a source known under its code.

    Raises:
        ValueError: another source has this code.
    """
    if SOURCES.setdefault(source.code, source) != source:
        raise ValueError(f"Two sources of the rating are called {source.code}.")
    return source


def choices() -> list[tuple[str, str]]:
    """Sources as a form offers them."""
    return [(one.code, str(one.title)) for one in SOURCES.values()]


# Approved works, one row for each author of the university; a share nobody agreed on is an equal part of the
# rest (research.rules.share_of). Works without a database, or in "other", stand in no international database.
_WORKS = """
SELECT employee_id, id AS source_id, title AS label, kind, in_database, has_certificate, 1::numeric AS whole,
       coalesce(share, round((100 - agreed) / nullif(unnamed, 0), 2)) / 100 AS part
  FROM (SELECT a.employee_id, w.id, w.title, w.{sort}_kind AS kind, w.database NOT IN ('', '10') AS in_database,
               w.certificate_number <> '' AS has_certificate, a.share, coalesce(sum(a.share) OVER same, 0) AS agreed,
               count(*) FILTER (WHERE a.share IS NULL) OVER same AS unnamed
          FROM research_work w JOIN research_workauthor a ON a.work_id = w.id
         WHERE w.academic_year_id = %(year)s AND w.state = 'approved' AND w.sort = '{sort}' AND w.decided_at < %(until)s
        WINDOW same AS (PARTITION BY a.work_id)) x
 WHERE employee_id IS NOT NULL
"""

_DEVELOPMENT = """
SELECT employee_id, id AS source_id, title AS label, place AS kind, NULL::boolean AS in_database,
       NULL::boolean AS has_certificate, {units}::numeric AS whole, {units}::numeric AS part
  FROM staff_development
 WHERE end_date BETWEEN %(first)s AND least(%(last)s, %(day)s)
"""

_LOAD = """
SELECT t.teacher_id AS employee_id, t.id AS source_id, s.name AS label, t.training_type AS kind,
       NULL::boolean AS in_database, NULL::boolean AS has_certificate,
       t.hours::numeric AS whole, t.hours::numeric AS part
  FROM curriculum_teaching t JOIN curriculum_subject s ON s.id = t.subject_id
 WHERE t.academic_year_id = %(year)s AND t.teacher_id IS NOT NULL
"""

# The last approved figures of each profile in the year, as of the day.
_PROFILES = """
SELECT DISTINCT ON (f.profile_id) p.employee_id, f.id AS source_id,
       p.identifier || ', ' || to_char(f.day, 'DD.MM.YYYY') AS label, p.platform AS kind, NULL::boolean AS in_database,
       NULL::boolean AS has_certificate, {units}::numeric AS whole, {units}::numeric AS part
  FROM research_profilefigures f JOIN research_profile p ON p.id = f.profile_id
 WHERE f.academic_year_id = %(year)s AND f.state = 'approved' AND f.decided_at < %(until)s AND f.day <= %(day)s
 ORDER BY f.profile_id, f.day DESC
"""

# Projects in which the teacher worked on some day of the year, each once.
_PROJECTS = """
SELECT DISTINCT ON (e.employee_id, p.id) e.employee_id, p.id AS source_id, p.number || ' · ' || p.name AS label,
       p.kind, NULL::boolean AS in_database, NULL::boolean AS has_certificate, 1::numeric AS whole, 1::numeric AS part
  FROM research_projectexecutor e JOIN research_project p ON p.id = e.project_id
 WHERE e.employee_id IS NOT NULL AND e.role = '{role}' AND e.valid_from <= least(%(last)s, %(day)s)
   AND coalesce(e.valid_to, p.ends) >= %(first)s
"""

# A figure answers to the criterion of its code, whatever edition of the criteria it stands in.
_EVIDENCE = """
SELECT employee_id, id AS source_id, title AS label, code AS kind, NULL::boolean AS in_database,
       NULL::boolean AS has_certificate, quantity AS whole, quantity AS part
  FROM research_evidence
 WHERE academic_year_id = %(year)s AND state = 'approved' AND decided_at < %(until)s
"""


def _works(sort: str, title: Promise, kinds: str, **knows: bool) -> None:
    register(
        Source(
            f"work_{sort}", title, _("work"), _WORKS.format(sort=sort), kinds, has_shares=True,
            url="research_work", **knows,
        )
    )  # fmt: skip


_works("scientific", _("Scientific publications"), "h_scientific_publication_type", knows_database=True)
_works("methodical", _("Methodical publications"), "h_methodical_publication_type", knows_certificate=True)
_works("property", _("Intellectual property"), "h_patient_type")
register(
    Source(
        "development", _("Professional development: trainings"), _("training"), _DEVELOPMENT.format(units="1"),
        "h_qualification", url="staff_developments_detail",
    )
)  # fmt: skip
register(
    Source(
        "development_hours", _("Professional development: hours"), _("hour"), _DEVELOPMENT.format(units="hours"),
        "h_qualification", url="staff_developments_detail",
    )
)  # fmt: skip
register(Source("load", _("Hours of teaching"), _("academic hour"), _LOAD, "h_training_type"))
_MEAN = "round(citations::numeric / nullif(documents, 0), 4)"
for _code, _title, _unit, _expression in (
    ("h_index", _("Profiles: h-index"), _("point of the index"), "h_index"),
    ("citations", _("Profiles: citations of a document"), _("citation"), _MEAN),
    ("documents", _("Profiles: documents"), _("document"), "documents"),
):  # fmt: skip
    register(
        Source(
            _code, _title, _unit, _PROFILES.format(units=_expression), "h_scientific_platform",
            url="research_figures_detail",
        )
    )  # fmt: skip
for _code, _title, _role in (
    ("project_leader", _("Research projects led"), "leader"),
    ("project_member", _("Research projects taken part in"), "member"),
):
    register(
        Source(
            _code, _title, _("project"), _PROJECTS.format(role=_role), "h_project_type",
            url="research_projects_detail",
        )
    )  # fmt: skip
register(
    Source(
        EVIDENCE,
        _("Figure with evidence, entered by hand"),
        _("unit"),
        _EVIDENCE,
        url="research_evidence_detail",
    )
)
