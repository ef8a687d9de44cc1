"""Who works at the demonstration's platform, and the agencies in its register.

Owns names, roles, call-back numbers and domains. Nobody here exists: towns, counties and bodies are
made up, domains end in ``.example``, and telephone numbers come from the same ranges as those of
the marketplace's users (``people.py``).
"""

from dataclasses import dataclass

from disclosure.demonstration.people import phone_number
from disclosure.domain.access import Role

DOMAIN = "qinghe-market.example"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of staff.

    Attributes:
        username: What they sign in with.
        name: As pages and the ledger's readers see it.
        role: The one role that they hold.
    """

    username: str
    name: str
    role: Role

    @property
    def email(self) -> str:
        """Return an address that cannot exist."""
        return f"{self.username}@{DOMAIN}"


LIN, NOVAK = "lin.yue", "marek.novak"
ZHOU, OKAFOR = "zhou.wenhui", "amara.okafor"
CHEN, LINDQVIST = "chen.jiaming", "sofia.lindqvist"
FANG = "fang.ruoxi"

STAFF = (
    Member(LIN, "Lin Yue 林悦", Role.CASE_HANDLER),
    Member(NOVAK, "Marek Novak", Role.CASE_HANDLER),
    Member(ZHOU, "Zhou Wenhui 周文慧", Role.LEGAL_REVIEWER),
    Member(OKAFOR, "Amara Okafor", Role.LEGAL_REVIEWER),
    Member(CHEN, "Chen Jiaming 陈嘉铭", Role.COMPLIANCE_OFFICER),
    Member(LINDQVIST, "Sofia Lindqvist", Role.COMPLIANCE_OFFICER),
    Member(FANG, "Fang Ruoxi 方若溪", Role.SENIOR_COMPLIANCE_OFFICER),
    Member("hugo.almeida", "Hugo Almeida", Role.AUDITOR),
    Member("tao.yifan", "Tao Yifan 陶一帆", Role.ADMINISTRATOR),
)
"""Everybody, in the order in which they were hired."""

SHOWN = {
    role.value: next(member.username for member in STAFF if member.role is role) for role in Role
}
"""Role -> the person as whom the demonstration offers to sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An authority, court or regulator that writes to the platform.

    Attributes:
        number: Decides the telephone number.
        desk: First part of the address to which an answer may be delivered.
        source: Where our own people found the call-back number.
    """

    name: str
    local_name: str = ""
    requester_class: str
    country: str = "CN"
    number: int
    domain: str
    desk: str = "evidence"
    source: str

    @property
    def printed(self) -> str:
        """Return the name as it stands on the body's own paper."""
        return self.local_name or self.name

    def as_typed(self) -> dict[str, str]:
        """Return the entry as a person types it into the register's form."""
        return {
            "name": self.name,
            "local_name": self.local_name,
            "requester_class": self.requester_class,
            "country": self.country,
            "domains": self.domain,
            "callback_phone": phone_number(self.country, f"U-{self.number}"),
            "delivery_address": f"{self.desk}@{self.domain}",
        }


_DIRECTORY = "Printed directory of the province, checked against the body's own site"

BODIES: dict[str, Body] = {
    "police": Body(
        name="Yunxi Public Security Bureau, Linjiang Branch",
        local_name="云汐市公安局临江分局",
        requester_class="police",
        number=8101,
        domain="linjiang.yunxi-police.example",
        source=_DIRECTORY,
    ),
    "cyber_police": Body(
        name="Lanchuan Public Security Bureau, Cyber Security Corps",
        local_name="澜川市公安局网络安全保卫支队",
        requester_class="police",
        number=8102,
        domain="lanchuan-police.example",
        source=_DIRECTORY,
    ),
    "procuratorate": Body(
        name="Songzhao People's Procuratorate",
        local_name="松照市人民检察院",
        requester_class="procuratorate",
        number=8103,
        domain="songzhao-procuratorate.example",
        source=_DIRECTORY,
    ),
    "state_security": Body(
        name="Beizhu State Security Bureau",
        local_name="北渚市国家安全局",
        requester_class="state_security",
        number=8104,
        domain="beizhu-security.example",
        source="Handed over in person by the bureau's liaison officer",
    ),
    "court": Body(
        name="Luming Yunxi District People's Court",
        local_name="鹿鸣市云溪区人民法院",
        requester_class="court",
        number=8105,
        domain="luming-court.example",
        desk="registry",
        source="The court's public notice board",
    ),
    "order_desk": Body(
        name="Luming Yunxi District People's Court, desk for investigation orders",
        local_name="鹿鸣市云溪区人民法院律师调查令核验窗口",
        requester_class="court_order_lawyer",
        number=8106,
        domain="orders.luming-court.example",
        desk="orders",
        source="The court's public notice board",
    ),
    "regulator": Body(
        name="Yunxi Administration for Market Regulation",
        local_name="云汐市市场监督管理局",
        requester_class="regulator",
        number=8107,
        domain="yunxi-amr.example",
        source=_DIRECTORY,
    ),
    "copyright": Body(
        name="Lanchuan Copyright Administration",
        local_name="澜川市版权局",
        requester_class="copyright_authority",
        number=8108,
        domain="lanchuan-copyright.example",
        source=_DIRECTORY,
    ),
    "foreign_police": Body(
        name="Straits Harbour Police, Cyber Command",
        requester_class="foreign_authority",
        country="SG",
        number=8109,
        domain="straits-harbour-police.example",
        source="The liaison list of the ministry",
    ),
    "us_attorney": Body(
        name="Larkspur County District Attorney",
        requester_class="us_process",
        country="US",
        number=8110,
        domain="larkspur-da.example",
        desk="records",
        source="The county's printed directory",
    ),
    "eu_prosecutor": Body(
        name="Staatsanwaltschaft Morgenfurt",
        requester_class="eu_epoc_issuer",
        country="DE",
        number=8111,
        domain="sta-morgenfurt.example",
        desk="epoc",
        source="The judicial atlas of the European Union",
    ),
    "uk_police": Body(
        name="Wexmoor Constabulary, Digital Evidence Unit",
        requester_class="uk_authority",
        country="GB",
        number=8112,
        domain="wexmoor-police.example",
        source="The list of single points of contact",
    ),
}
"""Key in the stories -> the body's entry in our register."""

PROPOSED = Body(
    name="Songzhao Administration for Market Regulation",
    local_name="松照市市场监督管理局",
    requester_class="regulator",
    number=8113,
    domain="songzhao-amr.example",
    source=_DIRECTORY,
)
"""An entry that one person has proposed and nobody has confirmed yet."""
