#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/site/stage.py OUT: the tree's documents, laid out for Sphinx below OUT.

README.md is the front page. All other documents keep their places, so that links between them stay as they are. A link to a
public header leads to its page of the interface; one to another file or directory of the tree to a page that shows it. Names of
the interface that stand in backquotes become links. The navigation is made of what is there: NAVIGATION puts it in order, and
what it does not know comes last.
"""
import fnmatch
import os
import re
import shutil
import sys

OUT = sys.argv[1]
# Caption, and which documents stand there, in this order.
NAVIGATION = [
    ("Begin", ["docs/quickstart.md", "docs/porting.md", "docs/bring-up-checklist.md", "docs/vendoring.md", "docs/adapters.md",
               "examples/*/README.md"]),
    ("Guides", ["docs/io.md", "docs/administration.md", "docs/queues.md", "docs/recovery.md", "docs/crash-dump.md", "docs/protection.md",
                "docs/zoned.md", "docs/shell.md", "docs/software-controller.md"]),
    ("Ports", ["ports/*/README.md"]),
    ("How it works", ["docs/architecture.md", "docs/states.md"]),
    ("What is promised", ["docs/reliability.md", "docs/promises/*.md"]),
    ("What there is", ["docs/coverage.md", "docs/parity.md", "docs/tested-drives.md", "docs/faults-covered.md"]),
    ("More", ["docs/*.md", "*.md"]),
    ("Tests and measures", ["tests/README.md", "tests/*/README.md", "bench/README.md", "bench/*/README.md", "*/README.md"]),
]
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
LANGUAGES = {".c": "c", ".h": "c", ".py": "python", ".mk": "make", ".S": "gas", ".svg": "xml", ".json": "json", "": "text"}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    path = os.path.join(OUT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path) or read(path) != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    written.add(os.path.relpath(path, OUT))


def documents():
    """The markdown files of the tree, GitHub's own and those that are made left out."""
    for place, names, files in os.walk("."):
        names[:] = sorted(name for name in names if name != "build" and not name.startswith("."))
        for name in sorted(files):
            if name.endswith(".md"):
                yield os.path.normpath(os.path.join(place, name))


def natural(path):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path)]


def interface():
    names = os.path.join(OUT, "api", "names")
    return dict(line.split() for line in read(names).splitlines()) if os.path.exists(names) else {}


class Stage:
    def __init__(self):
        self.pages = {path: "index.md" if path == "README.md" else path for path in documents()}
        self.names = interface()
        self.shown = {}

    def target(self, place):
        """Where a link to a file or directory of the tree leads to, below OUT."""
        place = os.path.normpath(place)
        if place in self.pages:
            return self.pages[place]
        if os.path.join(place, "README.md") in self.pages:
            return self.pages[os.path.join(place, "README.md")]
        header = re.match(r"(?:include/lwnvme|sim)/(\w+)\.h$", place)
        if header and os.path.exists(os.path.join(OUT, "api", header[1] + "_h.rst")):
            return f"api/{header[1]}_h.rst"
        if place.endswith((".svg", ".png")):
            return place
        if os.path.exists(place):
            self.shown[place] = f"tree/{place}.md" if os.path.isfile(place) else f"tree/{place}/index.md"
            return self.shown[place]
        return None

    def link(self, match, path):
        picture, words, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        file, _, anchor = target.partition("#")
        place = self.target(os.path.join(os.path.dirname(path), file))
        if place is None:
            return match[0]
        if place.endswith((".svg", ".png")):
            copy(os.path.normpath(os.path.join(os.path.dirname(path), file)))
        there = os.path.relpath(place, os.path.dirname(self.pages[path]) or ".")
        if "/" not in there and not picture:
            there = "./" + there
        return f"{picture}[{words}]({there}{'#' + anchor if anchor else ''})"

    def prose(self, text, path):
        text = LINK.sub(lambda match: self.link(match, path), text)
        return re.sub(r"(?<![`{}\]])`(lwnvme_\w+)`(?!`)", lambda match: f"{{c:{self.names[match[1]]}}}`{match[1]}`"
                      if match[1] in self.names else match[0], text)

    def page(self, path):
        parts = re.split(r"(^```.*?^```$|<!--.*?-->|^#+ [^\n]*$)", read(path), flags=re.S | re.M)
        for index, part in enumerate(parts):
            if not part.startswith(("```", "<!--", "#")):
                parts[index] = self.prose(part, path)
        return "".join(parts)

    def show(self, place, page):
        title = f"# {place}\n\n"
        if os.path.isdir(place):
            names = sorted(name + "/" * os.path.isdir(os.path.join(place, name)) for name in os.listdir(place)
                           if not name.startswith((".", "__")))
            write(page, "---\norphan: true\n---\n\n" + title + "In the tree:\n\n" + "".join(f"- `{name}`\n" for name in names))
            return
        language = LANGUAGES.get(os.path.splitext(place)[1], "text")
        text = read(place)
        if text.startswith("#!"):
            language = "python" if "python" in text.split("\n")[0] else "bash"
        fence = "`" * max([3] + [len(run) + 1 for run in re.findall(r"`{3,}", text)])
        write(page, f"---\norphan: true\n---\n\n{title}{fence}{language}\n{text}{fence}\n")

    def navigation(self):
        left = [path for path in self.pages if path != "README.md"]
        for caption, patterns in NAVIGATION:
            chosen = []
            for pattern in patterns:
                chosen += sorted((path for path in left if path not in chosen and matches(path, pattern)), key=natural)
            left = [path for path in left if path not in chosen]
            if chosen:
                yield caption, chosen
        if left:
            yield "Other", left


def matches(path, pattern):
    return path.count("/") == pattern.count("/") and fnmatch.fnmatch(path, pattern)


def copy(path):
    there = os.path.join(OUT, path)
    os.makedirs(os.path.dirname(there), exist_ok=True)
    shutil.copyfile(path, there)
    written.add(path)


def sweep():
    """What an earlier run left and this one did not make."""
    for place, _, files in os.walk(OUT):
        for name in files:
            path = os.path.relpath(os.path.join(place, name), OUT)
            if path not in written and not path.startswith("api/"):
                os.remove(os.path.join(OUT, path))


def main():
    stage = Stage()
    for path, page in stage.pages.items():
        text = stage.page(path)
        if path == "README.md":
            for caption, chosen in list(stage.navigation()) + [("Interface", ["api/index.rst"])]:
                text += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "".join(
                    f"{os.path.splitext(item)[0]}\n" for item in chosen) + "```\n"
            if os.path.exists(os.path.join(OUT, page)) and read(os.path.join(OUT, page)) != text:
                shutil.rmtree(os.path.join(OUT, "..", "doctrees"), ignore_errors=True)  # each page shows the navigation
        write(page, text)
    for place, page in list(stage.shown.items()):
        stage.show(place, page)
    sweep()
    print(f"site: {len(stage.pages)} documents, {len(stage.shown)} files and directories of the tree shown")


written = set()
main()
