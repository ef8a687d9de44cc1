"""The quick ways to ask a whole page give the answers of the slow ones."""

import random
import zlib

import numpy as np
import pytest

from disclosure.documents.burn import rectangle
from disclosure.documents.encode import EncodedImage, encode, grey_of, has_colour
from disclosure.documents.sight import CONTRAST, boxes_of, seen
from disclosure.documents.terms import TermFinder, bare_text, fold
from disclosure.documents.untold import holds_untold_ink
from disclosure.documents.words import PageText, _adjoining, adjoining

PAGE = (10.0, 20.0, 210.0, 220.0)


def boxes(count, chance):
    places = [(chance.uniform(0, 60), chance.uniform(0, 60)) for _ in range(count)]
    sizes = [(chance.choice((2, 6, 9)), chance.choice((3, 5, 8))) for _ in range(count)]
    return [(x, y, x + w, y + h) for (x, y), (w, h) in zip(places, sizes, strict=True)]


def test_many_pairs_adjoin_exactly_when_each_pair_does():
    chance = random.Random(4)  # noqa: S311  places, not secrets
    before, after = boxes(4000, chance), boxes(4000, chance)

    together = adjoining(boxes_of(before), boxes_of(after)).tolist()

    assert together == [_adjoining(one, other) for one, other in zip(before, after, strict=True)]
    assert 100 < sum(together) < 3900


def test_a_character_is_seen_exactly_when_its_pixels_differ():
    chance = random.Random(5)  # noqa: S311  places, not secrets
    noise = np.random.default_rng(5)
    grey = np.full((300, 300), 250, dtype=np.uint8)
    grey[::7, ::5] = noise.integers(150, 250, grey[::7, ::5].shape, dtype=np.uint8)
    places = [(x + 10, y + 20, right + 10, top + 20) for x, y, right, top in boxes(800, chance)]

    answers = seen(boxes_of([*places, None]), PAGE, grey).tolist()

    areas = [rectangle(box, PAGE, grey.shape) for box in places]
    cuts = [grey[area[1] : area[3], area[0] : area[2]] for area in areas]
    spread = [int(cut.max()) - int(cut.min()) for cut in cuts]
    assert answers == [*(each >= CONTRAST for each in spread), False]
    assert 10 < sum(answers) < 790


def test_a_character_off_the_page_is_not_seen():
    grey = np.full((300, 300), 250, dtype=np.uint8)
    grey[::2] = 0

    answers = seen(boxes_of([(0.0, 0.0, 8.0, 8.0), (300.0, 300.0, 310.0, 310.0)]), PAGE, grey)

    assert answers.tolist() == [False, False]


@pytest.mark.parametrize(
    "text", ["plain ASCII - 12,3 @x", "\u5f20\u4f1f \uff11\uff12 \u00e9x", "", "\ud83d"]
)
def test_letters_and_digits_of_a_text_are_those_of_its_folding(text):
    assert bare_text(text) == "".join(sign for sign in fold(text) if sign.isalnum())


@pytest.mark.parametrize("term", ["@@", "+", "a@b", "x-1", "\u5f20\u4f1f"])
def test_a_term_of_any_signs_is_found_where_it_stands(term):
    assert TermFinder([term]).found(f"before {term} after") == {0}
    assert TermFinder([term]).found("before after") == set()


def test_words_end_at_spaces_gaps_and_ideographs():
    texts = ["a", "b", " ", "c", "\u5f20", "d", "e"]
    places = [(0, 0, 5, 8), (5, 0, 10, 8), None, (14, 0, 19, 8), (19, 0, 27, 8), (27, 0, 32, 8),
              (80, 0, 85, 8)]  # fmt: skip

    words, dropped = PageText(texts, places).words([True] * 6 + [False])

    assert [(word.text, word.spaced) for word in words] == [
        ("ab", True), ("c", False), ("\u5f20", False), ("d", False)
    ]  # fmt: skip
    assert dropped == 1


def test_a_page_without_characters_has_no_words():
    assert PageText([], []).words([]) == ([], 0)
    assert PageText([" "], [None]).words([True]) == ([], 0)


@pytest.mark.parametrize("spare", [False, True])
def test_brightness_and_colour_do_not_depend_on_a_spare_byte(spare):
    pixels = np.zeros((30, 40, 4 if spare else 3), dtype=np.uint8)
    pixels[:, :, 0] = 200

    assert set(grey_of(pixels).ravel().tolist()) == {60}
    assert has_colour(pixels)
    pixels[:, :, :3] = 90
    assert not has_colour(pixels)


@pytest.mark.parametrize("width", [40, 41])
def test_sixteen_greys_keep_each_pixel_at_its_place(width):
    grey = np.random.default_rng(1).integers(0, 255, (9, width), dtype=np.uint8)

    stored: EncodedImage = encode(grey)

    assert b"/BitsPerComponent 4" in stored.entries
    packed = np.frombuffer(zlib.decompress(stored.content), np.uint8)
    halves = np.stack([packed >> 4, packed & 15], axis=1).reshape(9, -1)[:, :width]
    assert (abs(halves.astype(int) * 17 - grey) <= 9).all()


def test_ink_beside_the_characters_is_untold_and_beneath_them_it_is_not():
    grey = np.full((600, 600), 255, dtype=np.uint8)
    grey[100:130, 50:400:6] = 0

    assert holds_untold_ink(grey, (0.0, 0.0, 200.0, 200.0), [])
    assert not holds_untold_ink(grey, (0.0, 0.0, 200.0, 200.0), [(10.0, 150.0, 140.0, 172.0)])
