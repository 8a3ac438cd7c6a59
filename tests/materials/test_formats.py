"""Questions from files: every format by example, and what was written is read again as it was."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum.materials import formats, marking, rules
from curriculum.materials.formats import aiken, gift, hemis_text, moodle, tables
from curriculum.materials.rules import Answer, QuestionText
from tests.pictures import picture

WHOLE = rules.WHOLE
pytestmark = pytest.mark.duty("9.1")


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def parsed(text: str | bytes, kind: str = ""):
    return formats.parse(text if isinstance(text, bytes) else text.encode(), kind)


# --- HEMIS text

HEMIS = """Oʻzbekiston poytaxti?
=====
#Toshkent
=====
Samarqand
+++++
Qaysi sonlar tub?
======
#2
======
#7
======
9
======
15
++++++++
Javobsiz savol
+++++
Ikki javob, toʻgʻrisi yoʻq
====
birinchi
====
ikkinchi
+++++
Rasmli <img src="a.png"> savol
====
#ha
====
yoʻq
"""


def test_hemis_text_takes_the_good_and_names_the_bad_with_its_line():
    found = parsed(HEMIS)
    assert formats.guess(HEMIS.encode()) == "hemis"
    single, several = found.questions
    assert (single.kind, single.line) == (rules.SINGLE, 1)
    assert [one.share for one in single.answers] == [WHOLE, 0]
    assert several.kind == rules.SEVERAL
    assert [one.share for one in several.answers] == [50, 50, -50, -50]
    assert [one.line for one in found.problems] == [17, 19, 25]
    texts = [one.reason for one in found.problems]
    assert "no answers" in texts[0] and "at least one answer as right" in texts[1] and "Pictures" in texts[2]


def test_hemis_text_tidies_apostrophes_but_not_programs():
    text = "O'zbekcha so'z va [[[print('o')]]]\n====\n#to'g'ri\n====\n<b onclick=\"x\">noto'g'ri</b>\n"
    one = parsed(text, "hemis").questions[0]
    assert one.text == "Oʻzbekcha soʻz va [[[print('o')]]]"
    assert [answer.text for answer in one.answers] == ["toʻgʻri", "<b>notoʻgʻri</b>"]


# --- Aiken


def test_aiken_by_example():
    found = parsed("Capital?\nA. Tashkent\nB) Bukhara\nANSWER: A\n\nNo answer line\nA. one\nB. two\n")
    assert found.questions[0].answers == (Answer("Tashkent", WHOLE), Answer("Bukhara"))
    assert [(one.line, "no ANSWER line" in one.reason) for one in found.problems] == [(6, True)]
    wrong = parsed("Question?\nA. one\nB. two\nANSWER: D\n", "aiken")
    assert not wrong.questions and "names none" in wrong.problems[0].reason
    broken = parsed("Question?\nA. one\nC. three\nANSWER: A\n", "aiken")
    assert broken.problems[0].line == 3 and "in order (B.)" in broken.problems[0].reason


# --- GIFT

GIFT = r"""// a comment
$CATEGORY: course/Kirish

