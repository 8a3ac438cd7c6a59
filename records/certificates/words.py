"""Words of transcripts and certificates in each language; frozen into the paper that is issued with them.

The Cyrillic Uzbek ones are made from the Latin ones by rule.
"""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "uz": {
        "transcript": "TRANSKRIPT", "study_certificate": "OʻQISH JOYIDAN MAʼLUMOTNOMA", "name": "F.I.Sh.",
        "student_number": "Talaba raqami", "birth_date": "Tugʻilgan sanasi", "pinfl": "JSHSHIR",
        "citizenship": "Fuqaroligi", "faculty": "Fakultet", "speciality": "Taʼlim yoʻnalishi (mutaxassislik)",
        "degree": "Taʼlim turi", "form": "Taʼlim shakli", "language": "Taʼlim tili", "entered": "Oʻqishga kirgan yili",
        "status": "Holati", "course": "Kurs", "group": "Guruh", "payment": "Toʻlov shakli", "subject": "Fan",
        "hours": "Soat", "credit": "Kredit", "points": "Ball", "mark": "Baho", "semester": "{}-semestr",
        "total": "Jami",
        "gpa": "GPA (kreditlar boʻyicha oʻrtacha ball)", "mean": "Oʻrtacha ball", "rector": "Rektor",
        "dean": "Fakultet dekani", "recognised": "boshqa OTMdan hisobga olingan", "all": "Butun oʻqish davri",
        "text": "{name} haqiqatan ham {university}, {faculty}da {speciality} yoʻnalishi boʻyicha {form} taʼlim "
        "shaklida {course}da tahsil oladi.", "to": "Maʼlumotnoma soʻralgan joyga taqdim etish uchun berildi",
        "to_place": "Maʼlumotnoma taqdim etiladigan joy", "date": "Berilgan sana", "signed": "Tuzilgan asos: HEMIS "
        "axborot tizimi", "verify": "Hujjatning haqiqiyligini QR kod orqali yoki quyidagi manzilda tekshiring:",
        "graduated": "Bitirgan sanasi", "empty": "Qayd etilgan natija yoʻq.", "scale": "Baholar shkalasi (ball)",
    },
    "ru": {
        "transcript": "ТРАНСКРИПТ", "study_certificate": "СПРАВКА С МЕСТА УЧЁБЫ", "name": "Ф. И. О.",
        "student_number": "Номер студента", "birth_date": "Дата рождения", "pinfl": "ПИНФЛ",
        "citizenship": "Гражданство", "faculty": "Факультет", "speciality": "Направление (специальность)",
        "degree": "Вид образования", "form": "Форма обучения", "language": "Язык обучения",
        "entered": "Год поступления",
        "status": "Статус", "course": "Курс", "group": "Группа", "payment": "Форма оплаты", "subject": "Предмет",
        "hours": "Часы", "credit": "Кредиты", "points": "Баллы", "mark": "Оценка", "semester": "{}-й семестр",
        "total": "Итого", "gpa": "GPA (средний балл по кредитам)", "mean": "Средний балл", "rector": "Ректор",
        "dean": "Декан факультета", "recognised": "перезачтено из другого вуза", "all": "За всё время обучения",
        "text": "{name} действительно обучается в университете «{university}», факультет: {faculty}, направление: "
        "{speciality}, форма обучения: {form}, {course}.", "to": "Справка выдана для представления по месту требования",
        "to_place": "Справка выдана для представления", "date": "Дата выдачи", "signed": "Составлено информационной "
        "системой HEMIS", "verify": "Проверьте подлинность документа по QR-коду или по адресу:",
        "graduated": "Дата окончания", "empty": "Записанных результатов нет.", "scale": "Шкала оценок (баллы)",
    },
    "en": {
        "transcript": "TRANSCRIPT OF ACADEMIC RECORDS", "study_certificate": "CERTIFICATE OF STUDY",
        "name": "Full name",
        "student_number": "Student number", "birth_date": "Date of birth", "pinfl": "PINFL",
        "citizenship": "Citizenship", "faculty": "Faculty", "speciality": "Field of study (speciality)",
        "degree": "Level of education", "form": "Form of study", "language": "Language of instruction",
        "entered": "Year of entry", "status": "Status", "course": "Year of study", "group": "Group",
        "payment": "Form of payment", "subject": "Subject", "hours": "Hours", "credit": "Credits", "points": "Points",
        "mark": "Mark", "semester": "Semester {}", "total": "Total", "gpa": "GPA (mean weighted by credits)",
        "mean": "Mean points", "rector": "Rector", "dean": "Dean of the faculty",
        "recognised": "recognised from another institution", "all": "The whole time of study",
        "text": "This is to certify that {name} studies at {university}, faculty: {faculty}, field of study: "
        "{speciality}, form of study: {form}, {course}.", "to": "Issued to be presented wherever it is asked for",
        "to_place": "Issued to be presented to", "date": "Date of issue", "signed": "Drawn up by the HEMIS information "
        "system", "verify": "Check by the QR code, or at this address, that the document is genuine:",
        "graduated": "Date of graduation", "empty": "No results are recorded.", "scale": "Scale of marks (points)",
    },
}  # fmt: skip

