"""Descriptions of a model: its graph, the text outline, the diagram."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from models import architectures, store
from models.drawing import diagram, graph, layout, outline, summary
from models.drawing.diagram import DiagramError
from models.drawing.graph import Block, Layer
from models.training import Trained

GREY = (28, 28, 1)
NAMES = ("mlp_small", "cnn", "lenet", "vgg", "resnet_8", "resnet_20", "densenet")


def block(title: str, *sources: int, lines: int = 1) -> Block:
    return Block((Layer("Other", title, (4, 4, 2), 0),) * lines, sources)


TWO_BRANCHES = (
    block("start"),
    block("long 1", 0),
    block("short", 0),
    block("long 2", 1),
    block("join", 3, 2, 0),
)
"""The output of start goes to a branch of two blocks, to a branch of one, and to join."""


@pytest.fixture(scope="module", params=NAMES)
def blocks(request: pytest.FixtureRequest) -> tuple[Block, ...]:
    return graph.blocks(architectures.build(request.param, GREY, 10, 0))


class TestGraph:
    def test_every_layer_is_there_once(self) -> None:
        model = architectures.build("resnet_8", GREY, 10, 0)
        layers = [layer for block in graph.blocks(model) for layer in block.layers]
        assert len(layers) == len(model.layers)
        assert sum(layer.parameters for layer in layers) == model.count_params()

    def test_a_residual_block(self) -> None:
        """The second input of each sum is the input of its block, or a convolution of it."""
        found = graph.blocks(architectures.build("resnet_8", GREY, 10, 0))
        joins = [one for one in found if len(one.sources) == 2]
        titles = [{found[at].layers[0].title for at in one.sources} for one in joins]
        assert titles == [
            {"convolution 3x3, 16"},
            {"convolution 3x3, 32", "convolution 1x1, 32, stride 2"},
            {"convolution 3x3, 64", "convolution 1x1, 64, stride 2"},
        ]
        assert [one.layers[0].title for one in joins] == ["add"] * 3
        assert found[-1].shape == (10,)

    def test_sources_come_first(self, blocks: tuple[Block, ...]) -> None:
        assert all(source < at for at, one in enumerate(blocks) for source in one.sources)
        assert [one.sources for one in blocks].count(()) == 1

    def test_a_block_has_at_most_one_large_layer(self, blocks: tuple[Block, ...]) -> None:
        for one in blocks:
            assert sum(layer.kind in {"InputLayer", "Conv2D", "Dense"} for layer in one.layers) <= 1

    def test_depths(self) -> None:
        assert graph.depths(TWO_BRANCHES) == (0, 1, 1, 2, 3)

    def test_a_sequential_model(self) -> None:
        from keras import Input, Sequential, layers

        model = Sequential(
            [Input((6, 6, 1)), layers.Conv2D(2, 3, activation="relu"), layers.Flatten()]
        )
        found = graph.blocks(model)
        assert [[layer.title for layer in one.layers] for one in found] == [
            ["images"],
            ["convolution 3x3, 2, no padding, relu", "flatten"],
        ]
        assert [layer.shape for layer in found[1].layers] == [(4, 4, 2), (32,)]
        assert [layer.parameters for layer in found[1].layers] == [20, 0]

    def test_a_layer_applied_twice(self) -> None:
        import keras

        shared, given = keras.layers.Dense(8), keras.Input((8,))
        model = keras.Model(given, shared(shared(given)))
        found = [layer for one in graph.blocks(model) for layer in one.layers]
        assert [(layer.title, layer.parameters) for layer in found] == [
            ("images", 0),
            ("dense 8", 72),
            ("dense 8", 0),
        ]

    def test_two_outputs_and_layers_without_a_title(self) -> None:
        import keras

        given = keras.Input((4, 4, 1))
        doubled = keras.layers.UpSampling2D()(given)
        model = keras.Model(given, [doubled, keras.layers.Rescaling(2.0)(given)])
        found = graph.blocks(model)
        assert sorted(layer.title for one in found for layer in one.layers) == [
            "UpSampling2D",
            "images",
            "scale by 2.0",
        ]
        assert outline.outline(found).count("\n") == 4  # a heading, three layers, an empty line


class TestOutline:
    def test_one_line_for_each_layer(self, blocks: tuple[Block, ...]) -> None:
        lines = outline.outline(blocks).splitlines()
        for one in blocks:
            for layer in one.layers:
                assert any(layer.title in line for line in lines)
        drawn = [line for line in lines[1:] if any(sign.isalnum() for sign in line)]
        assert len(drawn) == sum(len(one.layers) for one in blocks)

    def test_every_connection_that_starts_ends(self, blocks: tuple[Block, ...]) -> None:
        text = outline.outline(blocks)
        begun, ended = (sum(text.count(sign) for sign in signs) for signs in ("╭┬", "╰┴"))
        assert begun == ended
        assert text.count("▶") >= sum(len(one.sources) > 1 for one in blocks)

    def test_without_branches_there_are_no_lines(self) -> None:
        assert outline.outline(graph.blocks(architectures.build("lenet", GREY, 10, 0))).isascii()

    def test_two_branches(self) -> None:
        """Start goes to short, to long 1 (near lane) and to join; short to join (far lane)."""
        assert outline.outline(TWO_BRANCHES).splitlines() == [
            "        layer   output  parameters",
            "  ╭─┬── start    4x4x2",
            "╭─┼─┼── short    4x4x2",
            "│ │ │",
            "│ │ ╰─▶ long 1   4x4x2",
            "│ │     long 2   4x4x2",
            "╰─┴───▶ join     4x4x2",
        ]

    def test_connections_that_share_a_lane(self) -> None:
        """A connection may begin where another ends."""
        chain = (block("a"), block("b", 0), block("c", 1, 0), block("d", 2), block("e", 3, 2))
        assert outline.outline(chain).splitlines()[1:] == [
            "╭── a       4x4x2",
            "│   b       4x4x2",
            "├─▶ c       4x4x2",
            "│   d       4x4x2",
            "╰─▶ e       4x4x2",
        ]
        longer = (*chain[:2], block("c", 1, 0, lines=2), *chain[3:])
        assert [line[:3] for line in outline.outline(longer).splitlines()[1:]] == [
            "╭──", "│  ", "╰─▶", "╭──", "│  ", "╰─▶",
        ]  # fmt: skip


class TestLayout:
    def test_boxes_do_not_overlap(self, blocks: tuple[Block, ...]) -> None:
        arranged = layout.arrange(blocks)
        for one, other in itertools.combinations(arranged.boxes, 2):
            aside = abs(one.x - other.x) >= arranged.box_width
            assert aside or one.bottom < other.top or other.bottom < one.top

    def test_connections_cross_no_box(self, blocks: tuple[Block, ...]) -> None:
        """Where a connection runs down, there are no boxes but those at its ends."""
        arranged = layout.arrange(blocks)
        for (source, at), x in arranged.skip_lanes.items():
            begin, end = arranged.boxes[source], arranged.boxes[at]
            top = 0.0 if begin.column != end.column else begin.bottom
            for number, box in enumerate(arranged.boxes):
                beside = abs(box.x - x) > arranged.box_width / 2
                assert number == source or beside or box.bottom <= top or box.top >= end.top

    def test_concurrent_connections_have_different_lanes(self) -> None:
        nested = (block("a"), block("b", 0), block("c", 1), block("d", 2, 1), block("e", 3, 0))
        one_after_the_other = (*nested[:2], block("c", 1, 0), block("d", 2), block("e", 3, 2))
        assert len(set(layout.arrange(nested).skip_lanes.values())) == 2
        assert len(set(layout.arrange(one_after_the_other).skip_lanes.values())) == 1

    def test_the_diagram_is_large_enough(self, blocks: tuple[Block, ...]) -> None:
        arranged = layout.arrange(blocks)
        for box in arranged.boxes:
            assert box.x - arranged.box_width / 2 >= 0
            assert box.x + arranged.box_width / 2 <= arranged.width + 1e-9
            assert 0 <= box.top < box.bottom <= arranged.height + 1e-9

    def test_data_flow_down(self, blocks: tuple[Block, ...]) -> None:
        boxes = layout.arrange(blocks).boxes
        for at, one in enumerate(blocks):
            for source in one.sources:
                before, after = boxes[source], boxes[at]
                assert (before.column, before.bottom) < (after.column, after.top) or (
                    before.column < after.column
                )

    def test_short_models_have_one_column_and_long_ones_more(self) -> None:
        def columns(name: str) -> int:
            found = graph.blocks(architectures.build(name, GREY, 10, 0))
            return 1 + max(box.column for box in layout.arrange(found).boxes)

        assert columns("lenet") == 1
        assert columns("resnet_20") > 1

    def test_branches_are_at_the_right(self) -> None:
        arranged = layout.arrange(TWO_BRANCHES)
        assert [box.lane for box in arranged.boxes] == [0, 0, 1, 0, 0]
        assert set(arranged.skip_lanes) == {(0, 4), (2, 4)}
        assert arranged.skip_lanes[2, 4] == arranged.boxes[2].x


class TestDiagram:
    def test_svg_holds_every_layer(self, tmp_path: Path) -> None:
        found = graph.blocks(architectures.build("resnet_20", GREY, 10, 0))
        path = diagram.draw(found, "a title", tmp_path / "new" / "resnet.svg")
        texts = re.findall(r">([^<>]+)</text>", path.read_text())
        titles = [layer.title for one in found for layer in one.layers]
        assert "a title" in texts
        assert sorted(text for text in texts if text in titles) == sorted(titles)

    def test_the_same_model_gives_the_same_bytes(self, tmp_path: Path) -> None:
        paths = [diagram.draw(TWO_BRANCHES, "t", tmp_path / f"{n}.svg") for n in range(2)]
        assert paths[0].read_bytes() == paths[1].read_bytes()

    def test_png(self, tmp_path: Path) -> None:
        path = diagram.draw(TWO_BRANCHES, "t", tmp_path / "t.png")
        assert path.read_bytes().startswith(b"\x89PNG")

    def test_arrows_begin_and_end_at_boxes(self, blocks: tuple[Block, ...]) -> None:
        arranged = layout.arrange(blocks)
        for at, one in enumerate(blocks):
            for source in one.sources:
                corners = diagram._corners(arranged, source, at)
                for (x, y), box in zip((corners[0], corners[-1]), (source, at), strict=True):
                    found = arranged.boxes[box]
                    assert abs(x - found.x) <= arranged.box_width / 2 + 1e-9
                    assert found.top - 1e-9 <= y <= found.bottom + 1e-9
                for before, after in itertools.pairwise(corners):
                    assert np.isclose(before, after).any(), "lines are level or upright"

    def test_another_ending(self, tmp_path: Path) -> None:
        with pytest.raises(DiagramError, match=r"must end in \.png or \.svg, got .*a\.pdf"):
            diagram.draw(TWO_BRANCHES, "t", tmp_path / "a.pdf")

    def test_a_folder_that_cannot_be_created(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(DiagramError, match="cannot be written"):
            diagram.draw(TWO_BRANCHES, "t", tmp_path / "file" / "a.png")


class TestDescribe:
    def test_an_architecture(self, tmp_path: Path) -> None:
        text = summary.describe("resnet_8", diagram_path=tmp_path / "resnet.svg")
        assert text.startswith("resnet_8: ResNet-8")
        assert "trained by default on digits: 12 epochs, batch 64, learning rate 0.002" in text
        assert "Total params: 78,426, of which 672 are moving statistics" in text
        assert text.endswith(f"drawn: {tmp_path / 'resnet.svg'}")
        assert "resnet_8: 78,426 parameters" in (tmp_path / "resnet.svg").read_text()

    def test_no_diagram_by_default(self) -> None:
        text = summary.describe("lenet")
        assert text.endswith("Total params: 61,706")

    def test_a_trained_model(self, trained: Trained, tmp_path: Path) -> None:
        path = store.save(trained, tmp_path / "net.keras")
        text = summary.describe(str(path), diagram_path=tmp_path / "net.png")
        assert "trained on tiny" in text
        assert trained.digest in text
        assert "12x12x1" in text
        assert (tmp_path / "net.png").is_file()
