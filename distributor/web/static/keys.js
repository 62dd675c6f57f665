// Single keys and swipes for what stands on the page as a button, too: each only presses that button.
"use strict";

(() => {
  const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";
  const SWIPED = 96; // pixels that a finger goes before it is a swipe
  const EDGE = 24; // pixels at the sides of the screen that belong to the browser's own gestures

  const isOff = (what) => { try { return localStorage.getItem(what) === "aus"; } catch { return false; } };

  const settle = () => {
    document.querySelectorAll("[data-legend]").forEach((legend) => { legend.hidden = false; });
    document.querySelectorAll("[data-off]").forEach((box) => { box.checked = isOff(box.dataset.off); });
  };

  const press = (target) => {
    if (!target) return false;
    const details = target.closest("summary") && target.parentElement;
    if (!details) { target.click(); return true; }
    details.open = true;
    const first = details.querySelector("textarea, input:not([type=hidden]):not([hidden])") || target;
    first.focus();
    first.scrollIntoView({ block: "center" });
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat || isOff("tasten")) return;
    if (!/^[a-z?]$/.test(event.key) || event.target.closest(FIELDS)) return;
    if (press(document.querySelector(`[data-key="${event.key}"]`))) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    const what = event.target.dataset.off;
    if (!what) return;
    try { localStorage.setItem(what, event.target.checked ? "aus" : "an"); } catch { /* then it holds for this page */ }
  });

  // A scroll never comes to its end here: the browser takes it over and cancels the pointer.
  let begun = null;
  const zoomed = () => (window.visualViewport ? window.visualViewport.scale : 1) > 1.01;
  const way = (event) => {
    const across = event.clientX - begun.x;
    if (Math.abs(across) < SWIPED || Math.abs(event.clientY - begun.y) * 2 > Math.abs(across)) return "";
    return across > 0 ? "right" : "left";
  };
  const end = () => { if (begun) delete begun.zone.dataset.swiping; begun = null; };

  document.addEventListener("pointerdown", (event) => {
    const zone = event.target.closest("[data-swipe]");
    const side = Math.min(event.clientX, window.innerWidth - event.clientX);
    end();
    if (!zone || event.pointerType !== "touch" || !event.isPrimary || zoomed() || side < EDGE || isOff("wischen")) return;
    if (event.target.closest(`${FIELDS}, video, label`)) return;
    begun = { x: event.clientX, y: event.clientY, zone, id: event.pointerId };
  });
  document.addEventListener("pointermove", (event) => {
    if (begun && event.pointerId === begun.id) begun.zone.dataset.swiping = way(event);
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("pointerup", (event) => {
    const { zone, id } = begun || {};
    const to = begun && event.pointerId === id && window.getSelection().isCollapsed ? way(event) : "";
    end();
    if (to) press(zone.querySelector(`[data-swiped="${to}"]`));
  });

  document.addEventListener("htmx:load", settle);
  settle();
})();
