"""The verifier takes no entry, case or key whose place under the signed roots is not proven."""

import json
from dataclasses import replace

import pytest

from disclosure.domain.events import Event
from disclosure.domain.ledger import EMPTY, Actor, Content, Place, build_entry, leaf_hash
from disclosure.domain.merkle import Tree
from disclosure.storage import record_bag
from tests import records
from tests.records import Story


def known(story, folder):
    place = folder / "known.txt"
    place.write_bytes(story.checkpoint())
    return place


def write(target, story, **changes):
    """Write a record that the key's holder has put together otherwise."""
    record = replace(story.record(), **changes)
    record_bag.write_case_record(target, record, key=story.key)
    return target


# An earlier checkpoint.


@pytest.mark.parametrize("gap", [0, 1, 2, 5])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 11])
def test_every_earlier_checkpoint_is_confirmed(tmp_path, judge, gap, count):
    bag = Story(gap=gap).export(tmp_path / "r.zip")
    early = Story(gap=gap).until(count)
    code, printed = judge(bag, known=known(early, tmp_path))

    assert code == 0, printed
    assert f"known checkpoint: its {early.size} entries are the first of" in printed


def test_the_checkpoint_of_another_case_s_record_will_do(bag, tmp_path, judge):
    """All cases of a platform stand in one ledger: any checkpoint of it binds them all."""
    early = Story().until(6)
    assert b"DR-2026-0001" not in early.checkpoint()

    assert judge(bag, known=known(early, tmp_path))[0] == 0


def test_an_older_copy_is_found_by_a_later_checkpoint(tmp_path, judge):
    older = write(tmp_path / "old.zip", Story().until(7), files={"case.json": b"{}"})
    assert judge(older)[0] == 0

    code, printed = judge(older, known=known(Story(), tmp_path))

    assert code == 1
    assert "the known checkpoint (31 entries) is not of this history" in printed


def test_a_history_written_anew_with_the_key_is_found_by_an_earlier_checkpoint(tmp_path, judge):
    forked = Story()
    forked.steps[3] = (Event.EVALUATION_MADE, "system", {"outcome": "refuse"})
    bag = forked.export(tmp_path / "fork.zip")
    assert judge(bag)[0] == 0

    assert judge(bag, known=known(Story().until(3), tmp_path))[0] == 0
    assert judge(bag, known=known(Story().until(4), tmp_path))[0] == 1
    assert judge(bag, known=known(Story(), tmp_path))[0] == 1


def test_other_people_s_entries_cannot_be_rewritten_either(tmp_path, judge):
    class Rewritten(Story):
        def elsewhere(self, seq):
            return super().elsewhere(seq + (seq == 6) * 1000)

    bag = Rewritten().export(tmp_path / "r.zip")
    assert Story().entries() == Rewritten().entries() or judge(bag)[0] == 0

    assert judge(bag, known=known(Story().until(2), tmp_path))[0] == 0
    assert judge(bag, known=known(Story().until(3), tmp_path))[0] == 1


@pytest.mark.parametrize(
    "other", [Story(salt=8), Story(key=records.OTHER_KEY), Story(origin="other.example")]
)
def test_a_checkpoint_of_another_ledger_key_or_name_is_no_confirmation(bag, tmp_path, judge, other):
    assert judge(bag, known=known(other, tmp_path))[0] == 1


def test_a_known_file_that_is_no_checkpoint_is_bad_use(bag, tmp_path, judge):
    place = tmp_path / "known.txt"
    place.write_text("hello")

    assert judge(bag, known=place)[0] == 2
    assert judge(bag, known=tmp_path / "absent.txt")[0] == 2


# Proofs that the key's holder has bent.


def test_entries_that_are_not_under_the_root_are_refused(tmp_path, judge):
    other = Story(salt=8)
    bag = write(tmp_path / "r.zip", Story(), checkpoint=other.checkpoint(), proofs=other.proofs())

    code, printed = judge(bag)

    assert code == 1
    assert "data/proofs.json: the entries are not those under the signed root" in printed


