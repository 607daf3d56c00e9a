# SPDX-License-Identifier: MIT
# Prints the targets of makefiles: "##@ Section" lines, and "target: ... ## what it does" rules. A section that comes again, in
# another file too, goes on where it ended. Text is wrapped at WIDTH.
BEGIN { WIDTH = 118; INDENT = 27 }
FNR == 1 { section = "" }
/^##@ / {
    section = substr($0, 5)
    if (!(section in text)) { order[++sections] = section; text[section] = "" }
}
/^[a-z-]+:.*## / {
    name = $0; sub(/:.*/, "", name)
    words = $0; sub(/.*## /, "", words)
    text[section] = text[section] sprintf("  make %-19s ", name) wrapped(words) "\n"
}
END {
    for (i = 1; i <= sections; i++) printf("%s%s\n%s", (i > 1 ? "\n" : ""), order[i], text[order[i]])
    print "\nVariables: CC (gcc or clang), EXTRA_CFLAGS, SETUP=: (install nothing), V=1 (show\ncommands). -j works with every target."
}

function wrapped(words,    count, part, column, i, out) {
    count = split(words, part, " ")
    column = INDENT
    for (i = 1; i <= count; i++) {
        if (i > 1 && column + 1 + length(part[i]) > WIDTH) {
            out = out sprintf("\n%" INDENT "s", "")
            column = INDENT
        } else if (i > 1) {
            out = out " "
            column++
        }
        out = out part[i]
        column += length(part[i])
    }
    return out
}
