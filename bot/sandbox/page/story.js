// The bar at the top: the story being played, its buttons, the workspace's clock, and who one is.
import { story as tellStory } from "./actions.js";
import { avatar } from "./avatars.js";
import { fill, h, icon, iconButton, keepFocus } from "./dom.js";
import { plainText } from "./mrkdwn.js";
import { openMenu } from "./popup.js";
import { changed, myself, nameOf, on, state } from "./store.js";
import { clockDate, dayKey, now, setNow, shortTime } from "./time.js";
import { isDark, toggleTheme } from "./theme.js";
import { w } from "./words.js";

const SPEEDS = [1, 10, 60, 300, 1800]; // at 60 a minute of the story takes a second

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
        : button("play", w("play"), "toggle", () => tellStory({ do: "play", speed: speedOf(story) }), story.finished),
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

/** The speed is told with "play"; while the story rests, the page only remembers it. */
function speedButton(story) {
  const now = speedOf(story);
  const choose = (speed) => { state.storySpeed = speed; if (story.playing) tellStory({ do: "play", speed }); changed("story"); };
  const items = SPEEDS.map((speed) => ({ label: `${speed}×`, current: speed === now, run: () => choose(speed) }));
  return h("button", {
    type: "button", class: "head-button", "aria-haspopup": "menu", "aria-label": `${w("speed")} ${now}×`, title: w("speed"), data: { focus: "story/speed" },
    on: { click: (event) => openMenu(event.currentTarget, items, w("speed")) },
  }, `${now}×`);
}

const speedOf = (story) => state.storySpeed ?? story.speed;

function nextText(story) {
  if (story.error) return h("span", { class: "story-error" }, story.error);
  if (story.finished) return w("finished");
  const step = story.steps[story.position];
  return step ? [h("span", { class: "story-when" }, stepTime(step.at)), " ", deedText(step)] : "";
}

/** "say in #ops: text" becomes a line in the person's language, with who does it. */
function deedText(step) {
  const told = /^(\w+)(?: in (\S+?))?(?:: ([\s\S]*))?$/.exec(step.summary ?? "");
  const who = step.who ? `${nameOf(step.who)} · ` : "";
  if (!told || told[1] !== step.do) return `${who}${step.summary ?? step.do ?? ""}`;
  return `${who}${w(`deed_${step.do}`)}${told[2] ? ` ${told[2]}` : ""}${told[3] ? `: ${plainText(told[3])}` : ""}`;
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
