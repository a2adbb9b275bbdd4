// How people and apps are pictured: coloured initials.
import { h } from "./dom.js";
import { appOfBot, nameOf, person, state } from "./store.js";

/** Neighbours in the list of people get hues far apart. */
function colourOf(id) {
  const index = [...state.people.keys()].indexOf(id);
  return `hsl(${Math.round(150 + index * 137.5) % 360} 36% 42%)`;
}

/** Two letters for Latin names; the given name's two syllables for Korean ones. */
function initials(name) {
  const clean = name.trim();
  if (/^[가-힣]{2,5}$/.test(clean)) return clean.length > 2 ? clean.slice(-2) : clean;
  const parts = clean.split(/[\s._-]+/).filter(Boolean);
  const letters = parts.length > 1 ? parts[0][0] + parts.at(-1)[0] : clean.slice(0, 2);
  return letters.toUpperCase();
}

export function avatar(id, name = nameOf(id), size = "") {
  const one = person(id);
  const app = Boolean(one?.is_bot || appOfBot(id));
  return h("span", { class: `avatar ${size} ${app ? "avatar-app" : ""}`, "aria-hidden": "true", vars: { "--colour": colourOf(id) } }, initials(name));
}
