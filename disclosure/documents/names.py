# ruff: noqa: RUF001  wide signs are what is looked for
"""How the name of a person shows in a text: by a title, a label, or a tie to somebody.

Owns surnames, titles and the words around names, in simplified Chinese, English and German. A name
without such a word beside it is not taken for one: it would be a guess. The names that a case
knows are the business of ``people.py``.
"""

import re
from typing import Final

from disclosure.documents.kinds import Detector, Kind, in_any_case

HAN: Final = r"[\u4e00-\u9fff]"
DOUBLE_SURNAMES: Final = frozenset(
    (
        *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"),
        *("司徒", "夏侯", "端木", "南宫", "轩辕"),
    )
)
SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝"
    "龚邵万钱严武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申耿关兰焦俞左柳甘祝包宁尚"
    "符舒阮纪梅童凌毕单裴霍涂成苗谷曲盛冉翁蓝游辛靳欧柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆司卓古吉缪"
    "简连芦麦褚娄窦戚岑党宫费卜冷晏卫米柏宗瞿桂佟臧闵苟邬边卞姬仇栾隋刁荣巫寇桑郎甄丛仲虞敖"
)
UNLIKELY: Final = (
    "的是在了用说和与及把被将也不都就已给到来让对某先女您你我他她它这那有没还要会能可从向但或等其"
    "此各每以而且之所些什么怎吗呢吧啊号码电话地址身证代签推报打叫称付买卖送寄借诉"
)
SIR: Final = (
    "(?:先生|女士|小姐|太太|老师|师傅|经理|律师|医生|阿姨|警官|法官|检察官|主任|教授|大夫|同学|"
    "总监|总经理|局长|科长|所长)"
)
GIVEN: Final = rf"(?:(?![{UNLIKELY}]|{SIR}){HAN})"
SURNAME: Final = rf"(?:{'|'.join(sorted(DOUBLE_SURNAMES))}|[{SURNAMES}])"
AFTER: Final = (
    rf"(?!{HAN})|"
    "[的是在了用说和与及把被将也不都就已给到来让对有没还要会能可从向但或等其为代签推冒报打叫称发收"
    "付买卖住去因曾通同跟办申请您你谢确下退投登转交汇身性男女年电手一先本系共致于拿取帮送借欠陪当"
    "提今昨去现也很最再又更他她我吧呢啊吗诉开逃]"
)
NAME: Final = rf"(?:{SURNAME}(?:{GIVEN}{{2}}|{GIVEN})(?={AFTER}))"
LOOSE: Final = rf"(?:{NAME}|{SURNAME}{GIVEN}{{1,2}})"
LIST: Final = rf"{NAME}(?:[、,，和与及]{NAME}){{0,9}}"
FIELD: Final = (
    "(?:姓名|名字|联系人|联络人|收件人?|收货人?|收方|寄件人?|发件人?|寄方|寄|收|买家|卖家|买方|"
    "卖方|开?户名|开户人|持卡人|投诉人|当事人|申请人|代收人?|签收人?|取件人|提货人|付款人|收款人|"
    "法定代表人|法人代表|负责人|经办人|经手人|代理人|签名|签字|嫌疑人|被害人|受害人|证人|报案人|"
    "举报人|车主|房东|户主|监护人|承租人|出租人|借款人|担保人|客户|乘客|乘车人|驾驶员|司机|患者|"
    "家长|甲方|乙方|民警|警官|同事|朋友|抄送|操作员|审核人|复核人|店主|老板|联系|[\u4e00-\u9fff]{2,3}人)"
)
ROLE: Final = (
    "(?:买家|卖家|嫌疑人|被害人|受害人|证人|报案人|举报人|投诉人|当事人|申请人|被告人?|原告人?|"
    "第三人|民警|警员|协警|辅警|警官|法官|检察官|书记员|律师|代理人|法定代表人|法人|负责人|经办人|"
    "经手人|付款人|收款人|收件人|收货人|寄件人|联系人|联络人|代收人|签收人|持卡人|户名|开户人|"
    "车主|房东|户主|监护人|承租人|出租人|借款人|担保人|客户|乘客|乘车人|驾驶员|司机|患者|邻居|"
    "同事|朋友|室友|同学|领导|员工|店员|店主|老板|客服|快递员|骑手|保安|经理|医生|大夫|护士|老师|"
    "店长|主管|代表|请问|姓名|名叫|叫做|(?<!呼)叫|转交|(?:汇款|转账|"
    "[转交借寄发送卖付还退打汇])给了?|转告|委托|本人|我是|我叫)"
)
KIN: Final = (
    "(?:老公|老婆|丈夫|妻子|爱人|妈妈|母亲|爸爸|父亲|儿子|女儿|哥哥|弟弟|姐姐|妹妹|"
    "(?<=[我你他她俺的家])[妈爸哥弟姐妹]|爷爷|奶奶|外公|外婆|姥姥|姥爷|舅舅|姑姑|叔叔|伯父|阿姨|"
    "表哥|表弟|表姐|表妹|堂哥|堂弟|侄子|侄女|外甥|男友|女友|男朋友|女朋友|未婚妻|未婚夫|前妻|前夫|"
    "亲戚|家人|合伙人)"
)
COMMON: Final = (
    "方案|解压|付款|应收|毛重|成品|简称|全称|高中|高级|高兴|高度|高端|高清|任课|任何|任务|任意|金牌|金额|"
    "金融|金色|金属|方便|方式|方法|方面|时间|时候|时代|安全|安装|安排|安徽|常见|常用|程序|程度|"
    "全部|全国|全额|全新|万一|万元|马上|张开|黄金|黄色|白色|白天|水果|水平|钱包|钱款|江苏|江西|"
    "江南|云南|石家|石油|林业|温馨|温度|温州|周末|周[一二三四五六日]|周围|周期|于是|何时|何种|"
    "何况|余额|余下|单价|单位|单号|单据|华东|华南|华北|华为|房东|房间|房屋|曾经|关于|关系|关注|"
    "关闭|成功|成本|成都|成员|毛巾|毛衣|费用|米饭|和平|和解|康复|平台|文件|文化|文字|包裹|包装|"
    "包括|包邮|商品|商家|商城|项目|路由|路线|连接|连续|明细|应该|应当|应付|车辆|车牌|国家|公司|"
    "公安|管理|管辖|章程|顾客|古代|童装|夏季|严重|严格|解释|解除|解决|施工|荣誉|司机|司法|龙头|"
    "雷达|唐装|宋体|钟表|党员|应急|边上|师傅|师父|农业|农村|陆续|许可|许多|强烈|易碎|易付|尚未|"
    "向上|席位|左右|申请|祝您|祝你|谢谢|谢绝|凌晨|宁波|温暖|简单|简介|符合|纪念|盛大|成交|武汉|"
    "贺卡|毕业|广西|苗条|路过|游戏|党支|经理|女士|先生"
)
NO_WORD: Final = rf"(?=[{SURNAMES}欧司上诸东皇尉公慕令夏端南轩])(?!{COMMON})"
NAMES_IN_LIST: Final = re.compile(rf"{SURNAME}{GIVEN}{{1,2}}")
NO_OFFICE: Final = (
    rf"(?!{HAN}{{1,14}}"
    "(?:公司|银行|集团|中心|局|院|部|厂|店|所|学校|小学|中学|大学|委员会|协会|品牌|工作室))"
)

