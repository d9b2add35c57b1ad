"""Whatever is in a section is on the page, escaped, in its order, whichever kind of block it is."""

import io
import re

import pytest
from html_page import Page as HtmlPage
from PIL import Image

from studies.report.blocks import (
    Drawing,
    Figure,
    Folded,
    Gallery,
    Grid,
    Note,
    RowGroup,
    ShadedCell,
    Steps,
    Table,
    Tile,
    code,
    command,
    link,
)
from studies.report.context import page_files
from studies.report.page import Page, Section, make_sections, render

MARKUP = "<script>alert('1')</script>"


def figure(name, **shown):
    content = io.BytesIO()
    Image.new("RGB", (4, 3)).save(content, "PNG")
    return Figure(name, content.getvalue(), b"<svg/>", alt=f"What {name} shows", **shown)


def page_of(*sections, **changes):
    return Page("title", "heading", "subject", ["The answer."], list(sections), **changes)


def html_of(*sections, **changes):
    text = render(page_of(*sections, **changes)).decode()
    read = HtmlPage(text)
    assert read.open == []
    return text, read


TABLE = Table(("Model", "Accuracy"), [RowGroup("a group", [["mlp", "98 %"]], "a remark")])
TILE = Tile("data:image/png;base64,", "a tile", "four", "sigma = 1", [("✗ mlp: nine", True)])
EVERYTHING = [
    "a paragraph",
    Note("a note"),
    TABLE,
    figure("alone", caption="a caption", min_width=30),
    Grid([figure("in_grid"), Table(("x",), [RowGroup("", [["in the grid"]])])]),
    Gallery([TILE]),
    Folded("a fold", ["folded text", Folded("inner", [figure("deep")])], "small"),
    Steps(["first step", "second step"]),
]


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (["only a text"], ["only a text"]),
        ([Note("only a note")], ["only a note"]),
        ([figure("only_a_figure")], ["What only_a_figure shows"]),
        ([Grid([figure("one"), figure("two")])], ["What one shows", "What two shows"]),
        ([TABLE], ["a group", "a remark", "mlp", "98 %"]),
        (
            EVERYTHING,
            ["a paragraph", "a note", "98 %", "What alone shows", "a caption", "What in_grid shows",
             "in the grid", "a tile", "four", "✗ mlp: nine", "a fold", "small", "folded text",
             "inner", "What deep shows", "first step", "second step"],
        ),
        ([], []),
    ],
)  # fmt: skip
def test_whatever_is_in_a_section_is_on_the_page_in_its_order(blocks, words):
    text, _ = html_of(Section("A heading", blocks), Section("The end", ["nothing else"]))
    at = text.index('<h2 id="s-a-heading">A heading</h2>')
    for word in words:
        at = text.index(word, at)
    assert at < text.index('<h2 id="s-the-end">')


def test_every_figure_is_a_file_of_the_report():
    page = page_of(Section("A", EVERYTHING), lead=[figure("lead")])
    assert [item.name for item in page.figures] == ["lead", "alone", "in_grid", "deep"]
    files = page_files("page.html", page, {"table.csv": b""}, [figure("extra")])
    names = {f"figures/{name}.{ending}" for name in ("lead", "alone", "in_grid", "deep", "extra")
             for ending in ("png", "svg")}  # fmt: skip
    assert set(files) == names | {"table.csv", "page.html"}
    assert list(files)[-1] == "page.html"


def test_a_figure_without_an_alternative_text_is_refused():
    with pytest.raises(ValueError, match="the figure bare has no alternative text"):
        render(page_of(Section("A", [Figure("bare", b"", b"")])))


def test_texts_are_escaped_wherever_they_are():
    cells = [[MARKUP, ShadedCell(MARKUP, 0.7)]]
    blocks = [
        MARKUP,
        Note(MARKUP),
        Table((MARKUP,), [RowGroup(MARKUP, cells, MARKUP)], caption=MARKUP),
        figure("f", title=MARKUP, caption=MARKUP),
        Gallery([Tile("", MARKUP, MARKUP, MARKUP, [(MARKUP, False)])]),
        Folded(MARKUP, [code(MARKUP)], MARKUP),
        Steps([command(MARKUP), link(MARKUP, "c1")]),
    ]
    text, read = html_of(Section(MARKUP, blocks), warnings=[MARKUP])
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 20
    assert MARKUP in read.words


def test_a_drawing_takes_the_place_of_the_picture():
    class Overview:
        models, drawn, chance = ("mlp",), (), 0.1

    shown = figure("f", drawing=Drawing("means", Overview), caption="below")
    text, read = html_of(Section("A", [shown]))
    assert read.drawings == ["What f shows"]
    assert read.images == []
    assert 'id="m0"' in text  # the markers
    assert "below" in text


def test_the_contents_lead_to_every_section():
    sections = [Section(f"Part {n}: a & b", ["text"]) for n in range(3)]
    _, read = html_of(*sections)
    assert [a for a in read.addresses if a.startswith("#")] == [
        f"#s-part-{n}-a-b" for n in range(3)
    ]
    text, _ = html_of(*sections[:2])
    assert not re.search("<nav", text)


def test_a_section_that_has_nothing_to_show_is_left_out():
    one, none = (lambda context: Section(context, [])), (lambda _: None)
    assert make_sections((one, none, one), "x") == [Section("x", []), Section("x", [])]