# Of the two papers about money, beside those above.
MONEY: dict[str, dict[str, str]] = {
    "uz": {
        "stipend_certificate": "STIPENDIYA TOʻGʻRISIDA MAʼLUMOTNOMA",
        "payment_certificate": "TOʻLOVLAR TOʻGʻRISIDA MAʼLUMOTNOMA", "period": "Davr", "month": "Oy",
        "stipend": "Stipendiya turi", "appointed": "Tayinlangan stipendiya", "order": "Buyruq", "sum": "Summa, soʻm",
        "accrued": "Hisoblangan stipendiya", "in_words": "Soʻz bilan", "no_stipend": "Bu davrda stipendiya "
        "tayinlanmagan va hisoblanmagan.", "no_months": "Bu davr uchun stipendiya roʻyxatlari hali tasdiqlanmagan.",
        "contract": "Shartnoma", "year": "Oʻquv yili", "charged": "Shartnoma summasi, soʻm", "paid": "Toʻlangan, soʻm",
        "left": "Qoldiq, soʻm", "payments": "Toʻlovlar", "document": "Toʻlov hujjati",
        "as_of": "Holat sanasi", "brought": "Oldingi yillar qoldigʻi",
        "no_payments": "Toʻlov qayd etilmagan.", "accountant": "Bosh buxgalter",
        "basis": "Maʼlumotlar buxgalteriya hisobidan olindi.",
    },
    "ru": {
        "stipend_certificate": "СПРАВКА О СТИПЕНДИИ", "payment_certificate": "СПРАВКА ОБ ОПЛАТЕ ОБУЧЕНИЯ",
        "period": "Период", "month": "Месяц", "stipend": "Вид стипендии", "appointed": "Назначенная стипендия",
        "order": "Приказ", "sum": "Сумма, сум", "accrued": "Начисленная стипендия", "in_words": "Прописью",
        "no_stipend": "За этот период стипендия не назначалась и не начислялась.",
        "no_months": "Ведомости стипендий за этот период ещё не утверждены.", "contract": "Контракт",
        "year": "Учебный год", "charged": "Сумма контракта, сум", "paid": "Оплачено, сум", "left": "Остаток, сум",
        "payments": "Платежи", "document": "Платёжный документ", "as_of": "По состоянию на",
        "brought": "Остаток прошлых лет", "no_payments": "Платежей не зарегистрировано.",
        "accountant": "Главный бухгалтер", "basis": "Сведения взяты из бухгалтерского учёта.",
    },
    "en": {
        "stipend_certificate": "CERTIFICATE OF STIPEND", "payment_certificate": "CERTIFICATE OF PAYMENTS",
        "period": "Period", "month": "Month", "stipend": "Kind of stipend", "appointed": "Appointed stipend",
        "order": "Order", "sum": "Sum, soʻm", "accrued": "Accrued stipend", "in_words": "In words",
        "no_stipend": "In this period no stipend was appointed or accrued.",
        "no_months": "The stipend lists of this period are not approved yet.", "contract": "Contract",
        "year": "Academic year", "charged": "Sum of the contract, soʻm", "paid": "Paid, soʻm", "left": "Left, soʻm",
        "payments": "Payments", "document": "Payment document", "as_of": "As of", "brought": "Balance of earlier years",
        "no_payments": "No payment is registered.", "accountant": "Chief accountant",
        "basis": "The figures are those of the books of accounting.",
    },
}  # fmt: skip
