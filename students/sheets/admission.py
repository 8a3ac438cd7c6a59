"""The admission list: an Excel sheet whose good rows become candidates (duty 2.1, clause B4)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from hemis.classifiers import queries as classifiers
from hemis.people import identifiers
from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Notice, sheet
from students import admission, queries, rules
from students.models import Speciality
from students.sheets.columns import AdmissionColumns
from students.sheets.places import district_code

Columns = dict[str, list[Any]]


def _sound(*columns: list[Any]) -> Sequence[Sequence[Any]]:
    """The same columns without the rows that have a fault in one of them."""
    if not any(Bad in set(map(type, values)) for values in columns):
        return columns
    rows = [row for row in zip(*columns, strict=True) if Bad not in map(type, row)]
    return list(zip(*rows, strict=True)) or [()] * len(columns)


@sheet
class AdmissionSheet(AdmissionColumns):
    """The list of admitted applicants of one entry year, checked and saved as candidates."""

    # --- checks between columns and against the database

    def check_columns(self, columns: Columns, numbers: list[int]) -> list[Fault]:
        columns["country"] = [
            country or (admission.DEFAULTS["country"] if citizenship == rules.UZBEK_CITIZEN else "")
            for country, citizenship in zip(columns["country"], columns["citizenship"], strict=True)
        ]
        faults = list(self._duplicates(columns, numbers))
        faults += self._contradictions(columns, numbers)
        faults += self._wrong_passports(columns, numbers)
        faults += self._wrong_districts(columns, numbers)
        faults += self._wrong_places(columns, numbers)
        faults += self._known_people(columns, numbers)
        return faults

    def _duplicates(self, columns: Columns, numbers: list[int]) -> Iterator[Fault]:
        """The second and later rows of one person; their other checks on the PINFL would only repeat it."""
        pinfls = columns["pinfl"]
        if len(set(pinfls)) == len(pinfls):
            return
        first: dict[str, int] = {}
        for at, pinfl in enumerate(pinfls):
            if type(pinfl) is Bad:
                continue
            if pinfl not in first:
                first[pinfl] = numbers[at]
                continue
            message = _("The same PINFL stands in row %(row)d.") % {"row": first[pinfl]}
            bad = pinfls[at] = Bad("duplicate_pinfl", message)
            yield self.fault(numbers[at], "pinfl", bad.fault, message, pinfl)

    def _contradictions(self, columns: Columns, numbers: list[int]) -> Iterator[Fault]:
        """Birth date and gender against the PINFL."""
        births, genders = columns["birth_date"], columns["gender"]
        expected: dict[tuple, str] = {}
        for at, (pinfl, birth, gender) in enumerate(zip(columns["pinfl"], births, genders, strict=True)):
            beginning = expected.get((birth, gender))
            if beginning is None:
                sound = type(birth) is not Bad and type(gender) is not Bad
                beginning = expected[birth, gender] = (
                    identifiers.pinfl_beginning(birth, gender) if sound else "-"
                )
            if type(pinfl) is Bad or pinfl[:7] == beginning:
                continue
            if gender == rules.UNKNOWN_GENDER:
                genders[at] = gender = identifiers.pinfl_gender(pinfl)
            yield from self._contradiction(pinfl, birth, gender, numbers[at])

    def _contradiction(self, pinfl: str, birth, gender, number: int) -> Iterator[Fault]:
        told = identifiers.pinfl_birth_date(pinfl)
        if type(birth) is not Bad and told and birth != told:
            hint = _("The PINFL says %(value)s.") % {"value": f"{told:%d.%m.%Y}"}
            message = _("The PINFL tells another birth date.")
            yield self.fault(number, "birth_date", "pinfl_birth_mismatch", message, birth, hint)
        if type(gender) is not Bad and gender != identifiers.pinfl_gender(pinfl):
            says = classifiers.label("h_gender", identifiers.pinfl_gender(pinfl))
            hint = _("The PINFL says %(value)s.") % {"value": says}
            message = _("The PINFL tells another gender.")
            shown = classifiers.label("h_gender", gender)
            yield self.fault(number, "gender", "pinfl_gender_mismatch", message, shown, hint)

    def _wrong_passports(self, columns: Columns, numbers: list[int]) -> Iterator[Fault]:
        """Passports that do not fit the citizenship, and one passport of two people."""
        first: dict[tuple, tuple[str, int]] = {}
        people = zip(
            columns["passport"], columns["citizenship"], columns["country"], columns["pinfl"], strict=True
        )
        for at, (passport, citizenship, country, pinfl) in enumerate(people):
            if type(passport) is Bad:
                continue
            odd = len(passport) != 9 or not passport[2:].isdigit()
            fits = not odd or type(citizenship) is Bad
            if not (fits or rules.passport_fits(passport=passport, citizenship=citizenship)):
                bad = columns["passport"][at] = widgets.bad_passport()
                yield self.fault(numbers[at], "passport", bad.fault, bad.message, passport, bad.hint)
                continue
            if type(pinfl) is Bad:
                continue
            owner, row = first.setdefault((country, passport), (pinfl, numbers[at]))
            if owner != pinfl:
                message = _("The same passport stands in row %(row)d.") % {"row": row}
                yield self.fault(numbers[at], "passport", "duplicate_passport", message, passport)

    def _wrong_districts(self, columns: Columns, numbers: list[int]) -> Iterator[Fault]:
        """Districts by their region; each pair of names is looked up once."""
        found: dict[tuple, tuple[str, Bad | None]] = {}
        unknown: list[str] = []
        districts, addresses = columns["district"], columns["address"]
        for at, pair in enumerate(zip(columns["region"], districts, strict=True)):
            if pair not in found:
                found[pair] = district_code(*pair)
            code, bad = found[pair]
            districts[at] = code
            if bad is None:
                continue
            if bad.fault == "unknown_district" and not self.districts_complete:
                unknown.append(pair[1])
                if type(addresses[at]) is not Bad:
                    addresses[at] = f"{pair[1]}, {addresses[at]}".rstrip(", ")[:255]
            else:
                yield self.fault(numbers[at], "district", bad.fault, bad.message, pair[1], bad.hint)
        if unknown:
            kind = _("not in the list of districts; kept in the address")
            self.notices.append(Notice(self.fields["district"].header, len(unknown), unknown[0], "", kind))

    def _wrong_places(self, columns: Columns, numbers: list[int]) -> Iterator[Fault]:
        """Speciality, form and group together: each combination is judged once."""
        found: dict[tuple, tuple[int | None, list[tuple[str, Bad]]]] = {}
        programmes: list[int | None] = []
        keys = ("speciality", "education_type", "education_form", "group")
        for at, key in enumerate(zip(*(columns[name] for name in keys), strict=True)):
            if key not in found:
                found[key] = self._place(*key)
            programme, bads = found[key]
            programmes.append(programme)
            for name, bad in bads:
                yield self.fault(
                    numbers[at], name, bad.fault, bad.message, self._said(name, columns[name][at]), bad.hint
                )
        columns["programme_id"] = programmes
        columns["group_id"] = [
            self.groups[name].pk if name and type(name) is not Bad else None for name in columns["group"]
        ]
        self._other_names(columns)

    def _place(self, code: Any, kind: Any, form: Any, group: Any) -> tuple[int | None, list[tuple[str, Bad]]]:
        """The programme of a row, or what is wrong with the combination."""
        if type(code) is Bad or type(kind) is Bad:
            return None, []
        taught = self.specialities[code]
        fitting = [one for one in taught if not kind or one.education_type == kind]
        if not fitting:
            right = widgets.perhaps(classifiers.label("h_education_type", taught[0].education_type))
            return None, [
                (
                    "education_type",
                    Bad("speciality_of_other_type", _("The speciality is of another education type."), right),
                )
            ]
        if not group and len({one.faculty_id for one in fitting}) > 1:
            message = _("Several faculties teach this speciality: name the group.")
            return None, [("group", Bad("unknown_group", message))]
        if group and type(group) is not Bad:
            own = [one for one in fitting if one.pk == self.groups[group].speciality_id]
            if not own:
                near = widgets.perhaps(self._group_of(fitting[0], group))
                return None, [
                    (
                        "group",
                        Bad("group_of_other_speciality", _("The group belongs to another speciality."), near),
                    )
                ]
            fitting = own
        if type(form) is Bad:
            return None, []
        programme = self.programmes.get((fitting[0].pk, form))
        if programme:
            return programme, []
        forms = [
            classifiers.label("h_education_form", one) for pk, one in self.programmes if pk == fitting[0].pk
        ]
        hint = _("Taught: %(forms)s") % {"forms": ", ".join(forms)} if forms else ""
        return None, [
            (
                "education_form",
                Bad("unknown_programme", _("The faculty does not teach this speciality in this form."), hint),
            )
        ]

    def _group_of(self, speciality: Speciality, group: str) -> str | None:
        names = [name for name, one in self.groups.items() if one.speciality_id == speciality.pk]
        return (difflib.get_close_matches(group, names, n=1, cutoff=0) or [None])[0]

    def _said(self, name: str, value: Any) -> str:
        lists = {"education_form": "h_education_form", "education_type": "h_education_type"}
        return classifiers.label(lists[name], value) if name in lists else str(value)

    def _other_names(self, columns: Columns) -> None:
        """Names of specialities that differ from the register: the code decides, and it is said."""
        differing: dict[tuple[str, str], int] = {}
        for code, name in zip(columns["speciality"], columns["speciality_name"], strict=True):
            if name and type(code) is not Bad and type(name) is not Bad:
                differing[code, name] = differing.get((code, name), 0) + 1
        for (code, name), count in differing.items():
            known = self.specialities[code][0]
            if fold(name) not in map(fold, (known.name, known.name_ru, known.name_en)):
                kind = _("another name; the code decides")
                self.notices.append(
                    Notice(self.fields["speciality_name"].header, count, name, known.name, kind)
                )

    # --- people who are known already

    def _known_people(self, columns: Columns, numbers: list[int]) -> Iterator[Fault]:
        """Who studies here, whose passport is another's, who is on another faculty's list: at most five queries.

        Most of a list are new: of those whom nobody knows only the passport is asked.
        """
        rows = {pinfl: at for at, pinfl in enumerate(columns["pinfl"]) if type(pinfl) is not Bad}
        known = queries.known_pinfls(rows)
        if known:
            yield from self._known_pinfls(columns, numbers, {one: rows[one] for one in sorted(known)})
        for pinfl, passport in self._taken(columns):
            message = _("Another person has this passport.")
            yield self.fault(numbers[rows[pinfl]], "passport", "passport_of_another", message, passport)

    def _known_pinfls(self, columns: Columns, numbers: list[int], rows: dict[str, int]) -> Iterator[Fault]:
        """People whose PINFL the database knows: they are not students, not another faculty's and not others."""
        for pinfl in self._studying(columns, rows):
            message = _("This person studies here already.")
            yield self.fault(numbers[rows[pinfl]], "pinfl", "already_student", message, pinfl)
        for pinfl, faculty in self._elsewhere(rows):
            message = _("This person is on the admission list of another faculty: %(faculty)s.") % {
                "faculty": faculty
            }
            yield self.fault(numbers[rows[pinfl]], "pinfl", "candidate_elsewhere", message, pinfl)
        for pinfl, name in self._of_others(columns, rows):
            message = _("This PINFL is known as another person's: %(name)s.") % {"name": name}
            yield self.fault(numbers[rows[pinfl]], "pinfl", "pinfl_of_another", message, pinfl)

    def _studying(self, columns: Columns, rows: dict[str, int]) -> Iterator[str]:
        """Students of today, except those whom this very row made students."""
        for pinfl, year, *facts in queries.studying(rows):
            at = rows[pinfl]
            # An empty group says nothing: the one given by the distribution stays.
            group = admission.CANDIDATE_COLUMNS.index("group_id")
            facts[group] = facts[group] if columns["group_id"][at] else None
            said = [
                columns[name][at] or admission.DEFAULTS.get(name, None if name == "group_id" else "")
                for name in admission.CANDIDATE_COLUMNS
            ]
            if year != self.year or facts != said:
                yield pinfl

    def _elsewhere(self, rows: dict[str, int]) -> list[tuple[str, str]]:
        """Candidates of the same year in groups outside the scope: nobody takes them over by an import."""
        scope = self.access.scope(self.permission)
        if scope.everything:
            return []
        return queries.candidates_elsewhere(rows, self.year, scope.faculty_ids)

    def _of_others(self, columns: Columns, rows: dict[str, int]) -> list[tuple[str, str]]:
        """PINFLs that the database knows under another surname and another first name.

        One of the two may change by marriage or a mended slip; both mean a wrong number.
        """
        names = ([columns[name][at] for at in rows.values()] for name in ("last_name", "first_name"))
        return queries.other_names(*_sound(list(rows), *names))

    def _taken(self, columns: Columns) -> list[tuple[str, str]]:
        """PINFLs whose passport in the file is known as that of somebody with another PINFL."""
        pinfls, passports, countries = _sound(columns["pinfl"], columns["passport"], columns["country"])
        return queries.passports_of_others(
            pinfls, passports, [one or admission.DEFAULTS["country"] for one in countries]
        )

    # --- saving, set by set

    def plan(self, rows):
        return admission.plan(rows, self.year)

    def save(self, rows):
        return admission.save(rows, self.year)
