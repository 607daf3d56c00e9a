#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/site/api.py XML OUT HEADER...: a page for each header, from Doxygen's XML and the header itself.

Words and signatures are Doxygen's; structures, enumerations and constants are shown as the header has them, comments
included. What shares its words in the header shares them on the page (docs/site/filter.py). A public function without words is
an error.
"""
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

import filter as headers

NAME = re.compile(r"\b(lwnvme_\w+|LWNVME_\w+)(\(\))?")
APART = "\x01"
HEADING = re.compile(r"^/\* -{4,} (.*?) -{4,} \*/$", re.M)
BODY = re.compile(r"^(?:struct|enum) (\w+) \{|^#define (\w+)|^typedef [^;]*?\(\*(\w+)\)|^extern (?!.C)[^;]*?\b(\w+)[;\[]", re.M)


class Names:
    def __init__(self):
        self.roles = {}

    def words(self, text):
        """Text as reStructuredText, with links to what the interface has."""
        out, done = [], 0
        for match in NAME.finditer(text):
            role = self.roles.get(match[1])
            shown = f":c:{role}:`{match[1]}`" if role else f"``{match[1]}``"
            out += [escape(text[done:match.start()]), APART, shown, APART]
            done = match.end()
        return "".join(out) + escape(text[done:])


def escape(text):
    return re.sub(r"([\\*`|_<>])", r"\\\1", text)


def paragraphs(names, node):
    """Doxygen's paragraphs, lists and verbatim text, as blocks of reStructuredText."""
    blocks, text = [], []

    def flush():
        joined = re.sub(r"\s+", " ", "".join(text)).strip()
        if joined:
            blocks.append(joined)
        text.clear()

    def walk(element):
        if element.tag in ("verbatim", "programlisting"):
            flush()
            code = "".join(element.itertext())
            blocks.append(".. code-block:: text\n\n" + re.sub(r"^", "   ", code.rstrip("\n"), flags=re.M))
            return
        if element.tag in ("itemizedlist", "orderedlist"):
            flush()
            items = [paragraphs(names, item) for item in element.findall("listitem")]
            blocks.append("\n".join("- " + item.replace("\n", "\n  ") for item in items))
            return
        mark = {"computeroutput": "``"}.get(element.tag)
        if mark:
            text.append(APART + "``" + "".join(element.itertext()) + "``" + APART)
            return
        text.append(names.words(element.text or ""))
        for child in element:
            walk(child)
            text.append(names.words(child.tail or ""))
        if element.tag == "para":
            flush()

    if node is not None:
        walk(node)
        flush()
    return "\n\n".join(block for block in blocks)


def indent(text, by="   "):
    return re.sub(r"^(?=.)", by, text, flags=re.M)


def join_literals(text):
    """Literals that touch a word or each other are set apart by an empty escape, which is all that it is for."""
    text = re.sub(APART + r"(?=[\s.,;:)]|$)|(?<=[\s(])" + APART + "|^" + APART, "", text, flags=re.M)
    return re.sub(APART + "+", r"\\ ", text)


def load(xml):
    """What Doxygen says of each file, function, typedef, struct and enumeration."""
    files, members = {}, {}
    for name in sorted(os.listdir(xml)):
        if not name.endswith(".xml") or name == "index.xml":
            continue
        compound = ElementTree.parse(os.path.join(xml, name)).getroot().find("compounddef")
        if compound is None:
            continue
        kind, title = compound.get("kind"), compound.findtext("compoundname")
        if kind == "file":
            files[title] = compound
            for member in compound.iter("memberdef"):
                members.setdefault((member.get("kind"), member.findtext("name")), member)
        elif kind == "struct":
            members[("struct", title)] = compound
    return files, members


def signature(member):
    definition = member.findtext("definition") + member.findtext("argsstring")
    return re.sub(r"^static ", "static inline " if member.get("inline") == "yes" else "static ", definition)


def code(text):
    return ".. code-block:: c\n\n" + indent(text.rstrip("\n")) + "\n"


def is_guard(name, text, position):
    return name.endswith("_H") or text.rfind("#ifdef __cplusplus", 0, position) > text.rfind("#endif", 0, position)


