// How people and apps are pictured: coloured initials.
import { h } from "./dom.js";
import { appOfBot, nameOf, person } from "./store.js";

const COLOURS = ["#2f6f8f", "#7a5c99", "#a6562f", "#3f7a4f", "#94505f", "#5a6b2f", "#3d5a9c", "#8a6d1f"];

function colourOf(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return COLOURS[sum % COLOURS.length];
}

/** Two letters for Latin names; the given name's two syllables for Korean ones. */
export function initials(name) {
  const clean = name.trim();
  if (/^[가-힣]{2,5}$/.test(clean)) return clean.length > 2 ? clean.slice(-2) : clean;
  const parts = clean.split(/[\s._-]+/).filter(Boolean);
  const letters = parts.length > 1 ? parts[0][0] + parts.at(-1)[0] : clean.slice(0, 2);
  return letters.toUpperCase();
}

export function avatar(id, name = nameOf(id), size = "") {
  const one = person(id);
  const app = Boolean(one?.is_bot || appOfBot(id));
  const given = one?.avatar_colour ?? "";
  const colour = CSS.supports("color", given) ? given : colourOf(id ?? name);
  return h("span", { class: `avatar ${size} ${app ? "avatar-app" : ""}`, "aria-hidden": "true", vars: { "--colour": colour } }, initials(name));
}
