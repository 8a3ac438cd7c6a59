"""Bank statements as sheets: upload, check, preview with what would be matched, confirm (duty 7.1).

Excel and CSV of any bank by the names of their columns, and the text exchange of 1C.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.payments import actions, formats, queries, rules
from finance.steps import TIYIN
from hemis.people.names import fold
from hemis.sheets.declaration import Bad, CellWidget, Fault, Notice, Saved, Sheet, SheetColumn, sheet
from hemis.sheets.reading import SheetRefused, Table, read_table
from hemis.sheets.widgets import DateWidget, TextWidget, as_text

# First words of rows that sum the others up.
TOTALS = ("jami", "itogo", "vsego", "qoldiq", "ostatok", "saldo", "total")


def _plain_sum(written: str) -> str:
    text = "".join(written.split()).replace("'", "").replace("\u2019", "")
    if "," in text and "." in text:
        # The one that stands last is the decimal mark.
        grouping = "," if text.rfind(".") > text.rfind(",") else "."
        text = text.replace(grouping, "")
    return text.replace(",", ".")


def _first_cell(row: list[Any]) -> Any:
    """The first cell of a row that is not empty."""
    for cell in row:
        if str(cell).strip():
            return cell
    return ""


class SumWidget(CellWidget):
    """A sum in soʻm, as banks write it: with spaces, a comma, or grouped by apostrophes."""

    def clean(self, value, row=None, **kwargs) -> Decimal:
        text = _plain_sum(value) if isinstance(value, str) else str(value)
        try:
            number = Decimal(text).quantize(TIYIN)
        except InvalidOperation as error:
            raise Bad("bad_sum", _("This is not a sum.")) from error
        if not 0 <= number < 10**12:
            raise Bad("bad_sum", _("A sum is from 0 to a trillion soʻm."))
        return number

    def untidy(self, value, clean) -> str:
        return ""


class DayWidget(DateWidget):
    """Dates of statements are text in most of them; nobody needs to be told."""

    def untidy(self, value, clean) -> str:
        return ""


class PlainWidget(TextWidget):
    """Text cut to the length of its field."""

    def clean(self, value, row=None, **kwargs) -> str:
        return as_text(value)[: self.max_length]

    def untidy(self, value, clean) -> str:
        return ""


@sheet
class StatementSheet(Sheet):
    """A bank statement; its receipts become payments or wait in the queue."""

    code = "finance.statement"
    title = gettext_lazy("Bank statement")
    permission = "payment.edit"
    result_url_name = "finance_queue_list"
    asks_year = False
    accepts = ".xlsx,.xls,.csv,.txt"
    notices_title = gettext_lazy("Whose the receipts are")

    def __init__(self, access, params):
        super().__init__(access, params)
        self.account = ""

    def columns(self) -> dict[str, SheetColumn]:
        def column(header: str, widget: CellWidget, *aliases: str, required: bool = False, example: str = ""):
            return SheetColumn(header, widget, aliases=aliases, required=required, example=example)

        return {
            "date": column(
                "Sana", DayWidget(), "Дата", "Дата документа", "Дата операции", "Дата проводки", "Hujjat sanasi",
                "Toʻlov sanasi", "Date", required=True, example="15.09.2026",
            ),
            "number": column(
                "Hujjat raqami", PlainWidget(32), "Номер документа", "№ документа", "№ док", "Номер", "№ док.",
                "Raqami", "Document number", example="1024",
            ),
            "credit": column(
                "Kirim", SumWidget(), "Кредит", "Kredit", "Сумма", "Summa", "Приход", "Поступление",
                "Обороты по кредиту", "Сумма по кредиту", "Kirim summasi", "Kredit aylanma", "Credit",
                example="2 500 000,00",
            ),
            "debit": column(
                "Chiqim", SumWidget(), "Дебет", "Debet", "Расход", "Списание", "Обороты по дебету",
                "Сумма по дебету", "Chiqim summasi", "Debit",
            ),
            "payer": column(
                "Toʻlovchi", PlainWidget(255), "Плательщик", "Наименование плательщика", "Корреспондент",
                "Наименование корреспондента", "Контрагент", "Kontragent", "Toʻlovchi nomi", "Payer",
                example="Karimov Akmal Komil oʻgʻli",
            ),
            "payer_tin": column(
                "STIR", PlainWidget(14), "ИНН", "ИНН плательщика", "ИНН корреспондента", "ПИНФЛ", "JSHSHIR",
                "ИНН/ПИНФЛ", "STIR (JSHSHIR)",
            ),
            "payer_account": column(
                "Hisobvaraq", PlainWidget(32), "Счет", "Счёт", "Счет плательщика", "Счет корреспондента", "Р/с",
                "Расчетный счет", "Hisob raqami",
            ),
            "purpose": column(
                "Toʻlov maqsadi", PlainWidget(1000), "Назначение платежа", "Назначение", "Детали платежа",
                "Toʻlov tafsiloti", "Maqsad", "Purpose", required=True, example="3032600001 shartnoma, 1-toʻlov",
            ),
        }  # fmt: skip

    def read(self, content: bytes) -> Table:
        if formats.is_exchange(content):
            return self._read_exchange(content)
        table = read_table(content)
        # Thousands of rows begin with the same few days: each is looked at once.
        firsts = [_first_cell(row) for row in table.rows]
        totals = {cell for cell in set(firsts) if fold(str(cell)).startswith(TOTALS)}
        kept = [at for at, cell in enumerate(firsts) if cell not in totals]
        return Table(
            table.headers, [table.rows[at] for at in kept], [table.numbers[at] for at in kept], table.merged
        )

    def _read_exchange(self, content: bytes) -> Table:
        try:
            exchange = formats.parse(formats.decoded(content))
        except formats.NotAnExchange as error:
            raise SheetRefused(
                _("The exchange file of 1C breaks off or is not readable; export it again.")
            ) from error
        self.account = next(iter(sorted(exchange.accounts)), "")[:32]
        rows = formats.rows(exchange)
        if not rows:
            raise SheetRefused(_("The file has no payment orders."))
        return Table(formats.HEADERS, [row for _number, row in rows], [number for number, _row in rows])

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Faults of sums; then what each receipt is, with what is known of it, in further columns."""
        faults, receipts = self._receipts(columns, numbers)
        found = self._matched(receipts)
        columns["receipt"] = [found.get(number) for number in numbers]
        return faults

    def _receipts(
        self, columns: dict[str, list[Any]], numbers: list[int]
    ) -> tuple[list[Fault], list[dict[str, Any]]]:
        """Rows with money coming in; money going out is counted and left out."""
        faults, receipts, going_out, outgoing = [], [], 0, Decimal(0)
        for values in zip(numbers, *columns.values(), strict=True):
            row = dict(zip(["position", *columns], values, strict=True))
            credit, debit = row["credit"], row["debit"]
            if Bad in (type(credit), type(debit), type(row["date"])):
                continue
            if credit:
                row["plain_number"] = rules.plain_number(row["number"])
                receipts.append(row)
            elif debit:
                going_out, outgoing = going_out + 1, outgoing + debit
            else:
                faults.append(self.fault(row["position"], "credit", "no_sum", _("The row has no sum.")))
        if going_out:
            self._tell(_("money going out, not taken"), going_out, f"{outgoing:,.2f}".replace(",", " "))
        return faults, receipts

    def _matched(self, receipts: list[dict[str, Any]]) -> dict[int, actions.Incoming]:
        """Row number → the receipt, for those that are not in the books yet."""
        prints = [
            rules.fingerprint(
                one["date"].isoformat(), one["plain_number"], str(one["credit"]),
                one["payer_account"], one["payer"], one["purpose"],
            )
            for one in receipts
        ]  # fmt: skip
        counted = queries.counted(one["date"] for one in receipts)
        new = [
            (one, print_, occurrence)
            for one, print_, occurrence in zip(receipts, prints, rules.occurrences(prints), strict=True)
            if (print_, occurrence) not in counted.keys  # noqa: SIM118 - a set, not a dictionary
        ]
        lines = [rules.Line(one["purpose"], one["payer"], one["payer_tin"]) for one, _print, _nth in new]
        known = queries.known(lines)
        found: dict[int, actions.Incoming] = {}
        for (one, print_, occurrence), line in zip(new, lines, strict=True):
            match = rules.match(line, known)
            if self._looks_counted(one, match, counted):
                match = match._replace(doubt=rules.AGAIN)
            found[one["position"]] = actions.Incoming(
                one["position"], one["date"], one["number"], one["credit"], one["payer"], one["payer_tin"],
                one["payer_account"], one["purpose"], print_, occurrence, match,
            )  # fmt: skip
        self._tell_matches(found)
        return found

    @staticmethod
    def _looks_counted(one: dict[str, Any], match: rules.Match, counted: queries.Counted) -> bool:
        day, amount, number = one["date"], one["credit"], one["plain_number"]
        return (
            bool(number)
            and (day, amount, number) in counted.numbers
            or (match.contract is not None and (day, amount, match.contract) in counted.payments)
        )

    def _tell_matches(self, found: dict[int, actions.Incoming]) -> None:
        sure = Counter(one.match.by for one in found.values() if one.match.is_sure)
        doubtful = Counter(one.match.doubt for one in found.values() if not one.match.is_sure)
        words = {
            rules.BY_CONTRACT: _("matched by contract number"),
            rules.BY_PINFL: _("matched by PINFL"),
            rules.BY_STUDENT: _("matched by student number"),
            rules.BY_NAME: _("matched by name"),
        }
        for by, count in sure.most_common():
            self._tell(words[by], count)
        for doubt, count in doubtful.most_common():
            example = next(
                one for one in found.values() if not one.match.is_sure and one.match.doubt == doubt
            )
            text = _("goes to the queue: %(why)s") % {"why": rules.DOUBTS[doubt]}
            self._tell(text, count, example.purpose[:80])

    def _tell(self, what: str, count: int, example: str = "") -> None:
        self.notices.append(Notice(_("Receipts"), count, example, "", what))

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new = sum(one["receipt"] is not None for one in rows)
        receipts = sum(bool(one["credit"]) for one in rows)
        return Saved(new, 0, receipts - new)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        receipts = [one["receipt"] for one in rows if one["receipt"] is not None]
        made = actions.import_receipts(
            access=self.access, name=self.params.get("file", ""), account=self.account, receipts=receipts
        )
        added = made.added if made else 0
        return Saved(added, 0, sum(bool(one["credit"]) for one in rows) - added)
