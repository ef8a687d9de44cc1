"""A second, slow reading of the rules, written from the model of the grounds and not from the code.

Owns nothing that the program uses: no pack, no engine, only literal tables and plain ``if``s over a
case as JSON holds it. Where it and the engine differ, one of them has misread the text.
"""

from datetime import datetime, timedelta, timezone

HOUSE = timezone(timedelta(hours=8))

TAXONOMY = {
    "reg": {
        "L0": "user_id username display_name registered_at country",
        "L1": "email phone business_name business_licence_no",
        "L2": "real_name postal_address gender dob guardian_name guardian_contact id_type",
        "L3": "id_number id_image bank_account payment_token face_template",
    },
    "ipc": {
        "L0": "right_ref",
        "L1": "complainant_name agent_name contact_email contact_phone",
        "L2": "service_address",
        "L3": "id_document",
    },
    "log": {
        "L0": "browser language os device_model",
        "L1": "ip port access_time login_events coarse_geo",
        "L2": "device_id cookie_id page_records",
        "L3": "precise_geo",
    },
    "ptn": {
        "L0": "source_name",
        "L1": "logistics_phone",
        "L2": "logistics_address payment_ref social_id segment",
        "L3": "credit_score",
    },
    "exc": {"X": "search_keywords publications activities transactions evaluations violations"},
    "cnt": {"C": "messages"},
    "cred": {"N": "password_hash security_answers mfa_secret session_token"},
}
LEVEL = {
    f"{category}.{name}": level
    for category, levels in TAXONOMY.items()
    for level, names in levels.items()
    for name in names.split()
}

DOMESTIC = {
    "police": {"cn_evidence_notice", "cn_emergency_request"},
    "procuratorate": {"cn_evidence_notice", "cn_emergency_request"},
    "state_security": {"cn_state_security_approval", "cn_emergency_request"},
    "court": {"court_notice"},
    "court_order_lawyer": {"court_investigation_order"},
    "regulator": {"regulator_letter"},
    "copyright_authority": {"copyright_authority_letter"},
}
FOREIGN = {
    "foreign_authority": {"foreign_order"},
    "us_process": {"us_subpoena", "us_2703d_order", "us_warrant"},
    "eu_epoc_issuer": {"epoc"},
    "uk_authority": {"uk_ipa_notice", "uk_production_order"},
}
AUTHORITIES = {**DOMESTIC, **FOREIGN}
TWO_OFFICERS = {"police", "procuratorate", "state_security", "regulator"}
COPYRIGHT_REACH = {
    *("reg.display_name", "reg.username", "reg.business_name", "reg.real_name", "reg.email"),
    *("reg.phone", "reg.postal_address", "log.ip", "log.port"),
}
"""Name, contact and network address: all that a copyright authority's demand reaches."""

