#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/site/check.py SITE: each link of the built pages leads somewhere.

Links, pictures, scripts and style sheets inside the site: the file is there, and so is the place in it. What a page loads
comes from the site itself. Other addresses are looked at for their form only. Each page can be reached from the front page.
"""
import html.parser
import os
import sys
import urllib.parse

LOADED = {("img", "src"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}
# Pages that Sphinx makes, which only its search box and its head name.
UNLINKED = {"search.html", "genindex.html", "404.html"}
MOST_SHOWN = 50


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.places, self.targets, self.title = set(), [], ""
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (tag == "a" and name == "name"):
                self.places.add(value)
            elif name in ("href", "src") and value and tag not in ("use", "base"):
                self.targets.append((tag, name, value))


def address_is_wrong(target):
    """Only the form: nothing is fetched."""
    parts = urllib.parse.urlsplit(target)
    if parts.scheme == "mailto":
        return "@" not in parts.path
    return parts.scheme not in ("http", "https") or "." not in parts.netloc or " " in target


def main(site):
    pages = {}
    for place, _, files in os.walk(site):
        for name in files:
            if name.endswith(".html"):
                path = os.path.join(place, name)
                pages[os.path.relpath(path, site)] = Page(path)
    wrong, links, outside, reached = [], 0, 0, set()
    for path, page in sorted(pages.items()):
        for tag, name, target in page.targets:
            parts = urllib.parse.urlsplit(target)
            if parts.scheme and parts.scheme != "data" or target.startswith("//"):
                outside += 1
                if address_is_wrong(target):
                    wrong.append(f"{path}: {target} is no address")
                if (tag, name) in LOADED and parts.scheme != "data" and 'rel="canonical"' not in target:
                    wrong.append(f"{path}: loads {target} from elsewhere")
                continue
            if parts.scheme == "data":
                continue
            links += 1
            there = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(parts.path))) if parts.path else path
            anchor = urllib.parse.unquote(parts.fragment)
            if not os.path.isfile(os.path.join(site, there)):
                wrong.append(f"{path}: {target} leads nowhere")
                continue
            if tag == "a" and there != path:
                reached.add(there)
            if anchor and there in pages and anchor not in pages[there].places:
                wrong.append(f"{path}: {target}: no such place on that page")
    for path in sorted(set(pages) - reached - UNLINKED - {"index.html"}):
        wrong.append(f"{path}: no link leads here")
    for line in wrong[:MOST_SHOWN]:
        print(line)
    print(f"site: {len(pages)} pages, {links} links inside, {outside} to other places" +
          (f"; {len(wrong)} WRONG" if wrong else ""))
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
