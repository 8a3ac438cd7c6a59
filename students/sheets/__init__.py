"""What comes into the students' registers from Excel: the admission list, quotas, groups, cards (duty 2.1, B4)."""

from students.sheets.admission import AdmissionSheet
from students.sheets.cards import CardSheet, card_rows
from students.sheets.groups import GroupSheet
from students.sheets.quotas import QuotaSheet

__all__ = ["AdmissionSheet", "CardSheet", "GroupSheet", "QuotaSheet", "card_rows"]
