# SPDX-License-Identifier: MIT
"""Sphinx's configuration for the site; docs/site/stage.py lays out what it reads."""
import os
import re
import shutil

from docutils import nodes

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "..", "..", "CHANGELOG.md"), encoding="utf-8") as changelog:
    release = (re.findall(r"^## \[(\d[^\]]*)\]", changelog.read(), re.M) or ["0.1.0, not released yet"])[0]

project = "lwnvme"
author = "the lwnvme authors"
copyright = author
extensions = ["myst_parser"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
root_doc = "index"
exclude_patterns = ["api/names"]
primary_domain = "c"
highlight_language = "text"
myst_heading_anchors = 4
myst_all_links_external = False
# Hand-written pages say what they mean with headings of their own; the site does not number them.
suppress_warnings = ["myst.header", "myst.domains"]
html_theme = "furo"
html_title = f"lwnvme {release.split(',')[0]}"
html_static_path = [os.path.join(HERE, "static")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {"light_css_variables": {"color-code-background": "#f4f6f8"},
                      "dark_css_variables": {"color-code-background": "#1b1f24"}}
pygments_style = "xcode"
pygments_dark_style = "native"


def inline_diagram(app, doctree, _):
    """Drawings become part of the page, so that they follow its light and dark scheme whichever way it was chosen."""
    for image in list(doctree.findall(nodes.image)):
        path = os.path.join(app.srcdir, image["uri"])
        if app.builder.format != "html" or not path.endswith(".svg") or not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if "--lw-" not in text:
            continue
        text = re.sub(r"@media \(prefers-color-scheme: dark\) \{.*?\}\s*\}", "", text, flags=re.S)
        label = image.get("alt", "").replace('"', "")
        text = re.sub(r"<svg ", f'<svg role="img" aria-label="{label}" ', text[text.index("<svg"):], count=1)
        image.replace_self(nodes.raw("", f'<div class="lw-diagram">{text}</div>', format="html"))


def scroll_tables(app, doctree, _):
    """A wide table scrolls in a box of its own, not the page."""
    if app.builder.format != "html":
        return
    for table in list(doctree.findall(nodes.table)):
        index = table.parent.index(table)
        box = nodes.container(classes=["lw-table"])
        table.parent[index] = box
        box += table
        for literal in table.findall(nodes.literal):
            breakable(literal)


def breakable(literal):
    """A long name may go on in the next line behind an underscore or a slash."""
    pieces = re.findall(r"[^_/]*[_/]+|[^_/]+", literal.astext())
    if len(pieces) < 2 or any(not isinstance(child, nodes.Text) for child in literal.children):
        return
    literal.children = []
    for index, piece in enumerate(pieces):
        if index:
            literal += nodes.raw("", "<wbr>", format="html")
        literal += nodes.Text(piece)


def complete_theme(app, exception):
    """Debian's package of the theme leaves out what its authors' build puts in: a style sheet to begin with, the dark colours
    for those who did not choose (only for those who did), and a script that browsers run. A theme that has them stays as it is."""
    static = os.path.join(app.outdir, "_static")
    sheet, script = os.path.join(static, "styles", "furo.css"), os.path.join(static, "scripts", "furo.js")
    if exception or app.builder.format != "html" or not os.path.exists(sheet):
        return
    with open(sheet, encoding="utf-8") as file:
        style = file.read()
    style = re.sub(r"^@import url\([^)]*normalize\.css\);\n", "", style)
    dark = re.search(r'body\[data-theme="dark"\] \{(\s*--.*?)\}', style, re.S)
    if dark and "prefers-color-scheme" not in style:
        style += ('@media not print { @media (prefers-color-scheme: dark) {\nbody:not([data-theme="light"]) {' + dark[1] +
                  '}\nhtml body:not([data-theme="light"]) .only-light { display: none !important; }\n'
                  'body:not([data-theme="light"]) .only-dark { display: block !important; } } }\n')
    with open(sheet, "w", encoding="utf-8") as file:
        file.write(style)
    with open(script, encoding="utf-8") as file:
        broken = re.search(r"^import ", file.read(), re.M)
    if broken:
        shutil.copyfile(os.path.join(HERE, "static", "theme.js"), script)


def setup(app):
    app.connect("doctree-resolved", inline_diagram)
    app.connect("doctree-resolved", scroll_tables)
    app.connect("build-finished", complete_theme)