class Page:
    """One header in the order in which it is written."""

    def __init__(self, path, names, files, members):
        self.path, self.names, self.members = path, names, members
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.file = files[os.path.basename(path)]
        self.blank = headers.blanked(self.text)
        self.undocumented = []

    def description(self, kind, name):
        member = self.members.get((kind, name))
        return paragraphs(self.names, member.find("detaileddescription")) if member is not None else ""

    def functions(self):
        """Functions that share their words are one item."""
        shared = {name: before for _, name, before in headers.shares(self.text)}
        groups, of = [], {}
        for match in headers.FUNCTION.finditer(self.blank):
            name = match[1]
            if ("function", name) not in self.members:
                continue
            leader = shared.get(name)
            if leader in of and leader != name:
                of[name] = of[leader]
                of[name][1].append(name)
                continue
            of[name] = (match.start(), [name])
            groups.append(of[name])
        for start, group in groups:
            first, *others = [signature(self.members[("function", name)]) for name in group]
            text = self.description("function", group[0])
            if not text:
                self.undocumented += group
            lines = [f".. c:function:: {first}"] + ["                 " + other for other in others]
            yield start, "\n".join(lines) + "\n\n" + indent(text) + "\n"

    def bodies(self):
        end = 0
        for match in BODY.finditer(self.text):
            start = match.start()
            if start < end or self.blank[start] == " " and not match[2]:
                continue
            name = match[1] or match[2] or match[3] or match[4]
            if match[2]:
                if is_guard(name, self.text, start):
                    continue
                end = self.end_of_macros(start)
                above, start_of_code = self.comment_above(start)
                yield start, (join_literals(self.names.words(above)) + "\n\n" if above else "") + code(self.text[start_of_code:end])
                continue
            end = headers.end_of(self.blank, start)
            kind = "typedef" if match[3] else "variable" if match[4] else match[0].split()[0]
            text = self.description({"enum": "enum"}.get(kind, kind), name)
            if kind in ("struct", "enum") and ("function", name) not in self.members:
                body = code(self.text[start:end])
                yield start, f".. c:{kind}:: {name}\n\n" + indent((text + "\n\n" if text else "") + body)
            else:
                yield start, (text + "\n\n" if text else "") + code(self.text[start:end])

    def end_of_macros(self, start):
        """Macros that follow each other without an empty line are shown together."""
        position = start
        while True:
            match = re.compile(r"#(?:define|ifndef|endif|else|if)\b.*(?:\\\n.*)*\n|[ \t]*/\*(?:.|\n)*?\*/\n").match(self.text, position)
            if not match or match[0].lstrip().startswith("/*") and not self.text.startswith("#", match.end()):
                return position
            position = match.end()

    def comment_above(self, start):
        condition = re.search(r"(?:(?<=\n)#if[^\n]*\n)*\Z", self.text[:start])
        start = condition.start() if "__cplusplus" not in condition[0] else start
        match = re.compile(r"/\*((?:(?!\*/).|\n)*)\*/\n$").search(self.text[:start])
        if not match or self.text[:match.start()].strip() == "" or headers.RULE.match(match[0].strip()):
            return "", start
        return re.sub(r"\s*\n \*\s*", " ", match[1]).strip(), start

    def render(self):
        title = os.path.basename(self.path)
        items = list(self.functions()) + list(self.bodies())
        items += [(match.start(), f"{match[1]}\n{'-' * len(match[1])}\n") for match in HEADING.finditer(self.text)]
        about = re.sub(r"^lwnvme(\\\\_sim)?: ", "", paragraphs(self.names, self.file.find("detaileddescription")))
        out = [f"{title}\n{'=' * len(title)}\n", about[:1].upper() + about[1:] + "\n"]
        out += [text for _, text in sorted(items)]
        return join_literals("\n".join(out)) + "\n"

    def summary(self):
        text = re.sub(r"\s+", " ", "".join(self.file.find("detaileddescription").itertext())).strip()
        text = re.sub(r"^lwnvme(_sim)?: ", "", text)
        text = re.split(r"(?<=[.:;])\s", text)[0].rstrip(".:;")
        return text[:1].upper() + text[1:]


def main(xml, out, paths):
    files, members = load(xml)
    names = Names()
    roles = {"enum": "enum", "struct": "struct", "function": "func"}
    order = list(roles)
    names.roles = {name: roles[kind] for kind, name in sorted((key for key in members if key[0] in roles and key[1]),
                                                              key=lambda key: order.index(key[0]))}
    os.makedirs(out, exist_ok=True)
    index, undocumented = [], []
    for path in paths:
        page = Page(path, names, files, members)
        stem = os.path.basename(path).replace(".", "_")
        with open(os.path.join(out, stem + ".rst"), "w", encoding="utf-8") as file:
            file.write(page.render())
        index.append((stem, os.path.basename(path), page.summary()))
        undocumented += [f"{path}: {name} has no words of its own" for name in page.undocumented]
    with open(os.path.join(out, "index.rst"), "w", encoding="utf-8") as file:
        file.write("Interface\n=========\n\nA page for each public header, in the order of the alphabet; ``lwnvme.h`` takes in all of "
                   "``include/lwnvme``.\nThe pages are made from the headers. :ref:`genindex` has every name.\n\n"
                   ".. list-table::\n   :widths: 30 70\n\n")
        for stem, title, summary in index:
            file.write(f"   * - :doc:`{title} <{stem}>`\n     - {escape(summary)}\n")
        file.write("\n.. toctree::\n   :hidden:\n\n" + "".join(f"   {stem}\n" for stem, _, _ in index))
    with open(os.path.join(out, "names"), "w", encoding="utf-8") as file:
        file.write("".join(f"{name} {role}\n" for name, role in sorted(names.roles.items())))
    for line in undocumented:
        print(line)
    functions = sum(kind == "function" for kind, _ in members)
    print(f"interface: {len(index)} headers, {functions} functions, {len(undocumented)} of them without words")
    return 1 if undocumented else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
