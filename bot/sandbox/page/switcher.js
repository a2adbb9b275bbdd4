// Ctrl+K: type a few letters of a channel, a person or an app, and go there.
import { avatar } from "./avatars.js";
import { fill, h, icon } from "./dom.js";
import { showDialog } from "./popup.js";
import { nameOf, person } from "./store.js";
import { goPlace, places } from "./sidebar.js";
import { w } from "./words.js";

let isOpen = false;

export function openSwitcher() {
  if (isOpen) return;
  isOpen = true;
  const input = h("input", {
    class: "field", type: "search", autofocus: true, placeholder: w("jump_hint"), "aria-label": w("jump"), autocomplete: "off",
    role: "combobox", "aria-expanded": "true", "aria-controls": "jump-list",
  });
  const list = h("div", { class: "option-list", id: "jump-list", role: "listbox" });
  const dialog = h("dialog", { class: "dialog switcher", "aria-label": w("jump") }, input, list);
  const me = { input, list, index: 0, rows: [] };
  const close = showDialog(dialog, () => finish(null));
  const finish = (id) => { isOpen = false; close(); if (id) goPlace(id); };
  input.addEventListener("input", () => { me.index = 0; paint(me, finish); });
  input.addEventListener("keydown", (event) => onKey(me, event, finish));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) finish(null); });
  paint(me, finish);
}

function onKey(me, event, finish) {
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.isComposing) return;
  if (move && me.rows.length) {
    event.preventDefault();
    me.index = (me.index + move + me.rows.length) % me.rows.length;
    paint(me, finish);
  } else if (event.key === "Enter" && me.rows.length) {
    event.preventDefault();
    finish(me.rows[me.index].id);
  }
}

function candidates() {
  const { joined, others, people, apps } = places();
  return [
    ...[...joined, ...others].map((one) => ({ id: one.id, label: one.name, find: one.name, lead: () => icon(one.kind === "private" ? "lock" : "hash"), unread: one.unread })),
    ...people.map((id) => ({ id, label: nameOf(id), find: `${nameOf(id)} ${person(id)?.name}`, lead: () => avatar(id, nameOf(id), "avatar-tiny") })),
    ...apps.map((app) => ({ id: app.id, label: app.name, find: app.name, lead: () => avatar(app.bot_user, app.name, "avatar-tiny") })),
  ];
}

function paint(me, finish) {
  const wanted = me.input.value.trim().replace(/^[#@]/, "").toLowerCase();
  me.rows = candidates().filter((row) => row.find.toLowerCase().includes(wanted)).sort((a, b) => Number(Boolean(b.unread)) - Number(Boolean(a.unread))).slice(0, 9);
  fill(me.list, me.rows.length ? me.rows.map((row, index) => h("div", {
    class: "option", role: "option", id: `jump-${index}`, "aria-selected": String(index === me.index), on: { click: () => finish(row.id) },
  }, row.lead(), h("span", { class: `option-label ${row.unread ? "strong" : ""}` }, row.label))) : h("div", { class: "option-empty" }, w("no_match")));
  me.input.setAttribute("aria-activedescendant", `jump-${me.index}`);
}
