# ruff: noqa: RUF001  wide signs are what is tested
"""Sentences with one value each, in Chinese and English, and sentences that only look like it.

Made by code with a fixed seed; ``measured`` counts what the suggestions find. Check signs come from
``python-stdnum``, which shares nothing with the product.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import luhn
from stdnum.cn import ric, uscc

from disclosure.documents.kinds import DETECTED, Kind
from disclosure.documents.suggest import suggest

PEOPLE = ("欧阳明德", "张伟", "李晓红", "Weiming Zhang", "Anna Maria Schmidt")
EACH = 30
PART = 3
"""A value counts as found when at least this part of it, name without title, is suggested."""
WIDE = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})
FRAMES = (
    "客服您好，{}，请核实。",
    "我的资料：{}",
    "{}谢谢",
    "Please note {} for the file.",
    "See {}.",
    "买家留言({})已收到",
    '"{}"',
    "first line\n{}\nlast line",
)


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _spelt(chance: random.Random, number: str, group: int = 4) -> str:
    groups = [number[at : at + group] for at in range(0, len(number), group)]
    return chance.choice(
        [
            number,
            number,
            " ".join(groups),
            "-".join(groups),
            number.translate(WIDE),
            "\u200b".join(groups),
        ]
    )


def email(chance: random.Random) -> str:
    name = chance.choice(["zhang.wei", "li_hong88", "Anna.S", "buyer+shop", "13812345678", "o.k"])
    host = chance.choice(["example.com", "mail.example.cn", "163.example", "qq.example.com"])
    return chance.choice(
        [
            f"{name}@{host}",
            f"{name}＠{host}",
            f"{name} [at] {host.replace('.', ' [dot] ')}",
            f"{name.upper()}@{host.upper()}",
            f"{name}(at){host}",
            f"<{name}@{host}>",
        ]
    )


def telephone(chance: random.Random) -> str:
    mobile = f"1{chance.choice('3456789')}{_digits(chance, 9)}"
    split = f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}"
    land = f"{chance.choice('2345678')}{_digits(chance, 7)}"
    return chance.choice(
        [
            mobile,
            split,
            split.replace(" ", "-"),
            f"+86 {mobile}",
            f"0086-{mobile}",
            mobile.translate(WIDE),
            f"021-{land}",
            f"(010) {land}",
            f"0571 {land}",
            f"400-{_digits(chance, 3)}-{_digits(chance, 4)}",
            f"+44 20 7946 0{_digits(chance, 3)}",
            f"+1 (212) 555-0{_digits(chance, 3)}",
            f"+49 30 9018{_digits(chance, 4)}",
        ]
    )


def identity_number(chance: random.Random) -> str:
    area = chance.choice(["110101", "310115", "440305", "330106"])
    born = f"19{chance.randint(50, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = area + born + _digits(chance, 3)
    number = body + ric.calc_check_digit(body + "0")
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}"
    return chance.choice(
        [number, number.lower(), spaced, spaced.replace(" ", "-"), number.translate(WIDE)]
    )


def passport(chance: random.Random) -> str:
    return chance.choice(
        [
            f"E{_digits(chance, 8)}",
            f"EJ{_digits(chance, 7)}",
            f"G{_digits(chance, 8)}",
            f"C{_digits(chance, 8)}",
            f"passport no. {_digits(chance, 9)}",
            f"护照号：AB{_digits(chance, 7)}",
            f"H{_digits(chance, 8)}",
        ]
    )


def bank_card(chance: random.Random) -> str:
    first, length = chance.choice([("622848", 19), ("6217", 19), ("4", 16), ("52", 16), ("37", 15)])
    body = first + _digits(chance, length - len(first) - 1)
    return _spelt(chance, body + luhn.calc_check_digit(body))


def credit_code(chance: random.Random) -> str:
    body = f"91{chance.choice(['110108', '310115', '440300'])}MA" + "".join(
        chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(7)
    )
    return body + uscc.calc_check_digit(body)


def ip_address(chance: random.Random) -> str:
    four = f"{chance.randint(1, 223)}.{chance.randint(0, 255)}.{chance.randint(0, 255)}.7"
    return chance.choice(
        [
            four,
            four,
            f"{four}:8080",
            f"2001:db8::{chance.randint(1, 9999)}",
            "fe80::1ff:fe23:4567:890a",
            f"2001:0db8:85a3:0000:0000:8a2e:0370:{chance.randint(1000, 9999)}",
        ]
    )


def plate(chance: random.Random) -> str:
    town = chance.choice(["沪A", "京B", "粤B", "浙C", "川A"])
    return chance.choice(
        [
            f"{town}{_digits(chance, 5)}",
            f"{town}·{_digits(chance, 4)}K",
            f"{town} 8{_digits(chance, 3)}Q",
            f"{town}D{_digits(chance, 5)}",
            f"{town}F{_digits(chance, 5)}",
        ]
    )


def address(chance: random.Random) -> str:
    number = chance.randint(1, 999)
    return chance.choice(
        [
            f"上海市浦东新区世纪大道{number}号1203室",
            f"广东省深圳市南山区科技南路{number}号",
            f"北京市海淀区中关村大街{number}号院3号楼",
            f"杭州市西湖区文三路{number}号2单元501室",
            f"{number} Baker Street",
            f"Room 1203, {number} Century Avenue",
            f"No. {number} Garden Road",
            f"{number} Old Mill Lane, Apt. 4",
            f"幸福小区{number}栋2单元",
        ]
    )


def known_person(chance: random.Random) -> str:
    return chance.choice(
        [
            "欧阳明德",
            "欧阳 明德",
            "欧阳先生",
            "张伟",
            "张\u200b伟",
            "张先生",
            "李晓红",
            "李女士",
            "晓红女士",
            "Weiming Zhang",
            "Zhang Weiming",
            "ZHANG, Weiming",
            "Wei-ming Zhang",
            "Mr Zhang",
            "W. Zhang",
            "Anna Maria Schmidt",
            "Schmidt, Anna Maria",
            "Ms. Schmidt",
            "ANNA MARIA SCHMIDT",
        ]
    )


def other_person(chance: random.Random) -> str:
    return chance.choice(
        [
            "联系人：王小明",
            "收件人:陈静",
            "陈静女士",
            "赵先生",
            "买家刘洋",
            "黄师傅",
            "户名：周杰",
            "Mr. John Smith",
            "Dr Emily Brown",
            "Contact: Peter Miller",
            "Recipient: Maria Garcia Lopez",
            "Buyer: Tom O'Neill",
        ]
    )


MAKERS: dict[Kind, Callable[[random.Random], str]] = {
    Kind.EMAIL: email,
    Kind.TELEPHONE: telephone,
    Kind.IDENTITY_NUMBER: identity_number,
    Kind.PASSPORT: passport,
    Kind.BANK_CARD: bank_card,
    Kind.CREDIT_CODE: credit_code,
    Kind.IP_ADDRESS: ip_address,
    Kind.PLATE: plate,
    Kind.ADDRESS: address,
    Kind.KNOWN_PERSON: known_person,
    Kind.OTHER_PERSON: other_person,
}
HARMLESS = (
    "订单号 202611240000123456 已发货",
    "Order 20261124 left on Monday",
    "合计 1,234.50 元",
    "version 1.2.3.4 of the program",
    "版本 2.0.1.5 已更新",
    "at 12:30:45 on Tuesday",
    "会议 09:15:00 开始",
    "section 3.4.5.6 applies",
    "第12条第3款",
    "DR-2026-0042",
    "isbn 978-7-111-12345-6",
    "tracking SF1234567890123",
    "SKU E1234",
    "the price is 13812 yuan",
    "2026-11-24",
    "20261124",
    "24/11/2026",
    "room temperature 21.5",
    "10 lamps at 99.00 each",
    "a@b",
    "please look @ the lamp",
    "the at sign",
    "dot dot dot",
    "Street food is good",
    "The Road Not Taken",
    "in 5 working days",
    "12 Angry Men",
    "we sold 300 Blue lamps",
    "国王、张三丰饭店",
    "伟大的发明",
    "张开双手",
    "李子和桃子",
    "明德小学",
    "先生们女士们",
    "请先付款",
    "谢谢老师",
    "女士手表",
    "Dear customer",
    "Mrs and Mr",
    "Name of the product: Lamp",
    "Contact us any time",
    "Buyer protection",
    "the seller ships",
    "姓名不详",
    "买家已付款",
    "卖家发货慢",
    "联系人不在",
    "地址不详",
    "在路上",
    "一号文件",
    "三号公告",
    "本店第5号公告",
    "沪深300",
    "京A股",
    "粤菜馆",
    "护照遗失",
    "passport control",
    "E-commerce",
    "G20 summit",
    "card declined",
    "银行卡丢失",
    "1234567890123",
    "9999999999999999",
    "000000000000000000",
    "123456789012345678",
    "911101085923662400",
    "size 38-40-42",
    "ratio 16:9",
    "chapter 1:2:3",
    "::",
    "1.1",
    "256.1.1.1",
    "http status 404",
    "call us",
    "电话占线",
    "传真机 X200",
    "a 1080p screen",
    "model 4000-E",
    "第 1 至 20 页",
    "100%",
    "3.1415926535",
    "6 x 9 = 54",
    "code 0571",
    "year 1999 to 2026",
    "SHA256 3f2a",
    "12 Monday Morning",
    "by courier, thank you",
)


@dataclass(frozen=True)
class Measure:
    """Found and wanted values of one kind, and how often it was suggested where nothing was."""

    found: int
    wanted: int
    wrong: int

    @property
    def recall(self) -> float:
        return self.found / self.wanted

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.wrong)


def sentences() -> list[tuple[Kind, str, str]]:
    """Return kind, sentence and value, the same in every run."""
    chance = random.Random(20261124)  # noqa: S311  sentences, not secrets
    return [
        (kind, chance.choice(FRAMES).format(value), value)
        for kind, make in MAKERS.items()
        for value in (make(chance) for _ in range(EACH))
    ]


def measured() -> dict[Kind, Measure]:
    """Count, by kind, what is found in the sentences and what is wrongly suggested."""
    found = dict.fromkeys(Kind, 0)
    wrong = dict.fromkeys(Kind, 0)
    for kind, sentence, value in sentences():
        start = sentence.index(value)
        for each in suggest(sentence, people=PEOPLE):
            shared = min(each.end, start + len(value)) - max(each.start, start)
            if each.kind is kind and shared * PART >= len(value):
                found[kind] += 1
                break
    for sentence in HARMLESS:
        for each in suggest(sentence, people=PEOPLE):
            wrong[each.kind] += 1
    return {kind: Measure(found[kind], EACH, wrong[kind]) for kind in DETECTED}


def missed() -> list[str]:
    """Return the sentences whose value was not found, and the harmless ones that were taken."""
    lines = []
    for kind, sentence, value in sentences():
        kinds = [
            (each.kind, sentence[each.start : each.end])
            for each in suggest(sentence, people=PEOPLE)
        ]
        if not any(each is kind for each, _ in kinds):
            lines.append(f"{kind.value}: {value!r} in {sentence!r}: {kinds}")
    for sentence in HARMLESS:
        lines += [
            f"harmless {sentence!r}: {each.kind.value}" for each in suggest(sentence, people=PEOPLE)
        ]
    return lines
