import re
from html.parser import HTMLParser

import pytest
from fakes import find_fakes

from studies import session
from studies.reporting.outputs import write_outputs
from studies.results.records import StoredModel
from studies.results.store import Store
from studies.session import run_study
from studies.study import Study

VOID = {"meta", "link", "img", "br"}
MARKUP = "<script>alert('1')</script>"


class Page(HTMLParser):
    """Reads a page, checks that its tags nest, and keeps what tests ask for."""

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.addresses, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.addresses += [v for k, v in values.items() if k in {"src", "href", "srcset"}]
        if tag == "img":
            self.images.append(values)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture
def page_of(tmp_path, settings, observer, fakes):
    def page_of(**changes):
        study = Study.model_validate(settings | changes)
        run_study(study, tmp_path, command="python -m studies sweep", observer=observer)
        return (tmp_path / "report.html").read_text(encoding="utf-8")

    return page_of


def test_the_report_stands_alone_and_is_well_formed(page_of):
    text = page_of()
    page = Page(text)
    assert page.open == []
    assert all(address.startswith("data:") for address in page.addresses)
    assert not re.search(r"@import|url\(|<script", text)
    assert len(text) < 3_000_000
    assert '<html lang="en">' in text
    assert "width=device-width" in text
    assert "@media print" in text


def test_every_picture_says_what_it_shows(page_of):
    images = Page(page_of()).images
    assert len(images) == 4  # two corruptions, and the calibration of two models
    assert re.match(r"Accuracy on the way .* gaussian_noise.*mlp goes from", images[0]["alt"])


def test_it_opens_with_the_answer_and_ends_with_where_it_is_from(page_of):
    words = " ".join(Page(page_of()).words)
    answer = words.index("Of the 60 clean test images of quadrants, mlp recognises")
    assert answer < words.index("Accuracy against strength") < words.index("Repeat with")
    assert "Gaussian noise hurts cnn most:" in words
    assert "python -m studies sweep" in words
    assert "is missing" not in words


def test_one_model_and_one_corruption_read_well(page_of):
    words = " ".join(Page(page_of(models=["cnn"], corruptions=["contrast"])).words)
    assert "Contrast hurts cnn most:" in words
    assert "least" not in words
    assert "Averaged over" not in words


def test_names_with_markup_are_shown_not_obeyed(page_of, tmp_path, monkeypatch, settings):
    def find(study, data, folder, store, observer, *, threads):
        found = find_fakes(study, data, folder, store, observer, threads=threads)
        digest = store.model("mlp").digest
        store.remember_model(StoredModel("mlp", digest, "x", "[]", {"config": {"a": MARKUP}}))
        return found

    monkeypatch.setattr(session, "find_classifiers", find)
    page_of()
    with Store(tmp_path) as store:
        with store.transaction() as connection:
            connection.execute("UPDATE study SET data_name = ?", (MARKUP,))
            connection.execute("UPDATE runs SET command = ?", (MARKUP,))
        write_outputs(store, tmp_path)
    text = (tmp_path / "report.html").read_text()
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 4
    Page(text)
