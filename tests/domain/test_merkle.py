"""The tree is that of RFC 6962: published vectors of Certificate Transparency, and proofs."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.domain.checkpoints import (
    Checkpoint,
    NotACheckpoint,
    key_id,
    origin_of,
    read_checkpoint,
)
from disclosure.domain.merkle import EMPTY_ROOT, Frontier, Tree, leaf_of, node_of, split
from tests.app import NOW

# The eight leaves and roots that the Certificate Transparency project tests its own code with.
LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count):
    return [leaf_of(f"leaf {number}".encode()) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_the_published_ones(count):
    given_leaves = [leaf_of(bytes.fromhex(leaf)) for leaf in LEAVES[:count]]
    frontier = Frontier()
    for leaf in given_leaves:
        frontier.add(leaf)

    assert frontier.root().hex() == ROOTS[count - 1]
    assert Tree(given_leaves).root().hex() == ROOTS[count - 1]


def test_the_tree_without_leaves_is_the_hash_of_nothing():
    assert Frontier().root() == Tree([]).root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_a_tree_that_grows_leaf_by_leaf_is_the_tree_over_all(count):
    frontier = Frontier()
    for leaf in leaves(count):
        frontier.add(leaf)
        frontier = Frontier.from_text(frontier.size, frontier.text())

    assert frontier.root() == Tree(leaves(count)).root()
    assert len(frontier.roots) == count.bit_count()


@pytest.mark.parametrize(("size", "text"), [(1, ""), (3, "ab" * 32), (0, "ab" * 32)])
def test_a_frontier_that_does_not_fit_its_size_is_refused(size, text):
    with pytest.raises(ValueError, match="full subtrees"):
        Frontier.from_text(size, text)


def rebuilt(size, nodes, known):
    """Return the root from a proof, as a reader who knows nothing else does."""

    def over(low, high):
        if f"{low}-{high}" in nodes:
            return bytes.fromhex(nodes[f"{low}-{high}"])
        if high - low == 1:
            return known[low]
        middle = low + split(high - low)
        return node_of(over(low, middle), over(middle, high))

    return over(0, size)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_proof_gives_the_root_and_every_earlier_root_without_hiding_a_leaf(data):
    size = data.draw(st.integers(1, 70))
    places = data.draw(st.sets(st.integers(0, size - 1), max_size=8))
    cuts = data.draw(st.sets(st.integers(1, size), max_size=4))
    tree = Tree(leaves(size))
    nodes = tree.proof(places, cuts)
    known = {place: leaves(size)[place] for place in places}

    assert rebuilt(size, nodes, known) == tree.root()
    for cut in cuts:
        assert rebuilt(cut, nodes, known) == tree.root(cut)
    for low, high in (map(int, name.split("-")) for name in nodes):
        assert not any(low <= place < high for place in places)
        assert not any(low < cut < high for cut in cuts)


def checkpoint(**changes):
    told = {"origin": "shop.example", "size": 7, "root": b"r" * 32, "cases": 2, "heads": b"h" * 32}
    return Checkpoint(**{**told, "at": NOW, **changes})


def test_a_checkpoint_is_read_as_it_was_written():
    assert read_checkpoint(f"{checkpoint().body()}\n— shop.example x\n") == checkpoint()
    assert checkpoint().body().split("\n")[:3] == [
        "shop.example",
        "7",
        "cnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=",
    ]


@pytest.mark.parametrize(
    "change",
    [("\n7\n", "\n0\n"), ("\n7\n", "\n07\n"), ("shop", "the shop"), ("cases: 2", "cases: 02"),
     ("time: 2026", "time: 26"), ("previous: e", "previous: g"), ("\ncases", "\n\ncases")],
)  # fmt: skip
def test_a_text_of_another_form_is_no_checkpoint(change):
    with pytest.raises(NotACheckpoint):
        read_checkpoint(checkpoint().body().replace(*change, 1))


@pytest.mark.parametrize(
    ("name", "origin"),
    [("The platform", "The-platform"), (" a + b ", "a-b"), ("商城", "商城"), ("+ ", "disclosure")],
)
def test_an_origin_is_the_platform_s_name_in_one_word(name, origin):
    assert origin_of(name) == origin


def test_the_key_id_is_that_of_a_signed_note():
    """The verifier key of the Go checksum database: sum.golang.org+033de0ae+BASE64."""
    import base64

    key = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert key_id("sum.golang.org", key[1:]).hex() == "033de0ae"