PARTICLE: Final = (
    "(?:van der|van den|van|von|de la|de los|de|del|della|da|dos|di|du|la|le|bin|ibn|al|el)"
)
WORD: Final = (
    r"(?:[A-ZÀ-Þ](?:['’][A-Z])?[a-zß-ÿ]{1,24}(?:['’\-][A-Za-zß-ÿ]{1,24}){0,3}|Mc[A-Z][a-z]{1,24}|"
    r"[A-Z]\.)"
)
NEXT: Final = rf"[ \-](?:{PARTICLE} )?{WORD}"
FULL: Final = rf"{WORD}(?:{NEXT}){{1,3}}"
SHORT: Final = rf"{WORD}(?:{NEXT}){{0,3}}"
TITLE: Final = (
    "(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Herrn?|Frau|Mme|Mlle|Monsieur|Señora?|Sra?|Sgt|"
    "Sergeant|Det|Detective|Inspector|Superintendent|Constable|Officer|Judge|Captain|Capt|"
    "Lieutenant|Nurse|Rev|Attorney|Prosecutor|Staatsanwalt|Staatsanwältin|Richter|Richterin|"
    "Kommissar|Kommissarin)"
)
RANK: Final = r"(?:PC|DC|DS|DI|DCI|WPC|Sir|Lady|Agent|Justice)"
TIED: Final = in_any_case(
    "sister|brother|mother|father|mum|mom|dad|son|daughter|wife|husband|partner|fianc[ée]e?|"
    "girlfriend|boyfriend|ex|friend|flatmate|roommate|housemate|colleague|co-worker|coworker|boss|"
    "manager|assistant|secretary|neighbou?r|landlord|landlady|tenant|cousin|uncle|aunt|nephew|"
    "niece|grandmother|grandfather|lawyer|solicitor|accountant|doctor|teacher|schwester|bruder|"
    "mutter|vater|tochter|sohn|mann|freund|freundin|kollege|kollegin|nachbar|nachbarin"
)
WHOSE: Final = r"(?:my|her|his|their|your|our|the|[a-z]{1,20}'s|meine?r?|seine?r?|ihre?r?)"
FIELD_LATIN: Final = in_any_case(
    "name|buyer|seller|contact(?: person)?|recipient|consignee|account holder|cardholder|attn|"
    "attention|addressee|cc|bcc|signed|signature|witness|payee|payer|sender|customer|client|"
    "patient|passenger|driver|landlord|tenant|owner|beneficiary|holder|suspect|victim|complainant|"
    "guarantor|emergency contact|next of kin|received by|signed by|approved by|prepared by|"
    "empfänger|absender|kunde|ansprechpartner|kontoinhaber"
)
ROLE_LATIN: Final = in_any_case(
    "witness|victim|suspect|complainant|defendant|claimant|plaintiff|recipient|consignee|buyer|"
    "seller|customer|client|payee|contact|cardholder|account holder|driver|passenger|tenant|"
    "landlord|courier|attn|c/o|care of|on behalf of|account of|signed by|signed for by|signed for|"
    "received by|collected by|paid by|sent by|sent for|written by|accepted by|handled by|"
    "approved by|reported by|ordered by|ordered for|delivered to|handed (?:it )?(?:over )?to|"
    "given to|gave (?:it )?to|spoke to|spoke with|man called|man named|woman called|woman named|"
    "somebody called|someone called|someone named|my name is|i am|paid for by|zeuge|zeugin|"
    "beschuldigte[rn]?|käufer|verkäufer|käuferin|verkäuferin"
)
NO_THING: Final = "".join(
    rf"(?<![{word[0].upper()}{word[0]}]{word[1:]} )"
    for word in ("product", "item", "file", "brand", "shop", "store", "company", "model", "user")
)
CLOSING: Final = "regards|thanks|thank you|sincerely|cheers|best wishes|grüßen|grüße"
LOUD: Final = r"[A-ZÀ-Þ]{2,24}(?:[ \-][A-ZÀ-Þ]{2,24}){1,2}(?![a-z])"
FAMILIES: Final = (
    "(?:Ouyang|Sima|Zhuge|Wang|Zhang|Liu|Chen|Yang|Zhao|Huang|Zhou|Wu|Xu|Zhu|Guo|Luo|Gao|Liang|"
    "Zheng|Xie|Tang|Deng|Feng|Peng|Zeng|Xiao|Tian|Dong|Yuan|Cai|Jiang|Yu|Cheng|Wei|Ding|Shen|Lu|"
    "Cui|Zhong|Zou|Meng|Xiong|Qin|Qiu|Hou|Xue|Lei|Duan|Shao|Qian|Mao|Hao|Wan|Li|Lin)"
)
SYLLABLE: Final = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?(?:iang|iong|uang|ang|eng|ian|iao|ing|ong|uai|uan|ai|"
    "an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u))"
)
NO_PINYIN: Final = "Li Ning|Xiao Mi|Wu Han|Wu Xi|Cheng Du|Yang Shan|Yang Zhou"
PINYIN: Final = rf"(?!{NO_PINYIN}){FAMILIES} (?i:{SYLLABLE}(?:-?{SYLLABLE})?)(?![A-Za-z'’])"
ORDINARY_WORDS: Final = (
    "Sir Madam Customer Customers Team Support Service Services Office Officer Police Bureau Court"
    " Bank Company Ltd Limited Inc Gmbh Llc Plc Warehouse Unknown None The Our Your This That We Y"
    "ou It They He She And But If In On At By For To From Please Thank Thanks All Any No Not Yes N"
    "ew York London Paris Berlin Beijing Shanghai Hong Kong United Kingdom States America China Ge"
    "rmany France Street Road Avenue Lane Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    " January February March April June July August September October November December Martens Pe"
    "pper Muscle Dior Sixty World General Department Ministry Data Protection Order Account Number"
    " Name Date Address Buyer Seller Recipient Contact Sales Shop Store Market Group Holdings Univ"
    "ersity School Hospital Hotel Club Desk Reception Manager Director Friend Friends Colleague Co"
    "lleagues Member Members User Valued Both Ladies Gentlemen Damen Herren Hiring Everyone Apple "
    "Google Amazon Samsung Windows Microsoft Public Security Legal Justice High Supreme Same Vario"
    "us Own Air Express Post Royal Mail Parcel Logistics Trading Trade Universe Of Or As With Who "
    "Up Off Out Is Are Was Has Front Back Door Home Screen Free Shipping Blue Red Black White Gree"
    "n Lamp Smart Phone Watch Request Requests Gift Gifts Card Box Set Pack Size Color Colour Best"
    " Super Pro Plus Max Mini Fast Next Day Night House Room Floor Building Gate Garage Garden Par"
    "k Entity Galaxy Balance Care Web Online Local Stores System Terms Policy Privacy Notice Law A"
    "ppreciation Recognition Product Products Item Items Delivery Return Returns Refund Payment In"
    "voice Price Total"
)
NOT_NAMES: Final = frozenset(ORDINARY_WORDS.split())


