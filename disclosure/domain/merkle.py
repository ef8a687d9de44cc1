"""The Merkle tree of RFC 6962: roots, the few hashes that let it grow, and proofs out of it.

Owns the arithmetic of the tree over hashes that are given as 32 raw bytes. Must not know what a
leaf stands for: entries are ``domain.ledger``'s, what is signed over a root is
``domain.checkpoints``'s. ``verify.py`` repeats the same rules on its own.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 section 2.1)."""


def leaf_of(content: bytes) -> bytes:
    """Return the hash of a leaf.

    Source: RFC 6962 section 2.1.
    """
    return hashlib.sha256(b"\x00" + content).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others.

    Source: RFC 6962 section 2.1.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """Hold the roots of the full subtrees of a growing tree, the largest first.

    A tree of 100,000 leaves has six of them. They are all that is needed to add a leaf and to know
    the root.

    Args:
        size: How many leaves the tree has.
        roots: One root for each bit that is set in ``size``, highest bit first.
    """

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        self.roots = list(roots)
        if len(self.roots) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} full subtrees")

    def add(self, leaf: bytes) -> None:
        """Put one leaf at the end."""
        self.roots.append(leaf)
        full = self.size
        while full & 1:
            right, left = self.roots.pop(), self.roots.pop()
            self.roots.append(node_of(left, right))
            full >>= 1
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Put many leaves at the end, level by level: as ``add`` for each, several times faster."""
        sha256, full, smallest_first, row = hashlib.sha256, self.size, self.roots[::-1], leaves
        kept: list[bytes] = []
        while row:
            if full & 1:
                row = [smallest_first.pop(0), *row]
            if len(row) & 1:
                kept.append(row[-1])
            pairs = iter(row)  # an odd one at the end is dropped here, and kept above
            row = [sha256(b"\x01" + a + b).digest() for a, b in zip(pairs, pairs, strict=False)]
            full >>= 1
        self.roots = [*kept, *smallest_first][::-1]
        self.size += len(leaves)

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in self.roots[-2::-1]:
            root = node_of(left, root)
        return root

    def text(self) -> str:
        """Return the roots as one line of hex, as the database keeps them."""
        return " ".join(root.hex() for root in self.roots)

    @classmethod
    def from_text(cls, size: int, text: str) -> "Frontier":
        """Return the frontier that ``text`` wrote.

        Raises:
            ValueError: When it does not fit a tree of that size.
        """
        return cls(size, [bytes.fromhex(word) for word in text.split()])


def split(size: int) -> int:
    """Return where a tree of two leaves or more is cut: the largest power of two below its size."""
    return 1 << (size - 1).bit_length() - 1


class Tree:
    """A whole tree in memory, for proofs.

    Args:
        leaves: The leaf hashes in order; 32 bytes each are kept twice over.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self.levels: list[Sequence[bytes]] = [leaves]
        sha256 = hashlib.sha256
        while len(self.levels[-1]) > 1:
            below = iter(self.levels[-1])
            pairs = zip(below, below, strict=False)  # an odd one at the end has no node yet
            self.levels.append([sha256(b"\x01" + a + b).digest() for a, b in pairs])

    def subtree(self, low: int, high: int) -> bytes:
        """Return the root over the leaves from ``low`` up to ``high``, which is left out."""
        width = high - low
        if width == 0:
            return EMPTY_ROOT
        if width & (width - 1) == 0 and low % width == 0:
            return self.levels[width.bit_length() - 1][low // width]
        middle = low + split(width)
        return node_of(self.subtree(low, middle), self.subtree(middle, high))

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the whole tree, or of its first ``size`` leaves."""
        return self.subtree(0, self.size if size is None else size)

    def proof(self, places: Iterable[int], sizes: Iterable[int] = ()) -> dict[str, str]:
        """Return the nodes that tie some leaves, and earlier sizes of the tree, to its root.

        Args:
            places: Leaves that the reader has, counted from 0.
            sizes: Earlier sizes whose roots the reader may know.

        Returns:
            ``low-high`` to hex: the roots of the largest full subtrees that hold none of the places
            and are cut by none of the sizes. With the leaves themselves they give the root, and
            the root of each of the sizes.
        """
        have, cuts = sorted(set(places)), sorted(set(sizes))
        wanted = _untouched(0, self.size, have, cuts)
        return {f"{low}-{high}": self.subtree(low, high).hex() for low, high in wanted}


def _untouched(
    low: int, high: int, places: Sequence[int], cuts: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """List the largest full subtrees that hold no place and no cut strictly inside."""
    width = high - low
    if width == 0:
        return
    held = bisect_left(places, high) > bisect_left(places, low)
    cut = bisect_left(cuts, high) > bisect_left(cuts, low + 1)
    if not held and not cut and width & (width - 1) == 0:
        yield low, high
    elif width > 1:
        middle = low + split(width)
        yield from _untouched(low, middle, places, cuts)
        yield from _untouched(middle, high, places, cuts)
