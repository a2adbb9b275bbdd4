// Small things that float: menus, panels beside a button, confirm dialogs and short notices.
import { fill, focusables, h, trapTab } from "./dom.js";
import { w } from "./words.js";

let open = null;

export function closePopup(giveFocusBack = true) {
  if (!open) return false;
  const { panel, anchor, onClose } = open;
  open = null;
  panel.remove();
  anchor.setAttribute("aria-expanded", "false");
  onClose?.();
  if (giveFocusBack && anchor.isConnected) anchor.focus({ preventScroll: true });
  return true;
}

/** Shows `content` beside `anchor`; Esc, a click elsewhere or leaving it closes it. */
export function openPopup(anchor, content, { role = "dialog", label = "", onClose = null, wide = false } = {}) {
  const again = open?.anchor === anchor;
  closePopup(again);
  if (again) return null;
  const panel = h("div", { class: `popup ${wide ? "popup-wide" : ""}`, role, "aria-label": label || null, tabindex: "-1" }, content);
  (anchor.closest("dialog") ?? document.body).append(panel);
  anchor.setAttribute("aria-expanded", "true");
  open = { panel, anchor, onClose };
  place(panel, anchor);
  panel.addEventListener("keydown", (event) => onPanelKey(event, panel));
  (panel.querySelector("[autofocus]") ?? focusables(panel)[0] ?? panel).focus();
  return panel;
}

function onPanelKey(event, panel) {
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closePopup();
  } else {
    trapTab(panel, event);
  }
}

export function place(panel, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  const below = innerHeight - at.bottom > size.height + 12 || at.top < size.height + 12;
  const top = below ? Math.min(at.bottom + 4, innerHeight - size.height - 8) : at.top - size.height - 4;
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  panel.style.top = `${Math.max(8, top)}px`;
  panel.style.left = `${left}px`;
}

addEventListener("pointerdown", (event) => {
  if (!open || open.panel.contains(event.target) || open.anchor.contains(event.target)) return;
  closePopup(false);
}, true);
addEventListener("resize", () => closePopup(false));

/** items: [{label, hint, danger, icon, current, run}] or {heading} */
export function openMenu(anchor, items, label = "") {
  const rows = items.map((item) => (item.heading ? h("div", { class: "menu-heading", role: "presentation" }, item.heading) : menuItem(item)));
  const panel = openPopup(anchor, h("div", { class: "menu" }, rows), { role: "menu", label });
  panel?.addEventListener("keydown", (event) => moveInList(event, [...panel.querySelectorAll(".menu-item")]));
  panel?.querySelector("[aria-checked='true']")?.focus();
  return panel;
}

function menuItem(item) {
  return h("button", {
    type: "button", class: `menu-item ${item.danger ? "danger" : ""}`, role: "current" in item ? "menuitemradio" : "menuitem",
    "aria-checked": "current" in item ? String(item.current) : null,
    on: { click: () => { closePopup(); item.run(); } },
  }, item.lead ?? null, h("span", { class: "menu-label" }, item.label), item.hint ? h("span", { class: "menu-hint" }, item.hint) : null);
}

export function moveInList(event, items) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const jump = { Home: 0, End: items.length - 1 }[event.key];
  if ((step === undefined && jump === undefined) || items.length === 0) return false;
  event.preventDefault();
  const index = items.indexOf(document.activeElement);
  const target = jump ?? (index < 0 && step < 0 ? items.length - 1 : (index + step + items.length) % items.length);
  items[target].focus();
  return true;
}

/** A <dialog> shown over all: traps Tab, gives the focus back, calls onEscape for Esc. */
export function showDialog(dialog, onEscape) {
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); onEscape(); });
  dialog.addEventListener("keydown", (event) => trapTab(dialog, event));
  dialog.showModal();
  return () => {
    dialog.close();
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
}

/** Asks first; answers true or false. `ask` is plain text in each field. */
export function confirmAsk({ title, text, yes, no, danger = false }) {
  return new Promise((resolve) => {
    let close = null;
    const done = (answer) => { close(); resolve(answer); };
    const dialog = h("dialog", { class: "dialog confirm", "aria-label": title },
      h("h2", {}, title), h("div", { class: "confirm-text" }, text),
      h("footer", { class: "dialog-foot" },
        h("button", { type: "button", class: "button", on: { click: () => done(false) } }, no ?? w("cancel")),
        h("button", { type: "button", class: `button ${danger ? "danger" : "primary"}`, autofocus: true, on: { click: () => done(true) } }, yes ?? w("ok"))));
    close = showDialog(dialog, () => done(false));
  });
}

/** One line of text asked for; null when it was given up. */
export function promptAsk({ title, label, yes }) {
  return new Promise((resolve) => {
    let close = null;
    const input = h("input", { class: "field", autofocus: true, "aria-label": label, autocomplete: "off" });
    const done = (answer) => { close(); resolve(answer); };
    const form = h("form", { on: { submit: (event) => { event.preventDefault(); done(input.value.trim() || null); } } },
      h("h2", {}, title), h("label", { class: "stack" }, label, input),
      h("footer", { class: "dialog-foot" },
        h("button", { type: "button", class: "button", on: { click: () => done(null) } }, w("cancel")),
        h("button", { class: "button primary" }, yes)));
    const dialog = h("dialog", { class: "dialog confirm", "aria-label": title }, form);
    close = showDialog(dialog, () => done(null));
  });
}

export function notice(text, kind = "info") {
  const box = document.getElementById("notices");
  const item = h("div", { class: `notice ${kind}` }, text);
  box.append(item);
  setTimeout(() => item.remove(), 6000);
}

export const noticeError = (error) => notice(w("failed", { error: error.message }), "error");

export function announce(text) {
  fill(document.getElementById("live"), text);
}
