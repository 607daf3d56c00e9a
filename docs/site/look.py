#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/site/look.py SITE OUT [PAGE...]: the site in a real browser, at the width of a desk and of a phone, light and dark.

Chromium opens the pages at 1280 and at 390 pixels. At both widths no page may be wider than the window, no text may be
smaller than MIN_PX, at the width of a desk no code of at most COLUMNS columns may scroll, and in both schemes what
stands on the page must be told from its background (contrast of text to what it stands on, at least MIN_CONTRAST).
Pictures of the pages named, or of one page of each kind, are left in OUT.
"""
import os
import sys

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDTHS = {"desk": 1280, "phone": 390}
SCHEMES = ("light", "dark")
MIN_PX, MIN_CONTRAST = 8, 3.0
COLUMNS = 110  # as in .clang-format
KINDS = ["index", "docs/quickstart", "docs/io", "docs/porting", "docs/architecture", "docs/states", "docs/promises/3-once", "docs/coverage",
         "docs/parity", "docs/tested-drives", "docs/reliability", "docs/administration", "ports/x86_64/README", "bench/README",
         "tree/examples/minimal/host.c", "api/index", "api/nvm_h", "api/host_h", "api/spec_h"]
TALLEST = 12000

# What is wider than the window, with the element that makes it so; text that is too small; text that cannot be told from
# what it stands on. What is not visible, and what scrolls in a box of its own, is left out.
SCRIPT = """
const [minPx, minContrast, columns] = arguments, out = [], width = document.documentElement.clientWidth;
const scrolls = e => { for (let p = e.parentElement; p; p = p.parentElement) {
    const s = getComputedStyle(p); if (s.overflowX === 'auto' || s.overflowX === 'scroll' || s.overflowX === 'hidden') return true; }
    return false; };
const rgb = c => { const m = c.match(/[\\d.]+/g); return m ? m.map(Number) : [0, 0, 0, 0]; };
const lum = c => { const l = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
const ground = e => { for (let p = e; p; p = p.parentElement) { const c = rgb(getComputedStyle(p).backgroundColor);
    if (c.length < 4 || c[3] > .5) return c; } return [255, 255, 255]; };
if (document.documentElement.scrollWidth > width) {
    out.push('is ' + document.documentElement.scrollWidth + ' pixels wide in a window of ' + width);
    for (const e of document.querySelectorAll('article *, main *')) {
        const r = e.getBoundingClientRect();
        if (r.right > width + 1 && r.width > 0 && !scrolls(e)) { out.push('  by ' + e.tagName + '.' + e.className); break; } }
}
for (const e of document.querySelectorAll('.highlight pre')) {
    const longest = Math.max(...e.textContent.split('\\n').map(line => line.length));
    if (width > 1000 && longest <= columns && e.scrollWidth > e.clientWidth) out.push('code of ' + longest + ' columns scrolls'); }
const article = document.querySelector('article') || document.body, seen = new Set();
for (const e of article.querySelectorAll('p, li, td, th, code, pre, span, a, h1, h2, h3, dt, text, tspan')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const s = getComputedStyle(e), r = e.getBoundingClientRect();
    if (!r.width || s.visibility === 'hidden' || s.opacity === '0' || e.closest('.headerlink, .visually-hidden')) continue;
    const svg = e.closest('svg');
    let size = parseFloat(s.fontSize);
    if (svg && svg.viewBox.baseVal && svg.viewBox.baseVal.width) size *= svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    if (size < minPx) seen.add('text of ' + size.toFixed(1) + ' pixels: ' + e.textContent.trim().slice(0, 40));
    if (svg) continue;
    const a = lum(rgb(s.color)), b = lum(ground(e)), contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < minContrast) seen.add('contrast ' + contrast.toFixed(1) + ': ' + e.tagName + '.' + e.className + ' '
        + e.textContent.trim().slice(0, 40));
}
return out.concat([...seen].slice(0, 5));
"""


def browser():
    options = Options()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_page_load_timeout(60)
    return driver


def pages(site):
    for place, _, files in os.walk(site):
        for name in sorted(files):
            if name.endswith(".html") and not name.startswith(("search", "genindex")):
                yield os.path.relpath(os.path.join(place, name), site)[:-5]


def window(driver, width, scheme, height=900):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def picture(driver, width, scheme, path):
    height = min(TALLEST, driver.execute_script("return document.documentElement.scrollHeight"))
    window(driver, width, scheme, height)
    driver.save_screenshot(path)


def main(site, out, chosen):
    os.makedirs(out, exist_ok=True)
    driver, wrong, looks = browser(), [], 0
    shown = chosen or KINDS
    try:
        for page in chosen or sorted(pages(site)):
            driver.get("file://" + os.path.abspath(os.path.join(site, page + ".html")))
            for form, width in WIDTHS.items():
                for scheme in SCHEMES:
                    window(driver, width, scheme)
                    looks += 1
                    for line in driver.execute_script(SCRIPT, MIN_PX, MIN_CONTRAST, COLUMNS):
                        wrong.append(f"{page}, {form}, {scheme}: {line}")
                    if page in shown:
                        picture(driver, width, scheme, os.path.join(out, f"{page.replace('/', '-')}-{form}-{scheme}.png"))
    finally:
        driver.quit()
    for line in wrong:
        print(line)
    print(f"look: {looks} looks at pages, {len(wrong)} complaints; pictures in {out}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
