"""What an address asks of a statistic: time, cut, filters; and the address that asks it (everything is in the URL)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.pages.columns import display
from reports.statistics.declaration import DAY, NOTHING, PERIOD, YEAR, YEAR_AND_DAY, Asked, Measure, Statistic
from students.models import AcademicYear

SEPTEMBER = 9
# Words of addresses that are no dimension; ``set`` says that filters were chosen, be it none.
ON, SINCE, UNTIL, YEAR_OF, ROWS, COLS, FIGURE, SET = (
    "on",
    "since",
    "until",
    "year",
    "rows",
    "cols",
    "figure",
    "set",
)


@dataclass(frozen=True)
class Question:
    """A statistic with all that is asked of it."""

    statistic: Statistic
    asked: Asked
    rows: str
    cols: str
    figure: Measure
    chosen: Mapping[str, Sequence[str]]

    @property
    def measures(self) -> Sequence[Measure]:
        """Without columns every measure is a column; with them one stands in the cells."""
        return [self.figure] if self.cols else self.statistic.measures

    def address(self, **changes: Any) -> str:
        """The parameters that ask the same, with some dimensions narrowed to one value."""
        return self.query(**changes).urlencode()

    def query(self, **changes: Any) -> QueryDict:
        """The same as :meth:`address`, to be added to."""
        data = QueryDict(mutable=True)
        data.update(self.when())
        data.update({ROWS: self.rows, COLS: self.cols, FIGURE: self.figure.code, SET: "1"})
        for code, values in self.chosen.items():
            if code not in changes:
                data.setlist(code, list(values))
        for code, value in changes.items():
            data[code] = value or NOTHING
        return data

    def when(self) -> dict[str, str]:
        """The parameters of time."""
        asked = self.asked
        if self.statistic.time == PERIOD:
            return {SINCE: asked.since.isoformat(), UNTIL: asked.until.isoformat()}
        found = {YEAR_OF: str(asked.year)} if self.statistic.time in (YEAR, YEAR_AND_DAY) else {}
        return found | ({ON: asked.day.isoformat()} if self.statistic.time in (DAY, YEAR_AND_DAY) else {})

    @property
    def is_usual(self) -> bool:
        """Whether the filters are those that nobody has touched."""
        return self.chosen == usually(self.statistic)

    @property
    def when_text(self) -> str:
        """The time in words."""
        asked = self.asked
        if self.statistic.time == PERIOD:
            return f"{display(asked.since)} – {display(asked.until)}"
        year = f"{asked.year}/{asked.year + 1}"
        return {YEAR: year, YEAR_AND_DAY: f"{year} · {display(asked.day)}"}.get(
            self.statistic.time, display(asked.day)
        )

    def moving(self) -> str:
        """The parameters without the time that is today's anyway, so that what is kept goes on with the days."""
        data, now = self.query(), replace(self, asked=usual(self.asked.year)).when()
        for name, value in self.when().items():
            if value == now.get(name) and name != YEAR_OF:
                del data[name]
        return data.urlencode()


def usually(statistic: Statistic) -> dict[str, list[str]]:
    """What is chosen as long as nobody has chosen anything."""
    return {code: list(values) for code, values in statistic.chosen.items()}


def year_begins(day: datetime.date) -> datetime.date:
    """The first of September before."""
    return datetime.date(day.year if day.month >= SEPTEMBER else day.year - 1, SEPTEMBER, 1)


def usual(year: int) -> Asked:
    """Today; the academic year until today."""
    today = timezone.localdate()
    return Asked(today, year_begins(today), today, year)


def _day(data: QueryDict, name: str, otherwise: datetime.date) -> datetime.date:
    try:
        return datetime.date.fromisoformat(data.get(name, ""))
    except ValueError:
        return otherwise


def years() -> list[AcademicYear]:
    """The academic years, the latest first; one query."""
    return list(AcademicYear.objects.order_by("-year"))


def current(known: Sequence[AcademicYear]) -> int:
    """The current academic year, else that of the calendar."""
    marked = next((one.year for one in known if one.is_current), None)
    return marked or year_begins(timezone.localdate()).year


def ask(statistic: Statistic, data: QueryDict, known_years: Sequence[AcademicYear] = ()) -> Question:
    """What the address asks; whatever it says wrongly is as if it said nothing."""
    now = usual(current(known_years))
    year = data.get(YEAR_OF, "")
    since = _day(data, SINCE, now.since)
    asked = Asked(
        _day(data, ON, now.day),
        since,
        max(_day(data, UNTIL, now.until), since),
        int(year) if year.isdecimal() and len(year) == 4 else now.year,
    )
    rows, cols = data.get(ROWS, statistic.by[0]), data.get(COLS, statistic.by[1])
    if statistic.dimension(rows) is None:
        rows = statistic.by[0]
    column = statistic.dimension(cols)
    if column is None or column.is_wide or cols == rows:
        cols = ""
    chosen = {one.code: values for one in statistic.dimensions if (values := _values(data, one.code))}
    if SET not in data:
        chosen = usually(statistic) | chosen
    return Question(statistic, asked, rows, cols, statistic.measure(data.get(FIGURE, "")), chosen)


def narrowed_words(question: Question, access: Access) -> list[tuple[Any, str]]:
    """The filters in words: title and values; at most one query for each that names rows."""
    found = []
    for code, values in question.chosen.items():
        dimension = question.statistic.dimension(code)
        if dimension is not None:
            words = dimension.words([one for one in values if one != NOTHING], access)
            found.append((dimension.title, ", ".join(words.get(one, _("not entered")) for one in values)))
    return found


def _values(data: QueryDict, code: str) -> list[str]:
    return [value for value in data.getlist(code) if value and "\x00" not in value]
