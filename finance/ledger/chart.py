"""The chart of accounts as it is sown: numbers of national accounting standard 21, to be compared with the act.

Accounting renumbers and renames them on their page; what each serves stays.
"""

from __future__ import annotations

ACCOUNTS = (
    ("bank", "5110", "Hisob-kitob schyoti"),
    ("cash", "5010", "Milliy valyutadagi pul mablagʻlari (kassa)"),
    ("transit", "5710", "Yoʻldagi pul mablagʻlari"),
    ("students", "4010", "Talabalardan olinadigan toʻlov-kontrakt summalari"),
    ("unmatched", "6990", "Aniqlanmagan tushumlar"),
    ("fees", "9030", "Toʻlov-kontrakt boʻyicha xizmatlardan daromad"),
    ("discounts", "9050", "Berilgan chegirmalar"),
    ("other", "9390", "Boshqa tushumlar"),
)
# Against it balances of years before this program are entered; it serves since migration 0027.
OPENING = ("opening", "0000", "Kirish qoldiqlari (yordamchi schyot)")
# Stipends and help are posted since migration 0030.
PAID_OUT = (
    ("stipends", "9430", "Stipendiyalar va talabalarga yordam"),
    ("payable", "6990", "Talabalarga toʻlanadigan stipendiya va yordam"),
)


def sow(account) -> None:
    """Fill the chart through ``account``, the model, where it is empty."""
    account.objects.bulk_create(
        [
            account(purpose=purpose, number=number, name=name)
            for purpose, number, name in (*ACCOUNTS, OPENING, *PAID_OUT)
        ],
        ignore_conflicts=True,
    )