def test_a_node_that_hides_an_entry_is_not_used(tmp_path, judge):
    story, forged = Story(), Story()
    forged.steps[3] = (Event.EVALUATION_MADE, "system", {"outcome": "refuse"})
    true = story.proofs()
    whole = {f"0-{story.size}": story.tree().root().hex(), **true["tree"]}
    changes = {"entries": forged.entries(), "checkpoint": story.checkpoint()}
    for tree in (whole, {**whole, **{f"{n}-{n + 1}": story.tree().subtree(n, n + 1).hex()
                                     for n in range(story.size)}}):  # fmt: skip
        bag = write(tmp_path / "r.zip", story, **changes, proofs={**true, "tree": tree})

        assert judge(bag)[0] == 1


def test_a_node_that_hides_the_known_end_is_not_used(tmp_path, judge):
    """A proof that gives the new root outright would tie no older tree to it."""
    forked = Story(gap=9)
    forked.steps[9] = (Event.EVALUATION_MADE, "system", {"outcome": "refuse"})
    old, new = Story(gap=9).until(9), forked.tree()
    nodes = {f"{a}-{b}": old.tree().subtree(a, b).hex() for a, b in ((0, 64), (64, 80), (80, 81))}
    proofs = forked.proofs()
    tree = {**nodes, f"0-{forked.size}": new.root().hex(), **proofs["tree"]}
    bag = write(tmp_path / "r.zip", forked, proofs={**proofs, "tree": tree})

    assert judge(bag, known=known(Story(gap=9, salt=8).until(9), tmp_path))[0] == 1


def test_a_case_with_an_entry_more_than_the_record_is_found(tmp_path, judge):
    """The record is whole in itself; only the heads of the checkpoint know of one entry more."""
    shorter, longer = Story().until(10), Story()
    files = {**shorter.record().files}
    seqs = [shorter.seq(place) - 1 for place in range(1, 11)]
    proofs = {**longer.proofs(), "tree": longer.tree().proof(seqs)}
    bag = write(
        tmp_path / "r.zip", shorter, checkpoint=longer.checkpoint(), proofs=proofs, files=files
    )

    code, printed = judge(bag)

    assert code == 1
    assert "entry 10 is not the case's last one under the signed heads" in printed


@pytest.mark.parametrize("place", [-1, 3, 10**9])
def test_a_head_beside_the_tree_proves_nothing(tmp_path, judge, place):
    story = Story().until(10)
    _, heads = Story().heads()
    proofs = {**story.proofs(), "heads": {"place": place, "nodes": {"0-3": heads.root().hex()}}}
    bag = write(tmp_path / "r.zip", story, proofs=proofs,
                checkpoint=story.checkpoint(heads=heads.root()))  # fmt: skip

    assert judge(bag)[0] == 1


@pytest.mark.parametrize("missing", ["tree", "heads", "keys"])
def test_a_proof_that_is_not_there_proves_nothing(tmp_path, judge, missing):
    proofs = {name: each for name, each in Story().proofs().items() if name != missing}

    assert judge(write(tmp_path / "r.zip", Story(), proofs=proofs))[0] == 1


def test_a_missing_node_is_not_made_up(tmp_path, judge):
    proofs = Story().proofs()
    for name in proofs["tree"]:
        tree = {each: node for each, node in proofs["tree"].items() if each != name}
        bag = write(tmp_path / f"{name}.zip", Story(), proofs={**proofs, "tree": tree})

        assert judge(bag)[0] == 1, name


# A key that followed another one.


