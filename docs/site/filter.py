#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/site/filter.py OUT HEADER...: the headers as Doxygen wants them, into the directory OUT.

The headers have plain comments. What stands directly before a declaration documents it, what stands behind one on its line
documents that one, and the comment at the top the file. What follows a declaration without a blank line, and has no comment
of its own, shares its words. A blocking call lwnvme_sync_x without words is that of lwnvme_x.
"""
import os
import re
import sys

RULE = re.compile(r"/\* -{4,}.*-{4,} \*/$", re.S)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
FUNCTION = re.compile(r"^(?!typedef|struct \w+ \{|enum \w+ \{|extern|return|LWNVME_STATIC)[A-Za-z][\w\s*]*?\b(lwnvme_\w+)\(",
                      re.M)
OTHER = re.compile(r"^(?:(?:struct|enum) (?=\w+ \{)|#define (?=.*[^\\]$))(\w+)", re.M)
STRUCT = re.compile(r"^struct (\w+) \{", re.M)
HOOK = re.compile(r"^    [\w ]+\*?[ ]?\(\*(\w+)\)\(", re.M)


def blanked(text):
    """The text with blanks for comments and for macros of several lines."""
    text = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return re.sub(r"^#define.*(?:\\\n.*)+", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.M)


def escape(text):
    """What Doxygen would take for a command, for markup or for HTML. Text that is set off by blanks is code, as it is."""
    lines, item, code = [], False, False
    for line in text.split("\n"):
        item = bool(re.match(r" \* - ", line)) or item and bool(re.match(r" \*  ", line))
        if code != bool(re.match(r" \*   +\S", line) and not item):
            code = not code
            if lines and lines[-1].strip(" *"):
                lines.append(" *")
        if code:
            line = line.replace(" * ", " *     ", 1)
        else:
            line = re.sub(r"([\\@&$#<>%\"|])", r"\\\1", line)
            head, body = re.match(r"(\s*\*?(?:\s|$)|)(.*)", line).groups()
            line = head + body.replace("*", r"\*")
        lines.append(line)
    return "\n".join(lines)


def end_of(code, position):
    """Where the declaration that begins here ends: behind the line of its semicolon, or of the brace that closes it."""
    depth = 0
    for match in re.compile(r"[{};]").finditer(code, position):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth == 0:
            end = code.find("\n", match.end())
            return end + 1 if end >= 0 else len(code)
    return len(code)


def documents(text, match):
    """Whether a comment stands directly before a declaration, on lines of its own."""
    start = text.rfind("\n", 0, match.start()) + 1
    following = text[match.end():]
    return (not text[start:match.start()].strip() and "SPDX" not in match[0] and not RULE.match(match[0])
            and re.match(r"\n[ \t]*\S", following)
            and not re.match(r"\n(#(if |ifdef|endif|else|undef)|[ \t]*/\*|\s*\})", following))


def shares(text):
    """For each function or hook without words: where it begins, its name, and whose words it shares, or None."""
    code = blanked(text)
    documented = {match.end() + 1 for match in COMMENT.finditer(text) if documents(text, match)}
    owners = [(match.start(), end_of(code, match.start()), match[1]) for match in STRUCT.finditer(code)]
    ends = {}
    for match in sorted([*FUNCTION.finditer(code), *OTHER.finditer(code)], key=lambda match: match.start()):
        before = None if match.start() in documented else ends.get(match.start())
        end = code.index("\n", match.start()) + 1 if code[match.start()] == "#" else end_of(code, match.start())
        ends[end] = before or (match[1] if match.start() in documented else None)
        if match.re is FUNCTION and match.start() not in documented:
            yield match.start(), match[1], before
    ends = {}
    for match in HOOK.finditer(code):
        before = None if match.start() in documented else ends.get(match.start())
        owner = next((name for start, end, name in owners if start < match.start() < end), None)
        ends[end_of(code, match.start())] = before or (f"{owner}::{match[1]}" if match.start() in documented else None)
        if match.start() not in documented:
            yield match.start(), match[1], before


def words(name, before):
    if before == name:
        return f"/** With the values of enum {name}. */ "
    if before:
        return f"/** \\copydoc {before} */ "
    if name.startswith("lwnvme_sync_"):
        return f"/** {name.replace('lwnvme_sync_', 'lwnvme_')}, and polls until its end. */ "
    return ""


def filtered(text):
    out = [(start, start, words(name, before)) for start, name, before in shares(text)]
    for number, match in enumerate(COMMENT.finditer(text)):
        line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        following, inside = text[match.end():], escape(match[0][2:-2])
        made = None
        if number == 1 and not line.strip():
            made = "/** \\file" + inside + "*/"
        elif documents(text, match):
            option = re.match(r"\n#ifndef (\w+)\n", following)
            made = "/**" + (f" \\def {option[1]}\n" if option else "") + inside + "*/"
        elif line.strip() and following.startswith("\n"):
            made = "/**<" + inside + "*/"
        if made:
            out.append((match.start(), match.end(), made))
    result, done = [], 0
    for start, end, made in sorted(out):
        result += [text[done:start], made]
        done = end
    return "".join(result) + text[done:]


def main(out, headers):
    os.makedirs(out, exist_ok=True)
    for path in headers:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(out, os.path.basename(path)), "w", encoding="utf-8") as file:
            file.write(filtered(text))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