GROUND_CHECKS = {
    "G3A": "A01 A02 A04 A05 A03",
    "G3B": "B05 B01 B03 B02 B04",
    "G3C": "C01 C02 C05",
    "G3D": "D01 D02 D04 D05",
    "G3E": "E02 E01 E03 E04 E06 E08",
    "G3F": "F01 F02 F03 F04 F06 F07",
    "G3G": "X01 X02 X03 X04 X06",
    "G2C": "A01 A02 A04 A03",
}
BEFORE = [
    *("V01", "V02", "V03", "V04", "V05", "V06", "I01", "I02", "I03", "I04", "I05"),
    *("S01", "S08", "S04", "S07", "J01", "J02", "J03", "J04"),
]
AFTER = [
    *("S02", "S03", "S06", "S09", "P01", "P02", "P03", "P04", "P05", "P06", "N01", "R05"),
    *("R01", "R02", "R03", "R04", "R06"),
]
KEY = {
    "G3A": "A03",
    "G3B": "B02",
    "G3C": "I01",
    "G3D": "D05",
    "G3E": "E02",
    "G3F": "F03",
    "G3G": "X04",
    "G2C": "A02",
}
NEVER = {
    "G3A": "cred.* exc.* cnt.* reg.id_image reg.face_template",
    "G3B": "cred.* exc.* cnt.* reg.id_image reg.face_template reg.bank_account",
    "G3C": "cred.*",
    "G3D": "cred.* exc.* cnt.* log.* reg.id_number reg.id_image reg.bank_account reg.face_template",
    "G3E": (
        "cred.* exc.* cnt.* log.* reg.id_number reg.id_image reg.bank_account reg.dob "
        "reg.postal_address ipc.id_document"
    ),
    "G3F": (
        "cred.* exc.* cnt.* log.* reg.id_number reg.id_image reg.bank_account reg.dob "
        "reg.face_template"
    ),
    "G3G": "cred.* exc.* cnt.* log.* reg.L3 ptn.*",
    "G2C": "cred.* exc.* cnt.* log.* ptn.* reg.L2 reg.L3",
}
LISTS = {
    "G3D": ("reg.business_name reg.real_name reg.email", "reg.postal_address reg.phone"),
    "G3E": (
        "ipc.complainant_name ipc.agent_name ipc.contact_email ipc.right_ref",
        "ipc.contact_phone ipc.service_address",
    ),
    "G3F": ("reg.display_name reg.phone reg.email", "reg.real_name reg.postal_address"),
    "G3G": ("", "reg.display_name reg.business_name reg.email"),
}
TRADER = {
    *("reg.business_name", "reg.business_licence_no", "reg.postal_address"),
    *("reg.phone", "reg.email"),
}
TEMPLATES = {
    "delivery": ["reg.real_name", "reg.phone", "reg.postal_address"],
    "payment": ["reg.real_name", "reg.payment_token"],
    "customer_service": ["reg.display_name", "reg.email"],
}
PURPOSES = {
    "G3E": {
        *("resolve rights dispute", "claim for wrongful notice"),
        "defend against the complaint",
    },
    "G3F": {"complete transaction", "resolve dispute"},
}
MARKETING = {"marketing", "partner marketing", "advertising", "promotion"}
NOTICE = {
    "G3A": "at_release",
    "G3B": "at_release",
    "G3D": "prior",
    "G3E": "at_release",
    "G3F": "prior",
    "G3G": "prior",
    "G2C": "at_release",
}
NOTICE_BY_CLASS = {
    "police": "delayed",
    "procuratorate": "delayed",
    "state_security": "suppressed",
    "court": "at_release",
    "court_order_lawyer": "at_release",
    "regulator": "at_release",
    "foreign_authority": "delayed",
    "us_process": "prior",
    "eu_epoc_issuer": "suppressed",
    "copyright_authority": "at_release",
    "uk_authority": "delayed",
}
SUBPOENA_LOGS = {"log.ip", "log.port", "log.access_time", "log.login_events"}
LONGEST_DAYS = 180
IN_FORCE_FROM = datetime(2026, 1, 1, tzinfo=HOUSE)
"""Every ground's ``valid_from``."""


def at(text):
    """Return the instant that a date or time of a case means."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=HOUSE)


def same(name):
    """Return a person's name so that another spelling is no other person."""
    return name.strip().casefold()