class Changed(Story):
    """A case that goes on after the ledger's key was changed, in entry 5 of the ledger."""

    at = 5

    def introducing(self, **changes):
        data = {"key": records.OTHER_KEY.public_key().public_bytes_raw().hex(), "number": 2}
        content = Content(
            at=records.START,
            actor=Actor("system", "none"),
            event=Event.LEDGER_KEY_CHANGED,
            data=data | changes,
            app_version="0.1.0",
        )
        return build_entry(Place(self.at, self.elsewhere(4).hex()), content)

    def tree(self):
        leaves = list(super().tree().levels[0])
        leaves[self.at - 1] = bytes.fromhex(leaf_hash(self.introducing()))
        return Tree(leaves)

    def end(self, key=records.KEY, size=5):
        root = self.tree().root(size)
        return replace(self, key=key).checkpoint(size=size, root=root).decode()

    def proofs(self):
        seqs = [*(self.seq(place) for place in range(1, len(self.steps) + 1)), self.at]
        tree = self.tree().proof([seq - 1 for seq in seqs], [self.at, *seqs[:-2]])
        keys = [{"entry": self.introducing().decode(), "checkpoint": self.end()}]
        return {**super().proofs(), "tree": tree, "keys": keys}

    def record(self):
        keys = [key.public_key().public_bytes_raw() for key in (records.KEY, records.OTHER_KEY)]
        return replace(super().record(), public_keys=keys)


@pytest.fixture
def changed():
    return Changed(key=records.OTHER_KEY)


NEW_FINGERPRINT = record_bag.fingerprint(records.OTHER_KEY.public_key().public_bytes_raw())


def test_a_key_that_an_entry_introduced_is_good_by_either_fingerprint(tmp_path, judge, changed):
    bag = changed.export(tmp_path / "r.zip")

    assert judge(bag)[0] == 0, judge(bag)[1]
    assert judge(bag, key=NEW_FINGERPRINT)[0] == 0
    assert judge(bag, key="0" * 64)[0] == 1


def test_a_checkpoint_under_the_old_key_is_still_known(tmp_path, judge, changed):
    bag = changed.export(tmp_path / "r.zip")
    (tmp_path / "known.txt").write_text(changed.end(size=4), encoding="utf-8")

    assert judge(bag, known=tmp_path / "known.txt")[0] == 0


@pytest.mark.parametrize("bent", ["no proof", "another key", "signed by itself", "another entry"])
def test_a_key_that_no_entry_introduced_is_refused(tmp_path, judge, changed, bent):
    proofs = changed.proofs()
    entry, end = proofs["keys"][0]["entry"], proofs["keys"][0]["checkpoint"]
    if bent == "no proof":
        proofs["keys"] = []
    elif bent == "another key":
        entry = changed.introducing(key="ab" * 32).decode()
    elif bent == "signed by itself":
        end = changed.end(key=records.OTHER_KEY)
    else:
        entry = json.dumps({**json.loads(entry), "action": "access:denied"},
                           sort_keys=True, separators=(",", ":"))  # fmt: skip
    if bent != "no proof":
        proofs["keys"] = [{"entry": entry, "checkpoint": end}]

    assert judge(write(tmp_path / "r.zip", changed, proofs=proofs))[0] == 1


def test_an_entry_of_the_case_cannot_hide_behind_one_that_introduces_a_key(tmp_path, judge):
    """Two entries for one leaf: only one of them could be proven."""
    changed = Changed(key=records.OTHER_KEY)
    Changed.at = 4
    try:
        bag = changed.export(tmp_path / "r.zip")
        assert judge(bag)[0] == 1
    finally:
        Changed.at = 5


# For people outside.


def test_an_outsider_s_record_is_true_without_what_it_leaves_out(tmp_path, judge):
    code, printed = judge(Story(variant="outsider").export(tmp_path / "r.zip"))

    assert code == 0, printed
    assert "outsider record" in printed
    assert "0 told and right, 11 withheld" in printed


def test_the_variant_is_under_the_seal(tmp_path, judge):
    content = records.parts(Story(variant="outsider").export(tmp_path / "r.zip"))
    content["seal.txt"] = content["seal.txt"].replace(b"variant: outsider", b"variant: full")

    assert judge(records.pack(content, tmp_path / "changed.zip"))[0] == 1


def test_the_first_entry_of_the_ledger_follows_on_nothing():
    assert json.loads(Story().entries()[0])["prev"] == EMPTY
