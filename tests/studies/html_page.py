"""HTML pages as tests read them."""

from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br"}


class Page(HTMLParser):
    """Reads a page, checks that its tags nest, and keeps what tests ask for."""

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.drawings, self.addresses, self.words = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.addresses += [v for k, v in values.items() if k in {"src", "href", "srcset"}]
        if tag == "img":
            self.images.append(values)
        if values.get("role") == "img":
            self.drawings.append(values["aria-label"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)
