"""Research projects: sums, executors, stages, reports and results, by the research department (duty 5.1)."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from hemis.sheets import writing
from hemis.sheets.declaration import SHEETS
from hemis.sheets.reading import read_table
from research import rules
from research.models import Project, ProjectExecutor, ProjectReport, ProjectResult, ProjectStage, ProjectSum
from research.pages.projects import Executors, Projects
from research.queries import projects as queries
from tests import factories
from tests.pages.base import RegisterTests
from tests.research.makers import ENDS, STARTS, executor, project, stage
from tests.research.test_works import make_work, refused, sql
from tests.staff import makers

DAY = datetime.date(2025, 6, 1)


def talent():
    return factories.client_of(factories.make_user("talent"))


def test_who_works_beside_whom():
    def one(role="member", employee=None, first=STARTS, last=None):
        return ProjectExecutor(role=role, employee_id=employee, valid_from=first, valid_to=last)

    assert rules.why_not_beside(one("leader", 1), [one("leader", 2)])
    assert rules.why_not_beside(one("member", 1), [one("leader", 1)])
    assert not rules.why_not_beside(one("member", 1), [one("leader", 2), one("member", 3)])
    later = one("leader", 2, first=datetime.date(2026, 1, 1))
    assert not rules.why_not_beside(one("leader", 1, last=datetime.date(2025, 12, 31)), [later])
    assert rules.why_not_beside(one("leader", 1, last=datetime.date(2026, 1, 1)), [later])


class TestLaws:
    @pytest.fixture
    def mine(self, db):
        factories.make_university()
        return project(makers.kafedra(1))

    def test_one_leads_and_nobody_works_twice_at_once(self, mine):
        who = makers.teacher(mine.unit, "Karimov")
        executor(mine, who, role="leader", valid_to=datetime.date(2025, 12, 31))
        add = (
            "INSERT INTO research_projectexecutor (version, project_id, kind, role, employee_id, outsider, valid_from)"
            " VALUES (1, %s, %s, %s, %s, %s, %s)"
        )
        refused("executor_one_leader", add, mine.pk, "10", "leader", None, "J. Smith", DAY)
        refused("executor_employee_once", add, mine.pk, "11", "member", who.pk, "", DAY)
        refused("executor_is_somebody", add, mine.pk, "10", "member", who.pk, "J. Smith", DAY)
        refused("executor_of_its_kind", add, mine.pk, "11", "member", None, "J. Smith", DAY)
        refused("executor_of_its_kind", add, mine.pk, "13", "member", who.pk, "", datetime.date(2026, 2, 1))
        sql(add, mine.pk, "10", "leader", None, "J. Smith", datetime.date(2026, 1, 1))

    def test_what_belongs_to_a_project_lies_within_its_dates(self, mine):
        early = STARTS - datetime.timedelta(days=1)
        refused(
            "within_project",
            "INSERT INTO research_projectexecutor (version, project_id, kind, role, outsider, valid_from)"
            " VALUES (1, %s, '10', 'member', 'J. Smith', %s)",
            mine.pk, early,
        )  # fmt: skip
        refused(
            "within_project",
            "INSERT INTO research_projectstage (version, project_id, number, name, starts, ends, expected)"
            " VALUES (1, %s, 1, 'x', %s, %s, '')",
            mine.pk, STARTS, ENDS + datetime.timedelta(days=1),
        )  # fmt: skip
        money = (
            "INSERT INTO research_projectsum (version, project_id, year, source, currency, amount)"
            " VALUES (1, %s, %s, 'budget', '11', 1)"
        )
        refused("within_project", money, mine.pk, 2024)
        sql(money, mine.pk, 2027)
        refused("project_sum_once", money, mine.pk, 2027)
        move = "UPDATE research_project SET ends = '2026-12-31' WHERE id = %s"
        refused("within_project", move, mine.pk)
        ProjectSum.objects.all().delete()
        sql(move, mine.pk)

    def test_a_report_is_on_a_stage_of_its_project(self, mine):
        other = stage(project(mine.unit, "FZ-2"))
        add = (
            "INSERT INTO research_projectreport (version, project_id, kind, stage_id, title, day, scan)"
            " VALUES (1, %s, 'stage', %s, 'x', '2025-06-01', 'x.pdf')"
        )
        refused("report_stage_of_project", add, mine.pk, other.pk)
        refused("report_of_stage", add, mine.pk, None)
        sql(add, mine.pk, stage(mine).pk)

    def test_a_closed_project_says_when_and_a_stopped_one_why(self, mine):
        close = "UPDATE research_project SET state = %s, closed_on = %s WHERE id = %s"
        refused("project_closed_on", close, "finished", None, mine.pk)
        refused("project_stopped_why", close, "stopped", DAY, mine.pk)
        sql(close, "finished", DAY, mine.pk)


@pytest.mark.duty("5.1")
def test_a_project_from_contract_to_results(db):
    factories.make_university()
    unit = makers.kafedra(1)
    leader, other = makers.teacher(unit, "Karimov"), makers.teacher(unit, "Aliyev")
    client = talent()

    def enter(register: str, **data):
        answer = client.post(reverse(f"research_{register}_new"), data)
        assert answer.status_code == 302, answer.context["form"].errors

    def wrong(register: str, field: str, **data):
        answer = client.post(reverse(f"research_{register}_new"), data)
        assert answer.status_code == 422 and field in answer.context["form"].errors, answer.context[
            "form"
        ].errors

    enter(
        "projects", number="FZ-1", name="Suv resurslari", unit=unit.pk, kind="13", locality="11", customer="Agentlik",
        contract_number="7", contract_date="2025-01-20", currency="11", starts="2025-02-01", ends="2027-12-31",
        state="running",
    )  # fmt: skip
    mine = Project.objects.get()
    for year, source, amount, currency in (
        (2025, "budget", "120000000", "11"),
        (2026, "grant", "5000", "12"),
    ):
        enter(
            "project_sums",
            project=mine.pk,
            year=year,
            source=source,
            amount=amount,
            currency=currency,
            members=4,
        )
    wrong("project_sums", "year", project=mine.pk, year=2028, source="budget", amount=1, currency="11")

    person = {"project": mine.pk, "kind": "11", "valid_from": "2025-02-01"}
    enter("project_executors", **person, role="leader", employee=leader.pk)
    wrong("project_executors", "valid_from", **person, role="leader", employee=other.pk)
    wrong("project_executors", "kind", **person, role="member", outsider="J. Smith")
    wrong(
        "project_executors",
        "valid_from",
        **person | {"valid_from": "2024-02-01"},
        role="member",
        employee=other.pk,
    )
    enter("project_executors", **person | {"kind": "10"}, role="member", outsider="J. Smith")

    enter("project_stages", project=mine.pk, number=1, name="Tahlil", starts="2025-02-01", ends="2025-12-31")
    found = ProjectStage.objects.get()
    assert (
        queries.late_stages(factories.access_of(factories.make_user("talent")).scope("project.edit")).count()
        == 1
    )
    assert "ended without a report" in client.get("/").content.decode()
    report = {"project": mine.pk, "kind": "stage", "title": "Hisobot", "day": "2025-12-20"}
    wrong("project_reports", "stage", **report, scan=makers.pdf())
    enter("project_reports", **report, stage=found.pk, scan=makers.pdf())
    assert queries.with_standing(ProjectStage.objects.all()).get().standing == queries.REPORTED
    ProjectReport.objects.update(accepted_on=datetime.date(2026, 1, 10))
    assert queries.with_standing(ProjectStage.objects.all()).get().standing == queries.ACCEPTED

    work = make_work(leader, unit)
    wrong("project_results", "work", project=mine.pk, kind="work", day="2025-12-20")
    enter("project_results", project=mine.pk, kind="implemented", name="Joriy etildi", day="2025-12-20")
    ProjectResult.objects.create(project=mine, kind="work", work=work, day=DAY)

    card = Projects.url_of(mine)
    assert "Karimov" in client.get(card).content.decode()
    for tab, text in (
        ("money", "120 000 000"), ("executors", "J. Smith"), ("stages", "accepted"), ("reports", "Hisobot"),
        ("results", "Kvant nuqtalari"),
    ):  # fmt: skip
        page = client.get(f"{card}?tab={tab}").content.decode().replace("\u00a0", " ")
        assert text in page, tab
    answer = client.post(
        reverse("research_projects_edit", args=[mine.pk]),
        {"number": "FZ-1", "name": "Suv resurslari", "unit": unit.pk, "kind": "13", "locality": "11",
         "customer": "Agentlik", "contract_number": "7", "contract_date": "2025-01-20", "currency": "11",
         "starts": "2025-02-01", "ends": "2025-12-31", "state": "stopped", "row_version": mine.version},
    )  # fmt: skip
    assert set(answer.context["form"].errors) == {"closed_on", "outcome"}


@pytest.mark.duty("5.1")
def test_currencies_are_never_added_up(db):
    factories.make_university()
    mine = project(makers.kafedra(1))
    for currency, amount in (("11", 100_000), ("12", 7), ("11", 50_000)):
        year = 2025 + ProjectSum.objects.count()
        ProjectSum.objects.create(project=mine, year=year, source="budget", currency=currency, amount=amount)
    assert Projects.summary(Project.objects.all())[0][1].replace("\u00a0", " ") == "150 000"
    assert len(Projects.summary(Project.objects.all())) == 2
    assert queries.for_list(Project.objects.all()).get().total == Decimal(150_000)


@pytest.mark.duty("B6.1", "B6.4", "B6.5")
def test_an_executor_sees_the_project_and_so_do_its_kafedra_and_faculty(db):
    factories.make_university()
    unit = makers.kafedra(1)
    who = makers.teacher(unit, "Karimov")
    mine = project(unit)
    executor(mine, who)
    other = project(makers.kafedra(1, "303-102"), "FZ-2")
    seen = {
        factories.make_user("teacher", person=who.person): [mine],
        factories.make_user("teacher"): [],
        factories.make_user("head", unit): [mine],
        factories.make_user("dean", unit.parent): [mine],
        factories.make_user("talent"): [mine, other],
    }
    for user, expected in seen.items():
        scope = factories.access_of(user).scope("project.view")
        assert set(Project.objects.for_scope(scope)) == set(expected)


# --- Excel


def take(code: str, headers: list[str], *rows: list):
    access = factories.access_of(factories.make_user("talent"))
    declared = SHEETS[f"research.{code}"](access, {})
    found = declared.check(read_table(writing.book([("1", headers, list(rows))])))
    planned = declared.plan(found.good)
    saved = SHEETS[f"research.{code}"](access, {}).save(found.good) if found.good else planned
    assert saved == planned
    return saved, [(one.row, one.message) for one in found.faults]


@pytest.mark.duty("5.1")
def test_projects_sums_and_executors_come_from_excel(db):
    factories.make_university()
    unit = makers.kafedra(1)
    leader, other = makers.teacher(unit, "Karimov"), makers.teacher(unit, "Aliyev")
    headers = [
        "Number of the project", "Name of the project", "Kafedra", "Kind", "Local or foreign", "Customer",
        "Contract number", "Contract date", "Currency", "Begins", "Ends",
    ]  # fmt: skip
    row = [
        "FZ-1",
        "Suv",
        unit.name,
        "13",
        "11",
        "Agentlik",
        "7",
        "20.01.2025",
        "11",
        "01.02.2025",
        "31.12.2026",
    ]
    saved, faults = take("projects", headers, row, ["FZ-2", *row[1:10], "31.12.2024"])
    assert saved.added == 1 and [number for number, _text in faults] == [3]
    saved, faults = take("projects", headers, [row[0], "Suv resurslari", *row[2:]])
    assert (saved.changed, faults) == (1, [])

    headers = ["Project", "Year", "Source of the money", "Currency", "Sum", "Number of executors"]
    name = "FZ-1 · Suv resurslari"
    saved, faults = take(
        "sums", headers, [name, 2025, "state budget", "11", "120 000 000", 4],
        [name, 2029, "budget", "11", 1, ""], [name, 2026, "xayriya", "11", 1, ""],
    )  # fmt: skip
    assert saved.added == 1 and [number for number, _text in faults] == [3, 4]

    headers = ["Loyiha raqami", "Ijrochi turi", "Vazifasi", "Xodim yoki talaba raqami", "Boshqa ijrochi",
               "Boshlanish sanasi", "Tugash sanasi"]  # fmt: skip
    saved, faults = take(
        "executors", headers,
        ["FZ-1", "11", "leader", leader.number, "", "01.02.2025", ""],
        ["FZ-1", "11", "leader", other.number, "", "01.03.2025", ""],
        ["FZ-1", "11", "member", "yoʻq", "", "01.03.2025", ""],
        ["FZ-1", "10", "member", "", "J. Smith", "01.03.2025", "01.03.2030"],
        ["FZ-1", "10", "member", "", "A. Müller", "01.03.2025", ""],
    )  # fmt: skip
    assert saved.added == 2 and [number for number, _text in faults] == [3, 4, 5]
    assert {one.name for one in ProjectExecutor.objects.all()} == {str(leader), "A. Müller"}


@pytest.mark.duty("5.1")
class TestProjects(RegisterTests):
    register = Projects
    viewer_role = editor_role = "talent"

    def make(self, number):
        return project(makers.kafedra(1), f"FZ-{number:02d}")

    def form_data(self, row):
        return {
            "number": "FZ-77", "name": "Yangi", "unit": row.unit_id, "kind": "13", "locality": "11", "customer": "A",
            "contract_number": "7", "contract_date": "2025-01-20", "currency": "11", "starts": "2025-02-01",
            "ends": "2025-12-31", "state": "running",
        }  # fmt: skip

    def search_for(self, row):
        return "fz-01" if row.number.endswith("01") else ""


@pytest.mark.duty("5.1")
class TestExecutors(RegisterTests):
    register = Executors
    viewer_role = editor_role = "talent"

    def make(self, number):
        return executor(project(makers.kafedra(1), f"FZ-{number:02d}"))

    def form_data(self, row):
        return {
            "project": row.project_id, "kind": "10", "role": "member", "outsider": "A. Müller",
            "valid_from": "2025-03-01",
        }  # fmt: skip

    def search_for(self, row):
        return "fz-01" if row.project.number.endswith("01") else ""
