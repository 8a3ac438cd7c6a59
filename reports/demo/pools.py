"""Names, faculties, specialities and streets of the demo university."""

SURNAMES = (
    "Abdullayev", "Abdurahmonov", "Ahmedov", "Alimov", "Azizov", "Boboyev", "Bekmurodov", "Choriyev",
    "Davronov", "Ergashev", "Eshmatov", "Fayziyev", "Gʻafurov", "Gʻaniyev", "Haydarov", "Hamidov",
    "Hasanov", "Ibragimov", "Ismoilov", "Jalilov", "Joʻrayev", "Karimov", "Komilov", "Latipov",
    "Mahmudov", "Mamatov", "Mirzayev", "Moʻminov", "Murodov", "Nazarov", "Normatov", "Nurmatov",
    "Ochilov", "Oʻrinov", "Oʻrolov", "Olimov", "Poʻlatov", "Qodirov", "Qosimov", "Qurbonov", "Rahimov",
    "Rahmonov", "Rasulov", "Roʻziyev", "Sattorov", "Saidov", "Salimov", "Sodiqov", "Sharipov", "Shodiyev",
    "Soliyev", "Tursunov", "Toʻrayev", "Umarov", "Usmonov", "Valiyev", "Xolmatov", "Xudoyberdiyev",
    "Yoʻldoshev", "Yusupov", "Zokirov", "Ziyodov",
)  # fmt: skip
MEN = (
    "Abbos", "Abdulla", "Akbar", "Akmal", "Alisher", "Anvar", "Asror", "Azamat", "Aziz", "Bahodir",
    "Bekzod", "Bobur", "Botir", "Davron", "Diyor", "Doniyor", "Elyor", "Farhod", "Farrux", "Gʻayrat",
    "Gʻulom", "Hamid", "Husan", "Ibrohim", "Ilhom", "Islom", "Jahongir", "Jamshid", "Javlon", "Kamol",
    "Laziz", "Mansur", "Mirzo", "Muhammad", "Murod", "Nodir", "Nurbek", "Odil", "Otabek", "Oʻktam",
    "Oʻtkir", "Rustam", "Sanjar", "Sardor", "Sherzod", "Shohruh", "Shuhrat", "Sobir", "Temur", "Toʻlqin",
    "Ulugʻbek", "Umid", "Xurshid", "Yoʻldosh", "Yusuf", "Zafar", "Ziyod",
)  # fmt: skip
WOMEN = (
    "Adiba", "Barno", "Charos", "Dildora", "Dilnoza", "Feruza", "Fotima", "Gavhar", "Gulbahor",
    "Gulchehra", "Gulnora", "Guli", "Hilola", "Iroda", "Kamola", "Komila", "Lola", "Lobar", "Madina",
    "Mahliyo", "Malika", "Maftuna", "Mohira", "Moʻtabar", "Muhabbat", "Munira", "Nafisa", "Nargiza",
    "Nasiba", "Nigora", "Nilufar", "Nodira", "Nozima", "Oydin", "Oygul", "Ozoda", "Parizoda", "Raʼno",
    "Rayhon", "Robiya", "Sabina", "Saida", "Sevara", "Shahlo", "Shahnoza", "Shoira", "Sitora", "Surayyo",
    "Umida", "Vasila", "Xurshida", "Yulduz", "Zarina", "Zebo", "Zilola", "Zuhra", "Zulfiya",
)  # fmt: skip
STREETS = (
    "Amir Temur",
    "Bobur",
    "Bogʻishamol",
    "Istiqlol",
    "Mirzo Ulugʻbek",
    "Mustaqillik",
    "Navoiy",
    "Oʻzbekiston",
    "Sharof Rashidov",
    "Yangi hayot",
)
# Region and a district of it (SOATO).
PLACES = (
    ("1703", "1703224"),
    ("1706", "1706215"),
    ("1718", "1718236"),
    ("1726", "1726294"),
    ("1730", "1730218"),
    ("1733", "1733226"),
)
MOBILE = ("90", "91", "93", "94", "97", "98", "99")

FACULTIES = (
    (
        "Pedagogika, iqtisodiyot va texnologiyalar fakulteti",
        "Факультет педагогики, экономики и технологий",
        "Faculty of Education, Economics and Technology",
        (
            "Boshlangʻich taʼlim metodikasi",
            "Iqtisodiyot va amaliy matematika",
            "Texnologik mashinalar va dasturlash",
        ),
    ),
    (
        "Filologiya fakulteti",
        "Филологический факультет",
        "Faculty of Philology",
        ("Oʻzbek adabiyoti", "Ingliz tili", "Rus tili va adabiyoti"),
    ),
    (
        "Tabiiy fanlar fakulteti",
        "Факультет естественных наук",
        "Faculty of Natural Sciences",
        ("Biologiya", "Kimyo", "Geografiya va ekologiya"),
    ),
    (
        "Ijtimoiy fanlar fakulteti",
        "Факультет социальных наук",
        "Faculty of Social Sciences",
        ("Tarix", "Psixologiya", "Pedagogika"),
    ),
)

