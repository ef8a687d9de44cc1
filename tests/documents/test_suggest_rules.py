"""Suggestions, rule by rule: what is asked about, what is left alone, and what no text can cost."""

from collections.abc import Iterable, Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # the parsed form has no other name

import pytest

from disclosure.documents.checks import is_credit_code, is_identity_number, is_ip_address
from disclosure.documents.detectors import DETECTORS
from disclosure.documents.kinds import Kind
from disclosure.documents.suggest import suggest
from disclosure.documents.traditional import SIMPLIFIED, TRADITIONAL, simplified

TELEPHONE = "13812345678"


def found(text: str, *people: str) -> list[tuple[str, str]]:
    """Return kind and text of each suggestion."""
    return [(each.kind.value, text[each.start : each.end]) for each in suggest(text, people=people)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to juliane dot b at web dot de", "email", "juliane dot b at web dot de"),
        ("邮箱 xiaowu#163.com 请改", "email", "xiaowu#163.com"),
        ("发到wu艾特qq点com吧", "email", "wu艾特qq点com"),
        ("号码幺三八零零一二三四五六别说", "telephone", "幺三八零零一二三四五六"),
        ("打 0161 496 0123 找他", "telephone", "0161 496 0123"),
        ("电话:87654321", "telephone", "87654321"),
        ("IP:2001:db8::7 上线", "ip-address", "2001:db8::7"),
        ("(158.60.141.168)", "ip-address", "158.60.141.168"),
        ("手机上网112.64.51.220", "ip-address", "112.64.51.220"),
        ("登录系统112.64.51.220成功", "ip-address", "112.64.51.220"),
        ("host 203[.]0[.]113[.]9", "ip-address", "203[.]0[.]113[.]9"),
        ("plate number KA-XY 123", "plate", "KA-XY 123"),
        ("住香港旺角道12號3樓", "address", "香港旺角道12號3樓"),
        ("PO Box 1234", "address", "PO Box 1234"),
        ("黃先生來電", "other-person", "黃"),
        ("班主任唐老师", "other-person", "唐"),
        ("邻居罗阿姨收的", "other-person", "罗"),
        ("汇款给邱志刚", "other-person", "邱志刚"),
        ("购买人:谭咏", "other-person", "谭咏"),
        ("王小明:你什么时候发货", "other-person", "王小明"),
        ("contact Frau Schneider", "other-person", "Schneider"),
        ("Hi Daniel, your parcel", "other-person", "Daniel"),
        ("Kind regards,\nThomas Becker", "other-person", "Thomas Becker"),
        ("RECIPIENT: MARTA NOWAK", "other-person", "MARTA NOWAK"),
        ("Zhao Lihua has paid", "other-person", "Zhao Lihua"),
    ],
)
def test_a_value_is_found_however_it_is_written(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "look at shop.example.com",
        "版本号 3.2.1.0 更新日志",
        "release 10.20.30.40 is out",
        "ratio 16:9::4:3",
        "0.0.0.1",
        "a regulation (ABC 25) applies",
        "坐3号线到北京路3号线站台",
        "线路3层",
        "动作呼叫时选择性的参数",
        "高中老师说的",
        "同事马上来",
        "客户:华为公司",
        "甲方:金山软件公司",
        "朋友推荐的店",
        "任何老师都可以",
        "方案名: 甲",
        "Product name: Silver Kettle",
        "Li Ning shoes",
        "the manager Of",
        "Dear Customer",
        "PC Engine games",
        "Dr. Martens boots",
        "delivered to New York",
        "Boston, MA 02110-1301",
        "123456789012345678",
    ],
)
def test_what_only_looks_like_a_value_is_left_alone(text):
    assert found(text) == []


def test_each_person_of_a_list_is_asked_about():
    assert found("民警唐海涛、韩雪到场") == [("other-person", "唐海涛"), ("other-person", "韩雪")]


def test_a_person_of_the_case_is_no_other_person():
    assert found("收件人:张伟", "张伟") == [("known-person", "张伟")]
    assert found("收件人:张伟", "李娜") == [("other-person", "张伟")]


