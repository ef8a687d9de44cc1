"""A foreign page without what covers it: no boxes, no images, no clipping, all in black.

Imported only in the limited child. Owns how a page is uncovered, so that letters whose codes tell
nothing (a font that lies, letters drawn as paths) are seen though a box, the paper's own colour or
a layer that is switched off hides them. Reading the pixels is the business of ``gate_pixels.py``.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pikepdf

from disclosure.documents.fonts_of_page import pages_with_untrusted_fonts

CURVES: Final = 20
"""A page with so many curves may show letters that are drawn as paths."""

COLOURS: Final = frozenset(
    ["g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN", "gs", "ri", "sh"]
)
FILLS: Final = frozenset(["g", "rg", "k", "cs", "sc", "scn"])
MARKS: Final = frozenset(["BDC", "BMC", "EMC", "BX", "EX", "MP", "DP"])
LEFT_OUT: Final = COLOURS | MARKS | {"W", "W*", "INLINE IMAGE"}
PAINTS: Final = frozenset(["f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "n"])
CURVED: Final = frozenset(["c", "v", "y"])
PATH: Final = CURVED | {"m", "l", "h", "re"}
CORNERS: Final = 5
"""A box has so many corners, its first one told twice."""

MODE: Final = "Tr"
DRAW: Final = "Do"

Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage


def bare_copy(path: Path) -> tuple[Path, list[int]]:
    """Write a file's copy without covers, and say which of its pages need to be read.

    Args:
        path: A file that is not our own product.

    Returns:
        The copy in the working folder, and the numbers of the pages on which codes may not
        tell all that is drawn.
    """
    copy = Path("bare.pdf").resolve()
    with pikepdf.open(path, suppress_warnings=True) as pdf:
        pages = set(pages_with_untrusted_fonts(pdf))
        for number, page in enumerate(pdf.pages, start=1):
            if _uncover(pdf, page.obj, page.obj.get("/Resources"), depth=0) >= CURVES:
                pages.add(number)
            page.obj.CropBox = page.mediabox
            if "/Annots" in page.obj:
                del page.obj["/Annots"]
        pdf.save(copy)
    return copy, sorted(pages)


def _uncover(pdf: pikepdf.Pdf, holder: pikepdf.Object, resources: object, *, depth: int) -> int:
    """Rewrite a page or form and the forms that it draws; return how many curves it draws."""
    try:
        with warnings.catch_warnings(action="ignore"):
            found = list(pikepdf.parse_content_stream(holder))
    except (pikepdf.PdfError, TypeError, ValueError):
        return 0
    forms = dict(_forms(resources)) if depth < len("deep") else {}
    curves = sum(str(each.operator) in CURVED for each in found)
    for form in forms.values():
        curves += _uncover(pdf, form, form.get("/Resources", resources), depth=depth + 1)
    written = pikepdf.unparse_content_stream(list(_bare(found, set(forms))))
    if isinstance(holder, pikepdf.Stream):
        holder.write(written)
        if "/OC" in holder:
            del holder["/OC"]
    else:
        holder.Contents = pdf.make_stream(written)
    return curves


def _forms(resources: object) -> Iterator[tuple[str, pikepdf.Stream]]:
    if not isinstance(resources, pikepdf.Dictionary):
        return
    for name, item in resources.get("/XObject", pikepdf.Dictionary()).items():
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
            yield name, item


def _bare(found: list[Instruction], forms: set[str]) -> Iterator[Instruction]:
    """Yield the instructions that draw letters, or could."""
    path: list[Instruction] = []
    patterned = False
    for each in found:
        operator = str(each.operator)
        if operator in PATH:
            path.append(each)
        elif operator in PAINTS:
            yield from (*path, each) if patterned or not _is_cover(path) else ()
            path = []
        elif operator in FILLS:
            patterned = bool(each.operands) and _is_pattern(each.operands[-1])
            yield from _fill_colour(each, patterned=patterned)
        else:
            yield from _other(each, operator, forms)


def _is_pattern(operand: object) -> bool:
    return isinstance(operand, pikepdf.Name)


def _fill_colour(each: Instruction, *, patterned: bool) -> Iterator[Instruction]:
    """Keep the choice of a pattern, which may show letters, and make any other colour black."""
    yield each if patterned else _instruction("g", 0)


def _other(each: Instruction, operator: str, forms: set[str]) -> Iterator[Instruction]:
    if operator == MODE:
        yield _instruction(MODE, 0)
    elif operator == DRAW:
        yield from (each,) if str(each.operands[0]) in forms else ()
    elif operator not in LEFT_OUT:
        yield each


def _instruction(operator: str, operand: int) -> Instruction:
    return pikepdf.ContentStreamInstruction([operand], pikepdf.Operator(operator))


def _is_cover(path: list[Instruction]) -> bool:
    """Say whether a path is only boxes and upright or level lines."""
    corners: list[tuple[float, float]] = []
    for each in path:
        operator = str(each.operator)
        if operator in CURVED:
            return False
        if operator == "m":
            corners = []
        if operator in {"m", "l"}:
            corners.append((float(each.operands[0]), float(each.operands[1])))
            if len(corners) > CORNERS or _slants(corners[-2:]):
                return False
    return True


def _slants(corners: list[tuple[float, float]]) -> bool:
    (left, bottom), (right, top) = corners[0], corners[-1]
    return left != right and bottom != top
