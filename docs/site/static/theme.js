/* SPDX-License-Identifier: MIT */
/* The button for light, dark and automatic: for a theme whose own script is not one that a browser runs as it stands. */
(function () {
    "use strict";
    const schemes = ["auto", "light", "dark"];

    function stored() {
        try {
            return localStorage.getItem("theme");
        } catch (error) {
            return null;
        }
    }

    function apply(scheme) {
        document.body.dataset.theme = schemes.includes(scheme) ? scheme : "auto";
        try {
            localStorage.setItem("theme", document.body.dataset.theme);
        } catch (error) {
            /* Pages that may not store anything forget it. */
        }
    }

    function next() {
        const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
        const order = dark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
        apply(order[(order.indexOf(document.body.dataset.theme) + 1) % order.length]);
    }

    document.addEventListener("DOMContentLoaded", function () {
        document.documentElement.classList.remove("no-js");
        document.body.dataset.theme = schemes.includes(stored()) ? stored() : "auto";
        for (const button of document.getElementsByClassName("theme-toggle"))
            button.addEventListener("click", next);
    });
})();
