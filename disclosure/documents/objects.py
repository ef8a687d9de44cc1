"""Walking through the objects of a PDF, those written inside others included.

Imported only in the limited child. Shared by inspection and gate; knows no meaning of any object.
"""

from collections.abc import Iterator
from typing import Final

import pikepdf

DEEPEST: Final = 60


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[tuple[int, pikepdf.Object]]:
    """Yield every dictionary and stream of a file with the number of the object it stands in."""
    for item in pdf.objects:
        if isinstance(item, pikepdf.Object):
            number = item.objgen[0]
            for found in _inside(item, 0):
                yield number, found


def _inside(item: object, depth: int) -> Iterator[pikepdf.Object]:
    if depth > DEEPEST or (depth and isinstance(item, pikepdf.Object) and item.is_indirect):
        return
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        yield item
        for key in item.keys():  # noqa: SIM118  a stream is no mapping
            yield from _inside(item[key], depth + 1)
    elif isinstance(item, pikepdf.Array):
        for part in item:
            yield from _inside(part, depth + 1)
