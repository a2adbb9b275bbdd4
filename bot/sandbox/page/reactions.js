// How a reaction is picked: a small grid of emoji that can be searched by short name.
import { fill, h } from "./dom.js";
import { EMOJI, QUICK } from "./emoji.js";
import { closePopup, openPopup } from "./popup.js";
import { w } from "./words.js";

/** Each picture once, the quick ones first. */
const EVERY = [...new Map([...QUICK, ...Object.keys(EMOJI)].reverse().map((name) => [EMOJI[name], name])).values()].reverse();

export function pickEmoji(anchor, choose) {
  const search = h("input", { class: "field", type: "search", autofocus: true, placeholder: w("search"), "aria-label": w("search"), autocomplete: "off" });
  const grid = h("div", { class: "emoji-grid" });
  const pick = (name) => { closePopup(); choose(name); };
  const paint = () => {
    const wanted = search.value.trim().replaceAll(":", "").toLowerCase();
    const names = wanted ? Object.keys(EMOJI).filter((name) => name.includes(wanted)).slice(0, 48) : EVERY;
    fill(grid, names.length ? names.map((name) => h("button", {
      type: "button", class: "emoji-button", title: `:${name}:`, "aria-label": name, on: { click: () => pick(name) },
    }, EMOJI[name])) : h("div", { class: "option-empty" }, w("no_match")));
  };
  search.addEventListener("input", paint);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) grid.querySelector("button")?.click();
  });
  paint();
  openPopup(anchor, h("div", { class: "emoji-panel" }, search, grid), { label: w("add_reaction") });
}