# Faculty, kafedra (from 1), code, name, Russian name, English name.
SPECIALITIES = (
    (1, 1, "60110500", "Boshlangʻich taʼlim", "Начальное образование", "Primary education"),
    (
        1,
        1,
        "60111400",
        "Oʻzbek tili va adabiyoti",
        "Узбекский язык и литература",
        "Uzbek language and literature",
    ),
    (1, 2, "60410100", "Iqtisodiyot", "Экономика", "Economics"),
    (1, 2, "60540200", "Amaliy matematika", "Прикладная математика", "Applied mathematics"),
    (
        1,
        3,
        "60610100",
        "Kompyuter ilmlari va dasturlash texnologiyalari",
        "Компьютерные науки и технологии программирования",
        "Computer science and programming technologies",
    ),
    (
        1,
        3,
        "60720700",
        "Texnologik mashinalar va jihozlar",
        "Технологические машины и оборудование",
        "Technological machines and equipment",
    ),
    (
        2,
        2,
        "60230100",
        "Filologiya va tillarni oʻqitish: ingliz tili",
        "Филология и обучение языкам: английский язык",
        "Philology and language teaching: English",
    ),
    (
        2,
        3,
        "60230200",
        "Filologiya va tillarni oʻqitish: rus tili",
        "Филология и обучение языкам: русский язык",
        "Philology and language teaching: Russian",
    ),
    (3, 1, "60510100", "Biologiya", "Биология", "Biology"),
    (3, 2, "60530100", "Kimyo", "Химия", "Chemistry"),
    (3, 3, "60520100", "Ekologiya", "Экология", "Ecology"),
    (4, 1, "60220300", "Tarix", "История", "History"),
    (4, 2, "60310900", "Psixologiya", "Психология", "Psychology"),
    (4, 3, "60110100", "Pedagogika", "Педагогика", "Education studies"),
)

# Groups named in the admission sheet that the demo imports: they stand empty, mixed in form and language.
IMPORT_GROUPS = {
    "60110500": "110",
    "60111400": "111",
    "60410100": "410",
    "60540200": "540",
    "60610100": "610",
    "60720700": "720",
}

# Central units: code, name, kind (`h_structure_type`).
DIVISIONS = (
    ("303-201", "Rektorat", "16"),
    ("303-202", "Xodimlar boʻlimi", "13"),
    ("303-203", "Oʻquv-uslubiy boshqarma", "14"),
    ("303-204", "Marketing va talabalar amaliyoti boʻlimi", "13"),
    ("303-205", "Iqtidorli talabalarning ilmiy-tadqiqot faoliyatini tashkil etish boʻlimi", "13"),
    ("303-206", "Ilmiy-tadqiqotlar va ilmiy-pedagogik kadrlar boʻlimi", "13"),
    ("303-207", "Buxgalteriya", "13"),
    ("303-208", "Raqamli texnologiyalar markazi", "15"),
    ("303-209", "Yuridik boʻlim", "13"),
    ("303-210", "Axborot-resurs markazi", "15"),
    ("303-211", "Talabalar turar joyi", "10"),
)

# Login, role, unit, post (`h_teacher_position_type`), category (`h_employee_type`).
OFFICERS = (
    ("rector", "rectorate", "303-201", "20", "11"),
    ("hr", "hr", "303-202", "17", "11"),
    ("academic", "academic_affairs", "303-203", "17", "11"),
    ("marketing", "marketing", "303-204", "17", "11"),
    ("talent", "talent", "303-205", "17", "11"),
    ("research", "research", "303-206", "17", "11"),
    ("accounting", "accounting", "303-207", "30", "11"),
    ("admin", "administrator", "303-208", "19", "11"),
    ("legal", "legal", "303-209", "17", "11"),
    ("library", "library", "303-210", "19", "11"),
    ("dormitory", "dormitory", "303-211", "31", "11"),
    ("tutor1", "tutor", "303-101", "34", "11"),
)

