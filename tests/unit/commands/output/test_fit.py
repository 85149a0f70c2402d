# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.commands.output.fit import fitted

ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
SENTENCE = "it is the only visible image of its name, and nothing replaces it"
NAMES = ("ID", "Note")


def test_what_fits_stays_as_it_is():
    rows = [[ID, "two  spaces"], ["", 7]]

    assert fitted(NAMES, rows, 80) == rows
    assert fitted(NAMES, [], 5) == []


def test_sentences_are_wrapped_between_words_and_IDs_are_not():
    [[own_id, note]] = fitted(NAMES, [[ID, SENTENCE]], 60)

    assert own_id == ID
    assert note.split("\n") == [
        "it is the only",
        "visible image of",
        "its name, and",
        "nothing replaces",
        "it",
    ]


def test_the_longest_sentence_gives_way_first():
    rows = [["short words stay", SENTENCE]]

    [[first, second]] = fitted(("What", "Reason"), rows, 50)

    assert (first, second.count("\n")) == ("short words stay", 2)


def test_an_ID_in_a_sentence_is_broken_where_nothing_else_helps():
    note = f"image {ID} bears its name"

    [[own_id, wide]] = fitted(NAMES, [[ID, note]], 36 + 36 + 7)
    [[_, narrow]] = fitted(NAMES, [[ID, note]], 36 + 20 + 7)

    assert own_id == ID
    assert wide.split("\n") == ["image", ID, "bears its name"]
    assert narrow.split("\n") == ["image", ID[:20], ID[20:], "bears its name"]


def test_names_and_IDs_alone_are_wider_and_nothing_is_broken():
    rows = [[ID, ID]]
    digest = "f" * 64

    assert fitted(NAMES, rows, 40) == rows
    assert fitted(NAMES, [[ID, digest]], 80) == [[ID, f"{digest[:37]}\n{digest[37:]}"]]


def test_wide_characters_count_twice_and_marks_not_at_all():
    [[wide]] = fitted(("A",), [["日本 日本"]], 8)
    [[marked]] = fitted(("A",), [["e\u0301e\u0301 e\u0301"]], 8)

    assert wide == "日本\n日本"
    assert marked == "e\u0301e\u0301 e\u0301"


def test_lines_of_a_cell_are_wrapped_each():
    [[cell]] = fitted(("Lines",), [["1. a b c\n2. d e f g"]], 12)

    assert cell == "1. a b c\n2. d e f\ng"


def test_a_long_word_is_broken_where_there_is_room_for_no_more():
    [[cell]] = fitted(("A",), [["日" * 60 + "e\u0301"]], 60)

    assert cell.split("\n") == ["日" * 28, "日" * 28, "日" * 4 + "e\u0301"]


@given(
    st.lists(st.tuples(st.text("ab \n"), st.text("日e\u0301 x")), min_size=1),
    st.integers(1, 60),
)
def test_no_word_is_lost(rows, columns):
    wrapped = fitted(("A", "B"), rows, columns)

    for before, after in zip(rows, wrapped, strict=True):
        assert ["".join(cell.split()) for cell in before] == [
            "".join(cell.split()) for cell in after
        ]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_number_stays_a_number(columns):
    [[number, _]] = fitted(("Size", "Note"), [[7, SENTENCE * 3]], columns)

    assert number == 7
