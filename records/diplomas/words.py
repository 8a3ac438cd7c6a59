"""Standing texts of diploma and supplement, Uzbek and English; frozen into what is formed."""

from __future__ import annotations

BLOCK_TITLES = {
    "subjects": ("Fanlar", "Subjects"),
    "course_works": ("Kurs ishlari (loyihalari)", "Course works (projects)"),
    "practices": ("Malakaviy amaliyot", "Internship"),
    "state_exams": ("Yakuniy davlat attestatsiyasi", "Final state attestation"),
    "graduation_works": ("Bitiruv malakaviy ishi", "Graduation work"),
}
# The document of the education before this one (`students.Education.kind`).
EDUCATIONS = {
    "school": ("Shahodatnoma", "Certificate of general secondary education"),
    "lyceum": ("Akademik litsey diplomi", "Diploma of an academic lyceum"),
    "college": ("Kasb-hunar kolleji diplomi", "Diploma of a professional college"),
    "technical": ("Texnikum diplomi", "Diploma of a technical school"),
    "bachelor": ("Bakalavr diplomi", "Bachelor's diploma"),
    "master": ("Magistr diplomi", "Master's diploma"),
    "foreign": ("Nostrifikatsiya qilingan xorijiy hujjat", "Recognised foreign document"),
}
DISSERTATION = ("Magistrlik dissertatsiyasi", "Master's dissertation")
LEGAL_FORM = (
    "Oʻzbekiston Respublikasi oliy taʼlim muassasasi",
    "Higher education institution of the Republic of Uzbekistan",
)  # noqa: E501
TEXTS = {
    "11": {
        "degree": ("Bakalavr", "Bachelor"),
        "admission": ("Umumiy oʻrta yoki oʻrta maxsus, professional taʼlim toʻgʻrisidagi hujjat va kirish sinovlari",
                      "Certificate of general secondary or secondary specialised, professional education and entrance "
                      "examinations"),
        "next": ("Magistraturada oʻqishni davom ettirish huquqini beradi",
                 "Gives the right to enter a master's programme"),
        "profession": ("Yoʻnalish boʻyicha kasbiy faoliyat yuritish huquqini beradi",
                       "Gives the right to professional activity in the field of study"),
    },
    "12": {
        "degree": ("Magistr", "Master"),
        "admission": ("Bakalavr diplomi va kirish sinovlari", "Bachelor's diploma and entrance examinations"),
        "next": ("Tayanch doktoranturada oʻqishni davom ettirish huquqini beradi",
                 "Gives the right to enter a doctoral programme"),
        "profession": ("Mutaxassislik boʻyicha kasbiy faoliyat yuritish huquqini beradi",
                       "Gives the right to professional activity in the speciality"),
    },
}  # fmt: skip
SYSTEMS = {
    "credit": (
        "Kredit-modul tizimi: bilim 100 ballik shkalada baholanadi va 5 baholik shkalaga oʻtkaziladi; GPA — "
        "baholarning kreditlar boʻyicha oʻrtachasi; reyting = ball × soat / 100",
        "Credit-module system: knowledge is assessed on a 100-point scale and converted to a 5-mark scale; GPA is the "
        "mean of the marks weighted by credits; rating = points × hours / 100",
    ),
    "hundred": (
        "Reyting tizimi: bilim 100 ballik shkalada baholanadi; reyting = ball × soat / 100",
        "Rating system: knowledge is assessed on a 100-point scale; rating = points × hours / 100",
    ),
    "five": (
        "Bilim 5 baholik shkalada baholanadi: 5 — aʼlo, 4 — yaxshi, 3 — qoniqarli, 2 — qoniqarsiz",
        "Knowledge is assessed on a 5-mark scale: 5 excellent, 4 good, 3 satisfactory, 2 unsatisfactory",
    ),
}