# Groups of subjects: code, names.
SUBJECT_GROUPS = (
    (
        "GSE",
        "Gumanitar va ijtimoiy-iqtisodiy fanlar",
        "Гуманитарные и социально-экономические дисциплины",
        "Humanities",
    ),
    (
        "MTI",
        "Matematik va tabiiy-ilmiy fanlar",
        "Математические и естественные дисциплины",
        "Mathematics and sciences",
    ),
    ("UMK", "Umumkasbiy fanlar", "Общепрофессиональные дисциплины", "General professional subjects"),
    ("IXT", "Ixtisoslik fanlari", "Дисциплины специальности", "Subjects of the speciality"),
)
# Subjects: place of the group, names.
SUBJECTS = (
    (0, "Oʻzbekistonning eng yangi tarixi", "Новейшая история Узбекистана", "Modern history of Uzbekistan"),
    (0, "Falsafa", "Философия", "Philosophy"),
    (0, "Xorijiy til", "Иностранный язык", "Foreign language"),
    (0, "Rus tili", "Русский язык", "Russian language"),
    (0, "Dinshunoslik", "Религиоведение", "Religious studies"),
    (0, "Iqtisodiyot nazariyasi", "Экономическая теория", "Economic theory"),
    (0, "Huquqshunoslik", "Правоведение", "Law"),
    (0, "Jismoniy madaniyat", "Физическая культура", "Physical education"),
    (0, "Psixologiya", "Психология", "Psychology"),
    (0, "Pedagogika", "Педагогика", "Education studies"),
    (1, "Oliy matematika", "Высшая математика", "Higher mathematics"),
    (1, "Chiziqli algebra", "Линейная алгебра", "Linear algebra"),
    (1, "Matematik tahlil", "Математический анализ", "Mathematical analysis"),
    (1, "Ehtimollar nazariyasi", "Теория вероятностей", "Probability theory"),
    (1, "Matematik statistika", "Математическая статистика", "Mathematical statistics"),
    (1, "Diskret matematika", "Дискретная математика", "Discrete mathematics"),
    (1, "Umumiy fizika", "Общая физика", "General physics"),
    (1, "Umumiy kimyo", "Общая химия", "General chemistry"),
    (1, "Ekologiya", "Экология", "Ecology"),
    (1, "Axborot texnologiyalari", "Информационные технологии", "Information technology"),
    (
        2,
        "Algoritmlar va maʼlumotlar tuzilmasi",
        "Алгоритмы и структуры данных",
        "Algorithms and data structures",
    ),
    (2, "Dasturlash asoslari", "Основы программирования", "Introduction to programming"),
    (2, "Maʼlumotlar bazasi", "Базы данных", "Databases"),
    (2, "Kompyuter tarmoqlari", "Компьютерные сети", "Computer networks"),
    (2, "Menejment asoslari", "Основы менеджмента", "Management"),
    (2, "Marketing asoslari", "Основы маркетинга", "Marketing"),
    (2, "Buxgalteriya hisobi", "Бухгалтерский учёт", "Accounting"),
    (2, "Statistika", "Статистика", "Statistics"),
    (2, "Hayot faoliyati xavfsizligi", "Безопасность жизнедеятельности", "Life safety"),
    (2, "Ilmiy tadqiqot metodologiyasi", "Методология исследований", "Research methods"),
    (3, "Mutaxassislikka kirish", "Введение в специальность", "Introduction to the speciality"),
    (3, "Oʻqitish metodikasi", "Методика преподавания", "Teaching methods"),
    (3, "Tilshunoslik asoslari", "Основы языкознания", "Linguistics"),
    (3, "Adabiyotshunoslik", "Литературоведение", "Literary studies"),
    (3, "Makroiqtisodiyot", "Макроэкономика", "Macroeconomics"),
    (3, "Mikroiqtisodiyot", "Микроэкономика", "Microeconomics"),
    (3, "Sunʼiy intellekt asoslari", "Основы искусственного интеллекта", "Artificial intelligence"),
    (3, "Veb-dasturlash", "Веб-программирование", "Web development"),
    (3, "Materialshunoslik", "Материаловедение", "Materials science"),
    (3, "Texnologik jarayonlar", "Технологические процессы", "Technological processes"),
    (3, "Botanika", "Ботаника", "Botany"),
    (3, "Zoologiya", "Зоология", "Zoology"),
    (3, "Jahon tarixi", "Всемирная история", "World history"),
    (3, "Arxeologiya", "Археология", "Archaeology"),
    (3, "Ijtimoiy psixologiya", "Социальная психология", "Social psychology"),
    (3, "Taʼlim menejmenti", "Менеджмент образования", "Education management"),
    (3, "Amaliy statistika", "Прикладная статистика", "Applied statistics"),
    (3, "Loyiha faoliyati", "Проектная деятельность", "Project work"),
)
