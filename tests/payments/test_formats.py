"""Statements as files: the exchange of 1C in its encodings and shapes."""

from __future__ import annotations

import pytest

from finance.payments import formats
from tests.payments.world import exchange, order

ONE = order(number="17", amount="500000.00", purpose="3032600001 shartnoma", Плательщик1="KARIMOV AKMAL")


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig", "utf-16"])
def test_an_exchange_is_read_in_each_encoding(encoding):
    content = exchange([ONE], encoding=encoding)
    assert formats.is_exchange(content)
    found = formats.parse(formats.decoded(content))
    assert found.accounts == {"20210000900000000303"}
    [(number, cells)] = formats.rows(found)
    assert number == 5
    assert dict(zip(formats.HEADERS, cells, strict=True)) == {
        "Sana": "15.09.2026",
        "Hujjat raqami": "17",
        "Kirim": "500000.00",
        "Chiqim": "",
        "Toʻlovchi": "KARIMOV AKMAL",
        "STIR": "123456789",
        "Hisobvaraq": "22618000900000000001",
        "Toʻlov maqsadi": "3032600001 shartnoma",
    }


def test_the_tin_before_the_payers_name_is_no_name():
    plain = {key: value for key, value in ONE.items() if key != "Плательщик1"}
    [(_number, cells)] = formats.rows(formats.parse(formats.decoded(exchange([plain]))))
    assert cells[4] == "TALABA OTASI"


def test_what_comes_in_and_what_goes_out():
    by_account = ONE | {"ДатаПоступило": "", "Номер": "18"}
    out = ONE | {"ДатаПоступило": "", "ДатаСписано": "16.09.2026", "Номер": "19"}
    foreign = ONE | {"ДатаПоступило": "", "ПолучательСчет": "20208000500000000001", "Номер": "20"}
    rows = formats.rows(formats.parse(formats.decoded(exchange([by_account, out, foreign]))))
    assert [(cells[1], cells[2], cells[3]) for _number, cells in rows] == [
        ("18", "500000.00", ""),
        ("19", "", "500000.00"),
        ("20", "", "500000.00"),
    ]


def test_a_purpose_in_parts_is_put_together_once():
    whole = ONE | {
        "НазначениеПлатежа": "toʻlov 1",
        "НазначениеПлатежа1": "toʻlov 1",
        "НазначениеПлатежа2": "davomi",
    }
    [(_number, cells)] = formats.rows(formats.parse(formats.decoded(exchange([whole], encoding="utf-8"))))
    assert cells[7] == "toʻlov 1 davomi"


@pytest.mark.parametrize(
    "text", ["", "nothing", "1CClientBankExchange\nСекцияДокумент=Платежное поручение\nСумма=5"]
)
def test_what_is_no_whole_exchange_is_refused(text):
    with pytest.raises(formats.NotAnExchange):
        formats.parse(text)


def test_bytes_of_nothing_known_are_refused():
    with pytest.raises(formats.NotAnExchange):
        formats.decoded(b"1CClientBankExchange\r\n\xff\xfe\x00")
    assert not formats.is_exchange(b"Sana;Summa")
