// How one or several options are picked: a button, a list that can be searched, chips for what was picked.
import { fill, h, icon } from "./dom.js";
import { closePopup, moveInList, openPopup } from "./popup.js";
import { channelName, nameOf, state } from "./store.js";
import { plain } from "./mrkdwn.js";
import { w } from "./words.js";

const peopleOptions = () => [...state.people.values()].filter((one) => !one.is_bot).map((one) => ({ value: one.id, label: nameOf(one.id), note: one.name }));

function channelOptions({ filter } = {}) {
  const kinds = { public: "channel", private: "private", im: "im" };
  const wanted = filter?.include?.map((kind) => kinds[kind]) ?? ["channel", "private", "im"];
  return [...state.channels.values()]
    .filter((one) => wanted.includes(one.kind) && !one.is_archived)
    .map((one) => ({ value: one.id, label: one.kind === "im" ? channelName(one) : `#${one.name}` }));
}

const flatOption = (option, group = null) => ({ value: option.value, label: plain(option.text), note: plain(option.description), group, option });

function flatten(source) {
  const groups = source?.option_groups;
  if (groups) return groups.flatMap((group) => group.options.map((option) => flatOption(option, plain(group.label))));
  return (source?.options ?? []).map((option) => flatOption(option));
}

// For each kind: the payload's key, the element's initial key, and where options come from.
function shapeOf(element) {
  const many = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "").replace("_select", "");
  const [noun, plural] = { static: ["option", "options"], external: ["option", "options"], users: ["user", "users"],
    conversations: ["conversation", "conversations"], channels: ["channel", "channels"] }[kind];
  const stem = many ? plural : noun;
  return { many, kind, key: `selected_${stem}`, initial: element[`initial_${stem}`] ?? (many ? [] : null), wholeOption: noun === "option" };
}

function labelOf(value, shape) {
  if (shape.wholeOption) return plain(value.text);
  if (shape.kind === "users") return nameOf(value);
  const channel = state.channels.get(value);
  return channel ? `${channel.kind === "im" ? "" : "#"}${channelName(channel)}` : value;
}

export function picker(spot, { change, focus }) {
  const { element } = spot;
  const shape = shapeOf(element);
  const stored = spot.form.get(spot, { type: element.type, [shape.key]: shape.initial });
  let chosen = shape.many ? [...(stored[shape.key] ?? [])] : stored[shape.key] ? [stored[shape.key]] : [];
  const face = h("span", { class: "picker-face" });
  const button = h("button", {
    type: "button", class: "picker field", "aria-haspopup": "listbox", "aria-expanded": "false", data: focus, id: spot.inInput ? spot.id : null,
    "aria-label": spot.inInput ? null : plain(element.placeholder) || null,
  }, face, icon("chevron"));
  const idOf = (value) => (shape.wholeOption ? value.value : value);
  const paint = () => {
    const empty = plain(element.placeholder) || placeholder(shape);
    if (chosen.length === 0) fill(face, h("span", { class: "placeholder" }, empty));
    else if (!shape.many) fill(face, labelOf(chosen[0], shape));
    else fill(face, chosen.map((value) => h("span", { class: "chip" }, labelOf(value, shape))));
  };
  const report = () => {
    paint();
    change({ type: element.type, [shape.key]: shape.many ? chosen : chosen[0] ?? null });
  };
  const toggle = (row) => {
    const value = shape.wholeOption ? row.option : row.value;
    const had = chosen.some((one) => idOf(one) === row.value);
    if (shape.many) {
      if (!had && element.max_selected_items && chosen.length >= element.max_selected_items) return;
      chosen = had ? chosen.filter((one) => idOf(one) !== row.value) : [...chosen, value];
    } else {
      chosen = [value];
      closePopup();
    }
    report();
  };
  const isChosen = (row) => chosen.some((one) => idOf(one) === row.value);
  button.addEventListener("click", () => openList({ button, spot, shape, toggle, isChosen }));
  paint();
  return button;
}

function placeholder(shape) {
  if (shape.kind === "users") return w("choose_user");
  if (shape.kind === "conversations" || shape.kind === "channels") return w("choose_channel");
  return w(shape.many ? "choose_many" : "choose");
}

async function rowsFor(spot, shape, query) {
  const { element } = spot;
  if (shape.kind === "external") {
    if (query.length < (element.min_query_length ?? 0)) return [];
    return flatten(await spot.options(query));
  }
  const all = { static: () => flatten(element), users: peopleOptions, conversations: () => channelOptions(element),
    channels: () => channelOptions({ filter: { include: ["public"] } }) }[shape.kind]();
  const wanted = query.toLowerCase();
  return all.filter((row) => `${row.label} ${row.note ?? ""}`.toLowerCase().includes(wanted));
}

function openList({ button, spot, shape, toggle, isChosen }) {
  const search = h("input", { class: "field", type: "search", autofocus: true, placeholder: w("search"), "aria-label": w("search"), autocomplete: "off" });
  const list = h("div", { class: "option-list", role: "listbox", "aria-multiselectable": String(shape.many) });
  const panel = openPopup(button, h("div", { class: "option-panel" }, search, list), { label: plain(spot.element.placeholder) || w("choose") });
  if (!panel) return;
  panel.style.minWidth = `${button.getBoundingClientRect().width}px`;
  let turn = 0;
  const refresh = async () => {
    turn += 1;
    const mine = turn;
    if (shape.kind === "external") fill(list, h("div", { class: "option-empty" }, w("searching")));
    const rows = await rowsFor(spot, shape, search.value.trim()).catch(() => []);
    if (mine !== turn) return;
    fill(list, rows.length ? optionNodes(rows, toggle, isChosen) : h("div", { class: "option-empty" }, w("no_match")));
  };
  let wait = null;
  search.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(refresh, shape.kind === "external" ? 200 : 0);
  });
  panel.addEventListener("keydown", (event) => {
    const options = [...list.querySelectorAll(".option")];
    if (moveInList(event, options)) return;
    if (event.key === "Enter" && event.target === search && !event.isComposing) { event.preventDefault(); options[0]?.click(); }
  });
  refresh();
}

function optionNodes(rows, toggle, isChosen) {
  const nodes = [];
  let group = null;
  for (const row of rows) {
    if (row.group && row.group !== group) nodes.push(h("div", { class: "menu-heading" }, row.group));
    group = row.group;
    nodes.push(optionNode(row, toggle, isChosen));
  }
  return nodes;
}

function optionNode(row, toggle, isChosen) {
  return h("button", {
    type: "button", class: "option", role: "option", "aria-selected": String(isChosen(row)), data: { value: row.value },
    on: { click: (event) => {
      toggle(row);
      event.currentTarget.setAttribute("aria-selected", String(isChosen(row)));
    } },
  }, h("span", { class: "option-label" }, row.label), row.note ? h("span", { class: "option-note" }, row.note) : null);
}