// difficulty: 3
::Q1:: What is 2\=2? {=yes#good ~no#bad}

Ticks {~%50%two ~%50%seven ~%-100%nine}

Sky is blue {T}

Match {=cat -> meow =dog -> woof}

Water formula {=H2O =%50%h20}

Two lines\nof an essay {}

Missing {=word ~world} here

Number {#3.14:0.01}

[html]<p>A <b class="x">bold</b><br>word</p> {=a ~b}

No braces at all

Nested {=a {b} ~c}
"""


def test_gift_by_example():
    found = parsed(GIFT)
    kinds = [one.kind for one in found.questions]
    assert kinds == [
        rules.SINGLE, rules.SEVERAL, rules.SINGLE, rules.MATCHING, rules.SHORT, rules.ESSAY, rules.SINGLE, rules.SINGLE,
    ]  # fmt: skip
    first, ticks, truth, match, short, essay, missing, html = found.questions
    assert (first.text, first.difficulty, first.topic) == ("What is 2=2?", 3, "Kirish")
    assert [one.text for one in first.answers] == ["yes", "no"]
    assert [one.share for one in ticks.answers] == [50, 50, -100] and ticks.difficulty == 2
    assert [one.share for one in truth.answers] == [100, 0]
    assert [(one.text, one.match) for one in match.answers] == [("cat", "meow"), ("dog", "woof")]
    assert [one.share for one in short.answers] == [100, 50]
    assert essay.text == "Two lines\nof an essay" and "_____ here" in missing.text
    assert html.text == "A <b>bold</b>\nword"
    reasons = [one.reason for one in found.problems]
    assert len(reasons) == 3
    assert "Numerical" in reasons[0] and "no answers in braces" in reasons[1] and "one pair" in reasons[2]


# --- Moodle XML

MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top/Algebra</text></category></question>
<question type="multichoice"><name><text>n</text></name>
 <questiontext format="html"><text><![CDATA[<p>Pick <i>one</i></p>]]></text></questiontext>
 <single>true</single>
 <answer fraction="100" format="html"><text>right</text></answer><answer fraction="0"><text>wrong</text></answer>
</question>
<question type="multichoice"><questiontext format="html"><text>Pick some</text></questiontext><single>false</single>
 <answer fraction="50"><text>a</text></answer><answer fraction="50"><text>b</text></answer>
 <answer fraction="-100"><text>c</text></answer></question>
<question type="truefalse"><questiontext format="html"><text>True thing</text></questiontext>
 <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
<question type="shortanswer"><questiontext><text>Short one</text></questiontext>
 <answer fraction="100"><text>yes</text></answer></question>
<question type="matching"><questiontext><text>Match these</text></questiontext>
 <subquestion><text>one</text><answer><text>1</text></answer></subquestion>
 <subquestion><text>two</text><answer><text>2</text></answer></subquestion></question>
<question type="essay"><questiontext><text>Write it down</text></questiontext></question>
<question type="numerical"><questiontext><text>How many?</text></questiontext></question>
<question type="multichoice"><questiontext><text>&lt;img src="@@PLUGINFILE@@/a.png"&gt; what?</text></questiontext>
 <answer fraction="100"><text>x</text></answer><answer fraction="0"><text>y</text></answer></question>
</quiz>"""
BOMB = '<!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><quiz><question type="essay">&b;</question></quiz>'
FOREIGN = (
    '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question type="essay">&x;</question></quiz>'
)


def with_picture(content: bytes, source: str = "@@PLUGINFILE@@/a.png", where: str = "questiontext") -> str:
    file = f'<file name="a.png" encoding="base64">{b64encode(content).decode()}</file>'
    shown = f"<text><![CDATA[<p>What is drawn?</p><img alt='' src='{source}'>]]></text>"
    text = shown + file if where == "questiontext" else "<text>What is drawn?</text>"
    answer = "<text>x</text>" if where == "questiontext" else shown + file
    return (
        f'<quiz><question type="multichoice"><questiontext format="html">{text}</questiontext>'
        f'<answer fraction="100">{answer}</answer><answer fraction="0"><text>y</text></answer></question></quiz>'
    )


def test_moodle_xml_brings_its_pictures_judged_by_their_content():
    found = parsed(with_picture(picture()))
    assert found.problems == []
    question = found.questions[0]
    assert (question.text, [one.name for one in question.pictures]) == ("What is drawn?", ["a.png"])
    assert question.pictures[0].content.startswith(b"\xff\xd8"), "written anew as JPEG"
    other = parsed(with_picture(picture(colour="blue"))).questions[0]
    assert rules.fingerprint(question, "11") != rules.fingerprint(other, "11")
    for refused, reason in (
        (with_picture(b"<svg onload=alert(1)>"), "not a picture"),
        (
            with_picture(picture(), "http://elsewhere/a.png")
            .replace("<file", "<no")
            .replace("</file", "</no"),
            "not in",
        ),
        (with_picture(picture(), where="answer"), "not in its answers"),
    ):
        found = parsed(refused)
        assert not found.questions and reason in found.problems[0].reason


def test_moodle_xml_by_example():
    found = parsed(MOODLE)
    assert [one.kind for one in found.questions] == [
        rules.SINGLE, rules.SEVERAL, rules.SINGLE, rules.SHORT, rules.MATCHING, rules.ESSAY,
    ]  # fmt: skip
    assert found.questions[0].text == "Pick <i>one</i>" and found.questions[0].topic == "Algebra"
    assert [one.line for one in found.problems] == [20, 21]
    assert (
        "numerical" in found.problems[0].reason and "picture is not in the file" in found.problems[1].reason
    )


@pytest.mark.parametrize("content", [BOMB, FOREIGN])
def test_moodle_xml_expands_no_entities(content):
    found = parsed(content)
    assert not found.questions and "document type or entities" in found.problems[0].reason


@pytest.mark.parametrize(
    ("content", "reason"), [("<quiz><question>", "broken"), ("<html></html>", "no quiz")]
)
def test_moodle_xml_that_is_none(content, reason):
    assert reason in parsed(content).problems[0].reason


# --- Excel


def test_excel_gives_back_what_it_was_given_and_names_bad_rows():
    found = parsed(tables.write(tables.SAMPLE))
    assert not found.problems
    assert [one.kind for one in found.questions] == [one.kind for one in tables.SAMPLE]
    assert [one.topic for one in found.questions] == ["Kirish"] * 5
    csv = "Savol,Turi,Javob 1,Javob 2\nSavol matni,shunaqa,#a,b\nYaxshi savol,,#a,b\nQisq,,#a,b\n"
    bad = parsed(csv.encode(), "excel")
    assert [one.text for one in bad.questions] == ["Yaxshi savol"]
    assert [one.line for one in bad.problems] == [2, 4]
    assert "header" in parsed(b"a,b\n1,2\n", "excel").problems[0].reason


def test_what_is_no_text_is_said():
    assert "not text" in parsed(b"\xff\xfe\x00\x01\x81", "gift").problems[0].reason


# --- round trips

CHARACTERS = st.characters(
    categories=("Lu", "Ll", "Nd", "Po", "Sm", "Zs"),
    include_characters="~=#{}:\\%<>-\n",
    exclude_characters="\u2060\u00a0\r",
)


def _is_tidy(text: str) -> bool:
    return bool(text) and " ".join(text.split()) == text


WORDS = st.text(CHARACTERS, min_size=1, max_size=30).map(rules.spaced).filter(_is_tidy)


@st.composite
def questions(draw, kinds=rules.KINDS):
    kind = draw(st.sampled_from(kinds))
    stem = "Savol " + draw(WORDS)
    texts = draw(st.lists(WORDS, min_size=2, max_size=5, unique_by=rules._key))
    if kind == rules.SINGLE:
        answers = tuple(Answer(text, WHOLE if at == 0 else Decimal(0)) for at, text in enumerate(texts))
    elif kind == rules.SEVERAL:
        answers = tuple(map(Answer, texts, rules.even_shares([at != 1 for at in range(len(texts))])))
    elif kind == rules.MATCHING:
        answers = tuple(Answer(text, Decimal(0), draw(WORDS)) for text in texts)
    elif kind == rules.SHORT:
        answers = tuple(Answer(text, WHOLE) for text in texts)
    else:
        answers = ()
    return QuestionText(kind, stem, answers, difficulty=draw(st.integers(1, 3)))


def _told(one: QuestionText):
    return (one.kind, one.text, one.answers, one.difficulty)


@settings(max_examples=60, deadline=None)
@given(st.lists(questions(), max_size=4))
def test_gift_gives_back_every_question(rows):
    found = gift.parse(gift.write(rows))
    assert found.problems == []
    assert [_told(one) for one in found.questions] == [_told(one) for one in rows]


@settings(max_examples=60, deadline=None)
@given(st.lists(questions(), max_size=4))
def test_moodle_gives_back_every_question(rows):
    found = moodle.parse(moodle.write(rows))
    assert found.problems == []
    told = [(one.kind, one.text, one.answers) for one in found.questions]
    assert told == [(one.kind, one.text, one.answers) for one in rows]


def test_what_moodle_reads_back_is_on_its_own_list_of_shares():
    drawn = rules.picture_of(picture(), "a.png")
    three = tuple(
        Answer(word, share)
        for word, share in zip("abcd", rules.even_shares([True] * 3 + [False]), strict=True)
    )
    text = QuestionText(rules.SEVERAL, "Formula <b>x</b> < 3?", three, topic="A/B", pictures=(drawn,))
    written = moodle.write([text]).decode()
    assert written.count('fraction="33.33333"') == 3 and 'fraction="-100"' in written
    (again,) = moodle.parse(written.encode()).questions
    assert (again.text, again.topic, len(again.pictures)) == (text.text, "A∕B", 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(questions(kinds=(rules.SINGLE,)), max_size=4))
def test_aiken_gives_back_every_choice(rows):
    found = aiken.parse(aiken.write(rows))
    assert found.problems == []
    assert [(one.text, one.answers) for one in found.questions] == [(one.text, one.answers) for one in rows]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from([code for code, _label in formats.FORMATS]))
def test_no_file_breaks_the_parsers_and_nothing_is_skipped(text, kind):
    found = parsed(text, kind)
    assert all(one.reason for one in found.problems)
    assert all(rules.fault_of(one) == "" for one in found.questions)
    if not found.questions and text.strip() and kind in ("gift", "aiken", "hemis"):
        lines = [line for line in text.splitlines() if line.strip()]
        marks = all(
            line.strip().startswith(("//", "$CATEGORY")) or set(line.strip()) <= set("+") for line in lines
        )
        assert found.problems or marks or kind == "gift"


@settings(max_examples=60, deadline=None)
@given(questions())
def test_what_a_form_shows_is_read_as_it_was(one):
    texts = [half for a in one.answers for half in (a.text, a.match)]
    marks = any(text.startswith(("#", "%")) or "->" in text or "\\n" in text for text in texts)
    if not marks:
        typed = marking.typed_answers(one.kind, one.answers)
        assert marking.read_answers(one.kind, typed) == one.answers


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("x<sup>2</sup>", "x<sup>2</sup>"),
        ("<b onclick=x>a</b>", "&lt;b onclick=x&gt;a&lt;/b&gt;"),
        ("<b>never closed", "<b>never closed</b>"),
        ("</i>closed only", "&lt;/i&gt;closed only"),
        ("[[[\nif a < b:\n]]]", "<pre><code>if a &lt; b:</code></pre>"),
        ("two\nlines", "two<br>lines"),
    ],
)
def test_html_is_never_raw(text, html):
    assert marking.formatted(text) == html


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="<>/bisup&\"'[] \nx", max_size=60))
def test_formatting_lets_no_other_tag_through(text):
    import re

    html = marking.formatted(text)
    assert set(re.findall(r"</?([a-z]+)[ >]", html)) <= {"b", "i", "u", "sub", "sup", "code", "pre", "br"}
    for tag in ("b", "i", "u", "sub", "sup"):
        assert html.count(f"<{tag}>") == html.count(f"</{tag}>")


def test_the_fingerprint_knows_a_question_again():
    one = QuestionText(rules.SINGLE, "Savol  matni", (Answer("a", WHOLE), Answer("b")))
    same = QuestionText(
        rules.SINGLE, " savol matni", (Answer("b", Decimal("0.00")), Answer("A ", Decimal("100.00")))
    )
    other = QuestionText(rules.SINGLE, "Savol matni", (Answer("a"), Answer("b", WHOLE)))
    assert rules.fingerprint(one, "11") == rules.fingerprint(same, "11")
    assert rules.fingerprint(one, "11") != rules.fingerprint(other, "11")
    assert rules.fingerprint(one, "11") != rules.fingerprint(one, "12")
    assert hemis_text.write([one]).startswith("Savol  matni\n=====\n#a")
