# SPDX-License-Identifier: MIT
# Prints the targets of a Makefile: "##@ Section" lines, and "target: ... ## what it does" rules.
/^##@ / { printf "\n%s\n", substr($0, 5) }
/^[a-z-]+:.*## / {
    name = $0; sub(/:.*/, "", name)
    text = $0; sub(/.*## /, "", text)
    printf "  make %-19s %s\n", name, text
}
END {
    print "\nVariables: CC (gcc or clang), EXTRA_CFLAGS, SETUP=: (install nothing), V=1 (show\ncommands). -j works with every target."
}
