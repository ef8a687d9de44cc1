"""What each ground promises by itself, whatever else is true of a case."""

from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.decision import Profile
from disclosure.domain.fields import Level
from tests.domain.drawn import RULES, cases, examples, field_lists, flags
from tests.domain.situations import GONE, OWN, change, decide, situation
from tests.domain.test_grounds_properties import decided, released

SEPARATE = "ground_facts.consent.sensitive_separate"
CONTACT = frozenset({Level.L0, Level.L1})


def levels(fields):
    """Return the levels of some fields, for a grown-up."""
    return {RULES.fields[name].level for name in fields}


@examples(150)
@given(raw=cases(grounds=("G3A",)), asked=field_lists, named=field_lists, separate=flags)
def test_3a_releases_only_what_the_consent_names_and_the_highest_with_its_own(
    raw, asked, named, separate
):
    change(raw["facts"], "request.fields", [*asked, "reg.email", "reg.id_number"])
    change(raw["facts"], "ground_facts.consent.fields", [*named, "reg.email", "reg.id_number"])
    change(raw["facts"], "ground_facts.consent.sensitive_separate", separate)
    out = released(raw)

    assert out <= {*named, "reg.email", "reg.id_number"}
    assert separate or Level.L3 not in levels(out)


@examples(150)
@given(raw=cases(grounds=("G3B",)), asked=field_lists, justified=field_lists)
def test_3b_releases_only_what_the_template_needs_however_it_is_justified(raw, asked, justified):
    change(raw["facts"], "request.fields", [*asked, *OWN["G3B"][1]])
    change(raw["facts"], "request.justified", justified)
    template = raw["facts"]["ground_facts"].get("template", "")

    assert released(raw) <= RULES.templates.get(template, frozenset())


@examples(150)
@given(
    raw=cases(grounds=("G3C",)),
    asked=field_lists,
    named=st.one_of(st.just(GONE), field_lists),
    basis=flags,
    warrant=flags,
)
def test_3c_releases_what_the_policy_leaves_out_only_when_named_with_its_basis(
    raw, asked, named, basis, warrant
):
    change(raw["facts"], "request.fields", [*asked, "exc.violations", "cnt.messages"])
    change(raw["facts"], "instrument.fields", named)
    change(raw["facts"], "instrument.excluded_basis", basis)
    change(raw["facts"], "instrument.content_warrant", warrant)
    out = released(raw)
    excluded = {name for name in out if RULES.fields[name].level is Level.EXCLUDED}

    assert excluded <= (set() if named is GONE or not basis else set(named))
    by_paper = raw["facts"]["instrument"].get("type") == "us_warrant"
    assert warrant or by_paper or "cnt.messages" not in out


@examples(150)
@given(raw=cases(grounds=("G3D",)), final=flags, note=st.sampled_from([GONE, "a note"]))
def test_3d_releases_after_a_final_finding_with_a_law_beside_the_policy_and_three_signatures(
    raw, final, note
):
    change(raw["facts"], "ground_facts.final", final)
    change(raw["facts"], "ground_facts.law_note", note)
    decision = decided(raw)

    if decision.outcome.releases:
        assert final
        assert note is not GONE
        assert decision.approvals is Profile.DUAL
        assert decision.notice.value == "prior"


@examples(150)
@given(raw=cases(grounds=("G3E",)), asked=field_lists, at_risk=flags)
def test_3e_releases_nothing_of_anybodys_account_and_nothing_when_the_complainant_is_at_risk(
    raw, asked, at_risk
):
    change(raw["facts"], "request.fields", [*asked, *OWN["G3E"][1]])
    change(raw["facts"], "subject.safety_flag", at_risk)
    out = released(raw)

    assert all(name.startswith("ipc.") for name in out)
    assert not (at_risk and out)


@examples(150)
@given(
    raw=cases(grounds=("G3F",)),
    asked=field_lists,
    performed=st.sampled_from(["full", "part", "none", GONE]),
    trader=flags,
)
def test_3f_releases_contact_data_alone_and_only_to_who_performed(raw, asked, performed, trader):
    change(raw["facts"], "request.fields", [*asked, *OWN["G3F"][1]])
    change(raw["facts"], "ground_facts.performed", performed)
    change(raw["facts"], "ground_facts.trader", trader)
    out = released(raw)
    (ground,) = RULES.grounds["G3F"]

    assert performed in {"full", "part"} or not out
    assert out <= (
        ground.fields.trader if trader else ground.fields.default | ground.fields.on_justification
    )


@examples(150)
@given(
    raw=cases(grounds=("G3G",)), asked=field_lists, justified=field_lists, age=st.integers(5, 20)
)
def test_3g_releases_at_most_three_justified_contact_fields_and_none_of_a_child(
    raw, asked, justified, age
):
    change(raw["facts"], "request.fields", [*asked, "reg.email"])
    change(raw["facts"], "request.justified", [*justified, "reg.email"])
    change(raw["facts"], "subject.age", age)
    out = released(raw)

    assert len(out) <= 3
    assert levels(out) <= CONTACT
    assert out <= {*justified, "reg.email"}
    assert age >= 14 or not out


@examples(150)
@given(
    raw=cases(grounds=("G2C",), must={SEPARATE: True}),
    asked=field_lists,
    named=field_lists,
    age=st.integers(5, 20),
)
def test_2c_releases_an_address_and_a_name_at_most_and_none_of_a_child(raw, asked, named, age):
    change(raw["facts"], "request.fields", [*asked, "reg.email", "reg.display_name"])
    change(raw["facts"], "ground_facts.consent.fields", [*named, "reg.email"])
    change(raw["facts"], "subject.age", age)
    out = released(raw)

    assert out <= {"reg.email", "reg.display_name"} & {*named, "reg.email"}
    assert age >= 14 or not out


def test_no_property_is_true_only_because_nothing_is_released():
    for ground in OWN:
        assert decide(ground).outcome.releases
    asked = {"request.fields": ["reg.email", "reg.id_number"]}
    named = {"ground_facts.consent.fields": asked["request.fields"]}
    three = {"process.approvers": ["approver.one", "senior.one"]}
    separate = {"ground_facts.consent.sensitive_separate": True}

    assert released(situation("G3A", asked | named | three)) == {"reg.email"}
    assert released(situation("G3A", asked | named | three | separate)) == set(
        asked["request.fields"]
    )
    listed = {
        "request.fields": ["exc.violations", "cnt.messages"],
        "instrument.fields": ["exc.violations", "cnt.messages"],
        "instrument.excluded_basis": True,
    }
    assert released(situation("G3C", listed | three)) == {"exc.violations"}
    warrant = {"instrument.content_warrant": True}
    assert released(situation("G3C", listed | three | warrant)) == set(listed["request.fields"])