class Oracle:
    """One case, walked through check by check."""

    def __init__(self, raw):
        facts = raw["facts"]
        self.ground = raw["ground"]
        self.release = at(facts["release_at"])
        for part in ("requester", "instrument", "subject", "request", "policy"):
            setattr(self, part, facts.get(part) or {})
        self.own = facts.get("ground_facts") or {}
        self.consent = self.own.get("consent") or {}
        self.process = facts.get("process")
        self.who = self.requester.get("class")
        self.left = list(dict.fromkeys(self.request.get("fields") or []))
        age = self.subject.get("age")
        self.child = age is not None and age < 14
        self.storage = self.subject.get("storage")

    def answer(self):
        """Return outcome, deciding check, fields, approvals and notice."""
        narrowed = None
        order = [*BEFORE, *GROUND_CHECKS[self.ground].split(), *AFTER]
        for check in order:
            rule = getattr(self, check.lower(), None)
            found = rule() if rule else None
            if isinstance(found, str):
                return self._closed(found, check)
            if isinstance(found, set) and found:
                narrowed = narrowed or check
                self.left = [field for field in self.left if field not in found]
        if not self.left:
            return self._closed("refuse", narrowed or "S03")
        outcome = "release_partial" if narrowed else "release"
        deciding = narrowed or self._shaped_by()
        return (outcome, deciding, self.left, self._approvals(), self._notice())

    def _closed(self, outcome, check):
        approvals = "none"
        if outcome == "preserve_only":
            approvals = "STD"
        if outcome == "hold" and check in {"X04", "R01"}:
            approvals = self._approvals()
        return (outcome, check, [], approvals, "none")

    def _shaped_by(self):
        if self._emergency():
            return "C02"
        if self.who in FOREIGN and self.storage == "CN":
            return "J01"
        if self._export():
            return "J02"
        if self.ground == "G3C" and self.instrument.get("gag"):
            return "N01"
        return KEY[self.ground]

    def _approvals(self):
        if self._emergency() and self.who in DOMESTIC:
            return "EMERG"
        heavy = any(self.level(field) in {"L3", "X"} for field in self.left)
        dual = heavy or self.child or self.who in FOREIGN or self._export()
        return "DUAL" if dual or self.ground in {"G3D", "G3G"} else "STD"

    def _notice(self):
        if self.ground != "G3C":
            trader = self.ground == "G3F" and self.own.get("trader")
            return "at_release" if trader else NOTICE[self.ground]
        plan = NOTICE_BY_CLASS[self.who]
        delayed = self.instrument.get("gag") or self.instrument.get("emergency")
        return "delayed" if delayed and plan != "suppressed" else plan

    def _emergency(self):
        return self.ground == "G3C" and self.instrument.get("emergency", False)

    def _export(self):
        private = self.who not in AUTHORITIES
        return private and self.requester.get("country") != "CN" and self.storage == "CN"

    def level(self, field):
        """Return the level of a field; everything of a child up to L2 counts as L3."""
        level = LEVEL[field]
        return "L3" if self.child and level in {"L0", "L1", "L2"} else level

    def selected(self, selectors):
        """Return the fields that words such as ``reg.L1``, ``log.*`` or ``reg.dob`` mean."""
        fields = set()
        for selector in selectors.split():
            category, _, rest = selector.partition(".")
            levels = {"L1": {"L0", "L1"}, "L2": {"L2"}, "L3": {"L3"}}.get(rest)
            for field in LEVEL:
                of_category = field.startswith(category + ".")
                if of_category and (rest == "*" or (levels and self.level(field) in levels)):
                    fields.add(field)
            if selector in LEVEL:
                fields.add(selector)
        return fields

    # Shared checks, before the ground's own

    def v01(self):
        return None if self.requester.get("verified") and self.who else "needs_info"

    def v02(self):
        domain = self.requester.get("domain")
        if domain == "lookalike":
            return "refuse"
        return "needs_info" if self.who in AUTHORITIES and domain != "registered" else None

    def v03(self):
        called = self.requester.get("callback_done")
        return "hold" if self.who in AUTHORITIES and not called else None

    def v04(self):
        few = self.requester.get("officers", 0) < 2
        return "needs_info" if self.who in TWO_OFFICERS and few else None

    def v06(self):
        return "reroute" if self.requester.get("is_data_subject") else None

    def i01(self):
        kind = self.instrument.get("type")
        if self.ground != "G3C" or kind in AUTHORITIES.get(self.who, ()):
            return None
        return "preserve_only" if kind == "preservation_request" else "refuse"

    def i02(self):
        whole = all(self.instrument.get(key) for key in ("number", "sealed", "issued_at"))
        return "needs_info" if self.ground == "G3C" and not whole else None

    def i03(self):
        if self.ground != "G3C":
            return None
        early = self.release < at(self.instrument["issued_at"])
        expires = self.instrument.get("expires_at")
        return "needs_info" if early or (expires and at(expires) < self.release) else None

    def i04(self):
        level = self.instrument.get("issuer_level") if self.ground == "G3C" else None
        return {"unclear": "needs_human", "insufficient": "needs_info"}.get(level)

    def i05(self):
        named = self.instrument.get("names_us")
        return "needs_info" if self.ground == "G3C" and not named else None

    def s01(self):
        one = self.subject.get("resolves_to") == 1 and self.subject.get("identifiers_agree")
        return None if one else "needs_info"

    def s08(self):
        return "link_duplicate" if self.request.get("duplicate_of") else None

    def s04(self):
        if not any(f.startswith("log.") or f == "exc.search_keywords" for f in self.left):
            return None
        days = self.request.get("period_days")
        if days is None:
            return "needs_info"
        long = days > LONGEST_DAYS and not self.request.get("period_reason")
        return "needs_human" if long else None

    def s07(self):
        return "no_data" if self.request.get("data_exists") is False else None

    def j01(self):
        gate = self.who in FOREIGN and self.storage == "CN"
        return "refuse" if gate and not self.instrument.get("art41_approval") else None

    def j02(self):
        return "hold" if self._export() and not self.own.get("export_route") else None

    def j03(self):
        if self.storage not in {"CN", "US", "EU", "UK"}:
            return "needs_human"
        if self.who not in AUTHORITIES or self.storage == "CN":
            return None
        if self.storage == "EU" and self.who != "eu_epoc_issuer":
            return None if self.instrument.get("intl_agreement") else "refuse"
        if self.storage == "US" and self.who != "us_process":
            return "needs_human"
        if self.storage == "UK" and self.who != "uk_authority":
            return "needs_human"
        return self._beyond_us_paper() if self.storage == "US" else None

    def _beyond_us_paper(self):
        kind, cut = self.instrument.get("type"), set()
        for field in self.left:
            if field.startswith("cnt.") and kind != "us_warrant":
                cut.add(field)
            if kind == "us_subpoena" and field.startswith("exc."):
                cut.add(field)
            if kind == "us_subpoena" and field.startswith("log.") and field not in SUBPOENA_LOGS:
                cut.add(field)
        return cut

    def j04(self):
        return "refuse" if self.requester.get("restricted_list") else None

    # The grounds' own checks

    def a01(self):
        if not any(self.consent.values()):
            return "needs_info"
        given = self.consent.get("given_at")
        return "needs_info" if given and at(given) > self.release else None

    def a02(self):
        return None if self.consent.get("separate") else "needs_info"

    def a04(self):
        return None if self.consent.get("covers") else "refuse"

    def a05(self):
        return "refuse" if self.child and not self.consent.get("guardian") else None

    def a03(self):
        gone = self.consent.get("withdrawn_at")
        return "refuse" if gone and at(gone) <= self.release else None

    def b05(self):
        return "reroute" if (self.own.get("purpose") or "").casefold() in MARKETING else None

    def b01(self):
        return None if self.own.get("order_ref") else "refuse"

    def b03(self):
        return None if self.own.get("contract") else "needs_info"

    def b02(self):
        return None if self.own.get("template") in TEMPLATES else "needs_human"

    def b04(self):
        """Ask for the end of access; one that has passed already is the end of all access."""
        end = self.own.get("access_end")
        return None if end and self.release <= at(end) else "needs_info"

    def c01(self):
        return None if self.instrument.get("legal_basis") else "needs_info"

    def c02(self):
        return "needs_human" if self._emergency() and self._danger() == "property" else None

    def _danger(self):
        return self.instrument.get("danger", "person")

    def c05(self):
        named = self.instrument.get("fields") or []
        return {f for f in self.left if self.level(f) == "L3" and f not in named}

    def d01(self):
        if not self.own.get("decision"):
            return "refuse"
        return None if self.own.get("final") else "hold"

    def d02(self):
        return None if self.own.get("interest") else "refuse"

    def d04(self):
        return None if self.own.get("relay_tried") else "needs_info"

    def d05(self):
        return None if self.own.get("law_note") else "refuse"

    def e02(self):
        return None if self.own.get("requester_is_respondent") else "refuse"

    def e01(self):
        return None if self.own.get("qualified") else "refuse"

    def e03(self):
        return None if self.own.get("forwarded") else "hold"

    def e04(self):
        return None if self._purpose_accepted() else "refuse"

    def _purpose_accepted(self):
        return (self.own.get("purpose") or "").casefold() in PURPOSES[self.ground]

    def e06(self):
        return "needs_human" if self.own.get("state") == "withdrawn" else None

    def e08(self):
        return "needs_human" if self.subject.get("safety_flag") else None

    def f01(self):
        return None if self.own.get("on_platform") else "refuse"

    def f02(self):
        return None if self.own.get("is_party") else "refuse"

    def f03(self):
        return None if self.own.get("performed") in {"part", "full"} else "refuse"

    def f04(self):
        return None if self._purpose_accepted() else "refuse"

    def f06(self):
        return None if self.own.get("relay_tried") else "needs_info"

    def f07(self):
        return "refuse" if self.own.get("in_time") is False else None

    def x01(self):
        return "reroute" if self.own.get("other_ground_fits") else None

    def x02(self):
        return None if self.own.get("legal_basis") else "refuse"

    def x03(self):
        return None if self.own.get("reason_ok") else "needs_info"

    def x04(self):
        if self.process is None:
            return None
        others = set(self._approvers()) - {same(self.process.get("reviewer") or "")}
        return None if len(others) >= 2 else "hold"

    def _approvers(self):
        return [same(name) for name in self.process.get("approvers") or []]

    # Shared checks, after the ground's own

    def s02(self):
        paper, cut = self.instrument if self.ground == "G3C" else {}, set()
        for field in self.left:
            if field.startswith("exc."):
                named = field in (paper.get("fields") or [])
                cut |= set() if named and paper.get("excluded_basis") else {field}
            if field.startswith("cnt."):
                warrant = paper.get("content_warrant") or paper.get("type") == "us_warrant"
                cut |= set() if warrant else {field}
        return cut

    def s03(self):
        allowed = self._list() - self.selected(NEVER[self.ground])
        cut = {field for field in self.left if field not in allowed}
        if self.ground == "G3G":
            kept = [field for field in self.left if field in allowed]
            cut |= set(kept[3:])
        return cut

    def _list(self):
        if self.ground == "G3C":
            return self._paper_list()
        if self.ground in {"G3A", "G2C"}:
            cap = {"reg.email", "reg.display_name"} if self.ground == "G2C" else self._consent_cap()
            return cap & set(self.consent.get("fields") or [])
        if self.ground == "G3B":
            return set(TEMPLATES[self.own["template"]])
        if self.ground == "G3F" and self.own.get("trader"):
            return TRADER
        default, justified = LISTS[self.ground]
        given = set(self.request.get("justified") or [])
        return set(default.split()) | (set(justified.split()) & given)

    def _consent_cap(self):
        """Return what a consent can name at all; P02 asks for the highest level's own consent."""
        levels = {"reg": "L0 L1 L2 L3", "log": "L0 L1 L3", "ptn": "L0 L1 L2 L3"}
        return {f for f, level in LEVEL.items() if level in levels.get(f[:3], "").split()}

    def _paper_list(self):
        cap = {f for f in LEVEL if f.startswith(("reg.", "log.", "ptn.", "exc.", "cnt."))}
        if self.who == "copyright_authority":
            cap &= COPYRIGHT_REACH
        named = self.instrument.get("fields")
        return cap if named is None else cap & set(named)

    def s09(self):
        refused = self.subject.get("cookies_refused")
        return {field for field in self.left if refused and field == "log.cookie_id"}

    def p01(self):
        if not self.child or self.ground == "G3C":
            return None
        guardian = self.subject.get("guardian_consent") or self.consent.get("guardian")
        return None if guardian else "refuse"

    def p02(self):
        if self.ground not in {"G3A", "G2C"} or self.consent.get("sensitive_separate"):
            return None
        return {field for field in self.left if self.level(field) == "L3"}

    def p03(self):
        return "hold" if self.process is not None and not self.process.get("pia") else None

    def p04(self):
        flagged = self.subject.get("safety_flag") and self.ground not in {"G3C", "G3E"}
        return "needs_human" if flagged else None

    def p05(self):
        dead = self.subject.get("deceased") and self.ground != "G3C"
        return "needs_human" if dead else None

    def p06(self):
        return {"pending": "hold", "upheld": "refuse"}.get(self.subject.get("objection"))

    def r05(self):
        if self.release < IN_FORCE_FROM:
            return set(self.left)
        lacking = self.policy.get("receipt_lacks") or [], self.policy.get("now_removes") or []
        return {field for field in self.left if field in lacking[0] or field in lacking[1]}

    def r01(self):
        if self.process is None:
            return None
        reviewer, approvers = same(self.process.get("reviewer") or ""), self._approvers()
        needed = 2 if self._approvals() == "DUAL" else 1
        people = [reviewer, *approvers]
        if not reviewer or len(approvers) < needed or len(set(people)) < len(people):
            return "hold"
        return None
