"""Other people's programs agree with ours: pymerkle on the tree, rfc8785 on exact JSON.

Both are loaded by tests alone; see ``docs/dependencies.md``.
"""

import random
from base64 import b64encode

import pymerkle
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure import verify
from disclosure.domain.ledger import canonical_json
from disclosure.domain.merkle import EMPTY_ROOT, Frontier, Tree, leaf_of

CONTENTS = [f"entry {number}".encode() for number in range(258)]
LEAVES = [leaf_of(content) for content in CONTENTS]


@pytest.fixture(scope="module")
def theirs():
    """Return pymerkle's tree over the same entries."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for content in CONTENTS:
        tree.append_entry(content)
    return tree


@pytest.mark.parametrize("size", range(258))
def test_every_root_is_theirs(theirs, size):
    grown, at_once = Frontier(), Frontier()
    for leaf in LEAVES[:size]:
        grown.add(leaf)
    at_once.extend(LEAVES[:size])
    root = theirs.get_root(size) if size else EMPTY_ROOT

    assert root == Tree(LEAVES[:size]).root() == Tree(LEAVES).root(size)
    assert root == grown.root() == at_once.root()
    assert grown.roots == at_once.roots


def own_root(places, proof, size):
    """Return the root that the stand-alone verifier finds with some leaves and a proof of ours."""
    held = {place: LEAVES[place] for place in places}
    return verify.Tree(held, proof).over(0, size)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 9, 31, 100, 257])
def test_every_inclusion_is_proven_to_them_and_by_us(theirs, size):
    tree, another = Tree(LEAVES[:size]), Tree(LEAVES[: size - 1]).root()
    for place in range(size):
        proof = theirs.prove_inclusion(place + 1, size)
        pymerkle.verify_inclusion(LEAVES[place], tree.root(), proof)
        assert own_root([place], tree.proof([place]), size) == theirs.get_root(size)
        with pytest.raises(pymerkle.InvalidProof):
            pymerkle.verify_inclusion(LEAVES[place], another, proof)


def test_every_consistency_is_proven_to_them_and_by_us(theirs):
    chance = random.Random("consistency")  # noqa: S311 - to be repeated
    pairs = [sorted(chance.choices(range(1, 258), k=2)) for _ in range(150)]
    for old, new in [*pairs, (1, 1), (1, 257), (128, 256), (255, 256), (256, 257)]:
        tree = Tree(LEAVES[:new])
        proof = theirs.prove_consistency(old, new)
        pymerkle.verify_consistency(tree.root(old), tree.root(), proof)
        place = chance.randrange(new)
        bag = verify.Tree({place: LEAVES[place]}, tree.proof([place], [old]))
        told = [
            {"origin": "o", "size": size, "root": b64encode(theirs.get_root(size)).decode()}
            for size in (old, new)
        ]
        assert bag.grew(*told)
        assert not bag.grew({**told[0], "root": b64encode(bytes(32)).decode()}, told[1])


@given(st.lists(st.binary(max_size=40), max_size=200), st.integers(0, 200), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_a_tree_that_grows_in_steps_has_their_root(contents, start, step):
    leaves, tree = [leaf_of(content) for content in contents], Frontier()
    for leaf in leaves[:start]:
        tree.add(leaf)
    for at in range(start, len(leaves), step):
        tree.extend(leaves[at : at + step])
    oracle = pymerkle.InmemoryTree(algorithm="sha256")
    for content in contents:
        oracle.append_entry(content)

    assert tree.size == len(leaves)
    assert tree.root() == (oracle.get_root(len(contents)) if contents else EMPTY_ROOT)


KEYS = st.text(st.characters(max_codepoint=126), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_exact_json_is_theirs(value):
    assert canonical_json(value) == rfc8785.dumps(value)
    if isinstance(value, dict):
        assert verify.WRITE(value).encode() == rfc8785.dumps(value)