def test_a_person_of_the_case_goes_before_a_longer_name_of_another():
    assert found("Recipient: John Smith Junior", "John Smith") == [("known-person", "John Smith")]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("张伟", "張偉本人簽收", "張偉"),
        ("張偉", "张伟本人签收", "张伟"),
        ("王建国", "建国他爸说的", "建国"),
        ("John Smith", "John A. Smith paid", "John A. Smith"),
        ("Jürgen Müller", "Juergen Mueller confirmed", "Juergen Mueller"),
        ("李娜", "请转告李娜女士", "李娜女士"),
    ],
)
def test_a_person_of_the_case_is_found_in_another_spelling(name, text, value):
    assert found(text, name) == [("known-person", value)]


def test_a_given_name_inside_another_word_is_no_person():
    assert found("在建国门外大街", "王建国") == []
    assert found("新建国际会议", "王建国") == []


def test_no_traditional_sign_has_two_simplified_forms_or_another_length():
    assert len(set(TRADITIONAL)) == len(TRADITIONAL) == len(SIMPLIFIED)
    assert simplified(SIMPLIFIED) == SIMPLIFIED


def test_an_old_identity_number_needs_an_area_and_a_day():
    assert is_identity_number("130503670401001")
    assert not is_identity_number("990503670401001")
    assert not is_identity_number("130503671301001")


def test_fifteen_digits_that_are_a_card_number_are_no_old_identity_number():
    assert found("376309850719080") == [("bank-card", "376309850719080")]


def test_a_credit_code_without_letters_needs_an_office_and_an_area():
    assert is_credit_code("913301005000001031")
    assert not is_credit_code("123456789012345678")


def test_an_address_of_the_net_is_one_in_any_spelling():
    assert is_ip_address("::ffff:203.0.113.99")
    assert is_ip_address("171.43.19.66/32")
    assert not is_ip_address("256.1.1.1")


def _repeats(parsed: Iterable[object]) -> Iterator[object]:
    """Yield the upper bound of every repetition in a parsed pattern."""
    for part in parsed:
        if isinstance(part, tuple):
            if part[:1] and part[0] in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
                yield part[1][1]
            yield from _repeats(part)
        elif isinstance(part, list | _parser.SubPattern):
            yield from _repeats(part)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.kind.value)
def test_every_repetition_of_a_pattern_has_a_bound(detector):
    bounds = list(_repeats(_parser.parse(detector.pattern.pattern, detector.pattern.flags)))

    assert _constants.MAXREPEAT not in bounds
    assert all(bound <= 64 for bound in bounds)


def test_an_unbounded_repetition_would_be_seen():
    assert _constants.MAXREPEAT in list(_repeats(_parser.parse(r"(?:a|(?=b+?)c){0,2}")))


@pytest.mark.parametrize(
    "unit",
    ["8", "中", "路", "王", "([{<", ">}])", "\u200b", "\u202e", "a@", "1.", "1:", "a dot ", "Mr ",
     "姓名:王", "我妈王", "路1号", "小区1号", "Room 1, ", "Aa-", "电话", "passport "],
)  # fmt: skip
def test_a_value_after_a_hostile_text_is_found(unit):
    text = unit * (20_000 // len(unit)) + f"\n我的号是 {TELEPHONE}"

    last = suggest(text, people=["张伟", "John Smith"])[-1]

    assert (last.kind, text[last.start : last.end]) == (Kind.TELEPHONE, TELEPHONE)


def test_signs_that_turn_the_direction_do_not_hide_a_value():
    text = "\u202e".join(TELEPHONE)

    assert found(f"电话 {text}。") == [("telephone", text)]


def test_many_values_are_settled_in_the_order_of_the_text():
    mails = [f"user{number}@example.org" for number in range(5_000)]

    assert [value for _, value in found(" ".join(mails))] == mails


def test_signs_in_a_name_are_not_read_as_a_pattern():
    assert found("Jxxn A. Smxth paid", "J.*n Smxth") == []
