// The bar at the top: the story being played, its buttons, the workspace's clock, and who one is.
import { story as tellStory } from "./actions.js";
import { avatar } from "./avatars.js";
import { fill, h, icon, iconButton, keepFocus } from "./dom.js";
import { openMenu } from "./popup.js";
import { myself, nameOf, on, state } from "./store.js";
import { clockDate, dayKey, now, setNow, shortTime } from "./time.js";
import { isDark, toggleTheme } from "./theme.js";
import { w } from "./words.js";

const SPEEDS = [0.5, 1, 2, 5, 10, 60];

export function storyBar(switchTo) {
  const play = h("div", { class: "story", role: "group", "aria-label": w("story") });
  const clock = h("div", { class: "clock", role: "timer", "aria-label": w("clock") });
  const who = h("div", { class: "who" });
  on("story people clock", () => keepFocus(play, () => { play.hidden = !state.story; fill(play, state.story ? storyParts(state.story) : null); }));
  on("clock people", () => { setNow(state.clock); fill(clock, icon("clock"), h("span", { class: "clock-day" }, clockDate(now())), h("span", { class: "clock-time" }, shortTime(now()))); });
  on("people", () => fill(who, themeButton(), meButton(switchTo)));
  return h("header", { class: "story-bar" }, play, h("div", { class: "bar-right" }, clock, who));
}

function storyParts(story) {
  const total = story.steps.length;
  return [
    h("div", { class: "story-buttons" },
      story.playing
        ? button("pause", w("pause"), "toggle", () => tellStory({ do: "pause" }))
        : button("play", w("play"), "toggle", () => tellStory({ do: "play" }), story.finished),
      button("next", w("next_step"), "next", () => tellStory({ do: "next" }), story.finished),
      button("restart", w("restart"), "restart", () => tellStory({ do: "restart" })),
      speedButton(story)),
    h("div", { class: "story-text" },
      h("div", { class: "story-title" }, h("strong", {}, story.title), h("span", { class: "story-count" }, `${Math.min(story.position, total)} / ${total}`)),
      h("div", { class: "story-next", "aria-live": "polite" }, nextText(story))),
    h("progress", { class: "story-progress", max: Math.max(total, 1), value: story.position, "aria-label": `${story.position} / ${total}` }),
  ];
}

function button(name, label, key, run, disabled = false) {
  return iconButton(name, label, run, { disabled, data: { focus: `story/${key}` }, class: name === "play" || name === "pause" ? "story-main" : "" });
}

function speedButton(story) {
  const items = SPEEDS.map((speed) => ({ label: `${speed}×`, current: speed === story.speed, run: () => tellStory({ do: story.playing ? "play" : "pause", speed }) }));
  return h("button", {
    type: "button", class: "head-button", "aria-haspopup": "menu", "aria-label": `${w("speed")} ${story.speed}×`, title: w("speed"), data: { focus: "story/speed" },
    on: { click: (event) => openMenu(event.currentTarget, items, w("speed")) },
  }, `${story.speed}×`);
}

function nextText(story) {
  if (story.finished) return w("finished");
  if (story.waiting) return w("waiting");
  const step = story.steps[story.position];
  if (!step) return "";
  return [h("span", { class: "story-when" }, stepTime(step.at)), " ", step.summary ?? step.do ?? ""];
}

/** A step's time may be a moment or already written out; another day is named. */
function stepTime(at) {
  if (typeof at !== "number" && !/^\d{4}-\d\d-\d\dT/.test(at ?? "")) return String(at ?? "");
  const ms = typeof at === "number" ? at * 1000 : Date.parse(at);
  return dayKey(ms) === dayKey(now()) ? shortTime(ms) : `${clockDate(ms)} ${shortTime(ms)}`;
}

function themeButton() {
  return iconButton(isDark() ? "sun" : "moon", w(isDark() ? "light" : "dark"), (event) => {
    toggleTheme();
    const again = themeButton();
    event.currentTarget.replaceWith(again);
    again.focus();
  }, { class: "theme" });
}

function meButton(switchTo) {
  const me = myself();
  if (!me) return null;
  const label = w("be_somebody", { name: nameOf(me.id) });
  return h("button", { type: "button", class: "me", "aria-haspopup": "menu", "aria-label": label, title: label, on: { click: (event) => openMenu(event.currentTarget, peopleItems(switchTo), w("act_as")) } },
    avatar(me.id, nameOf(me.id), "avatar-small"), h("span", { class: "me-name" }, nameOf(me.id)), icon("chevron"));
}

function peopleItems(switchTo) {
  const people = [...state.people.values()].filter((one) => !one.is_bot && one.id !== "USLACKBOT");
  return [{ heading: w("act_as") }, ...people.map((one) => ({
    label: nameOf(one.id), hint: `@${one.name}`, current: one.id === state.me, lead: avatar(one.id, nameOf(one.id), "avatar-tiny"), run: () => switchTo(one.id),
  }))];
}
