"""How tests read a page in HTML."""

import collections
import html.parser

_VOID = {"meta", "link", "img"}


class Reader(html.parser.HTMLParser):
    """What a browser sees: elements, their attributes, and the text."""

    def __init__(self, source):
        super().__init__()
        self.elements = []
        self.texts = collections.defaultdict(str)
        self.open = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        opened = self.open.pop()
        if opened != tag:
            raise ValueError(f"</{tag}> closes <{opened}>")

    def handle_data(self, data):
        for tag in self.open[-1:]:
            self.texts[tag] += data

    def attribute(self, name):
        return [held[name] for _, held in self.elements if name in held]