def _is_person(found: str) -> bool:
    words = found.replace("-", " ").split()
    return not any(word.strip(".,").capitalize() in NOT_NAMES for word in words)


def _said(text: str, *, each: bool = False) -> Detector:
    return Detector(
        Kind.OTHER_PERSON,
        re.compile(text, re.MULTILINE),
        _is_person,
        each=NAMES_IN_LIST if each else None,
    )


NAMES: Final = (
    _said(rf"(?<![谢主责儿])(?<!任(?=何)){NO_WORD}({SURNAME}{GIVEN}{{0,2}})(?={SIR})"),
    _said(
        rf"{FIELD}(?:信息|姓名|名称|名字)?\s?[是为叫]?[:：]\s?{NO_WORD}{NO_OFFICE}({LIST}|{LOOSE})",
        each=True,
    ),
    _said(rf"{ROLE}(?:是|为|叫|名叫|系|[:：])?\s?{NO_WORD}{NO_OFFICE}({LIST})", each=True),
    _said(rf"{KIN}(?:是|叫|名叫)?\s?{NO_WORD}{NO_OFFICE}({LIST})", each=True),
    _said(
        rf"[和跟与同]{NO_WORD}({SURNAME}{GIVEN}{{1,2}})"
        "(?=一起|一同|合租|合伙|合买|同住|共同|两人|二人)"
    ),
    _said(
        rf"^\s?{NO_WORD}({SURNAME}{GIVEN}{{1,2}})"
        r"(?=[ :：(（]{1,2}(?:\d{4}[\-/年.]|\d{1,2}[:：]\d\d))"
    ),
    _said(rf"^{NO_WORD}({SURNAME}{GIVEN}{{2}})(?=[:：])"),
    _said(rf"\b(?:{TITLE}\.? ){{1,3}}({SHORT})"),
    _said(rf"\b{RANK} ({FULL})"),
    _said(rf"\b{WHOSE} (?:[a-z]{{1,20}} )?{TIED},?(?: called| named)? ({SHORT})"),
    _said(
        rf"\b(?:{TIED},?(?: called| named)?\s|{ROLE_LATIN}(?: name)?(?: is)?\s(?:{TITLE}\.? )?|"
        rf"{NO_THING}{FIELD_LATIN}(?: name| is)?\s?[:：]\s?)"
        rf"(?!{TITLE}\b)({FULL}|{WORD}, {WORD}|{LOUD})"
    ),
    _said(rf"^(?:From|To|Von|An): ({FULL})"),
    _said(rf"\b(?:Dear|Hi|Hello|Hey|Liebe|Lieber) (?:{TITLE}\.? )?({SHORT})(?=\s?[,!.:\n]|$)"),
    _said(rf"\b(?i:{CLOSING}),?\s{{1,2}}({SHORT})$"),
    _said(rf"\b({PINYIN})"),
)
