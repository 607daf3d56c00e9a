#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The chart of what a 4 KiB read costs: the library, the floor and other drivers, as SVG."""
import html

# Instructions per 4 KiB read, submitted and completed in batches of 32, warm, counted by callgrind; bench/README.md has the
# revision, and tells how.
PEERS = (
    ("SPDK v26.05", 652),
    ("SPDK v26.05, with LTO", 542),
)
WIDTH, ROW, LEFT, RIGHT, TOP = 760, 34, 210, 70, 62
# Names of colours, as in tools/drawings: a page that shows the chart as a part of itself sets them, light or dark.
OURS, FLOOR, OTHERS = "host", "line", "soft"
LIGHT = {"ink": "#1f2328", "soft": "#59636e", "line": "#8c959f", "paper": "#ffffff", "host": "#1f6b4a"}
DARK = {"ink": "#e6edf3", "soft": "#9aa6b2", "line": "#768390", "paper": "#131416", "host": "#6fd3a2"}


def style():
    rules = "".join(f".lw-t-{name}{{fill:var(--lw-{name},{value})}}\n" for name, value in LIGHT.items())
    dark = "".join(f"--lw-{name}:{value};" for name, value in DARK.items())
    return f"<style>\n{rules}@media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}\n</style>"


def rows(report):
    read = report["read_4k"]["qd32"]
    return ([("lwnvme", read["total"], OURS), ("lwnvme, dma_map called", report["read_4k_dma_map"]["qd32"]["total"], OURS),
             ("floor: no check, no deadline", read["floor"], FLOOR)] + [(name, count, OTHERS) for name, count in PEERS])


def svg(report):
    bars = sorted(rows(report), key=lambda row: row[1])
    scale = (WIDTH - LEFT - RIGHT) / max(count for _, count, _ in bars)
    height = TOP + ROW * len(bars) + 34
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
             'font-family="sans-serif" font-size="14">',
             style(), f'<rect width="{WIDTH}" height="{height}" class="lw-t-paper"/>',
             '<text x="16" y="26" class="lw-t-ink" font-size="17" font-weight="bold">Instructions per 4 KiB read</text>',
             '<text x="16" y="46" class="lw-t-soft">submitted and completed in batches of 32; less is better</text>']
    for index, (name, count, colour) in enumerate(bars):
        y = TOP + ROW * index
        length = count * scale
        lines += [f'<text x="{LEFT - 10}" y="{y + 19}" class="lw-t-ink" text-anchor="end">{html.escape(name)}</text>',
                  f'<rect x="{LEFT}" y="{y + 4}" width="{length:.1f}" height="{ROW - 12}" class="lw-t-{colour}"/>',
                  f'<text x="{LEFT + length + 6:.1f}" y="{y + 19}" class="lw-t-ink">{count:.0f}</text>']
    lines += [f'<text x="16" y="{height - 12}" class="lw-t-soft" font-size="12">callgrind, x86-64-v2, gcc -O2; '
              'method and sources: bench/README.md</text>', '</svg>', '']
    return "\n".join(lines)
