"""Bank statements as files: the text exchange of 1C; Excel and CSV are read as any table is.

``1CClientBankExchange`` is a text of ``key=value`` lines: a head with the own
account, then a section for each payment order. Uzbek banks and client-bank
programs write it in Windows-1251, DOS 866 or UTF-8. Pure: text in, rows out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MARK = "1CClientBankExchange"
_MARKS = tuple(MARK.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
# The columns of the table that such a file becomes; the sheet of statements knows them.
HEADERS = ["Sana", "Hujjat raqami", "Kirim", "Chiqim", "Toʻlovchi", "STIR", "Hisobvaraq", "Toʻlov maqsadi"]
_SECTION, _END, _FILE_END = "СекцияДокумент", "КонецДокумента", "КонецФайла"
_TIN_BEFORE_NAME = re.compile(r"^\s*(?:ИНН|INN|STIR)\s*\d{9,14}\s*")


class NotAnExchange(ValueError):
    """The text is no exchange of 1C, or breaks off."""


@dataclass
class Exchange:
    """What such a file holds: own accounts, and the payment orders with the line each begins at."""

    accounts: set[str] = field(default_factory=set)
    orders: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def is_exchange(content: bytes) -> bool:
    """Whether the file begins as an exchange of 1C does."""
    head = content[:80].lstrip(b"\xef\xbb\xbf\xff\xfe")
    return head.lstrip().startswith(_MARKS)


def decoded(content: bytes) -> str:
    """The text of an exchange, in whichever of its encodings.

    The file says ``Кодировка=DOS`` or ``Windows``, but not in every program truly:
    it is the encoding in which its own key words can be read.

    Raises:
        NotAnExchange: in none of them.
    """
    for encoding in ("utf-8-sig", "cp1251", "cp866", "utf-16"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if _SECTION in text or _FILE_END in text:
            return text
    raise NotAnExchange(MARK)


def parse(text: str) -> Exchange:
    """The orders of an exchange.

    Raises:
        NotAnExchange: no mark at the beginning, or the last order has no end.
    """
    lines = text.splitlines()
    if not lines or lines[0].strip().lstrip("\ufeff") != MARK:
        raise NotAnExchange(MARK)
    found = Exchange()
    order: dict[str, str] | None = None
    for number, line in enumerate(lines, start=1):
        key, _equals, value = line.strip().partition("=")
        if key == _SECTION:
            order = {}
            found.orders.append((number, order))
        elif key == _END:
            order = None
        elif order is not None:
            order.setdefault(key, value.strip())
        elif key == "РасчСчет":
            found.accounts.add(value.strip())
    if order is not None:
        raise NotAnExchange(_END)
    return found


def _is_incoming(order: dict[str, str], accounts: set[str]) -> bool:
    if order.get("ДатаПоступило"):
        return True
    if order.get("ДатаСписано"):
        return False
    return order.get("ПолучательСчет", order.get("ПолучательРасчСчет", "")) in accounts


def _payer(order: dict[str, str]) -> str:
    name = order.get("Плательщик1") or order.get("Плательщик") or ""
    return _TIN_BEFORE_NAME.sub("", name).strip()


def _purpose(order: dict[str, str]) -> str:
    whole = order.get("НазначениеПлатежа", "")
    parts = [order.get(f"НазначениеПлатежа{at}", "") for at in range(1, 7)]
    # The parts repeat the whole, or continue it where a line was too short.
    return " ".join(
        dict.fromkeys(part for part in [whole, *parts] if part and (part == whole or part not in whole))
    )


def rows(exchange: Exchange) -> list[tuple[int, list[str]]]:
    """Number of the line and cells under ``HEADERS`` of each order."""
    made = []
    for number, order in exchange.orders:
        incoming = _is_incoming(order, exchange.accounts)
        day = order.get("ДатаПоступило" if incoming else "ДатаСписано") or order.get("Дата", "")
        amount = order.get("Сумма", "")
        made.append(
            (
                number,
                [
                    day,
                    order.get("Номер", ""),
                    amount if incoming else "",
                    "" if incoming else amount,
                    _payer(order),
                    order.get("ПлательщикИНН", ""),
                    order.get("ПлательщикСчет") or order.get("ПлательщикРасчСчет", ""),
                    _purpose(order),
                ],
            )
        )
    return made
