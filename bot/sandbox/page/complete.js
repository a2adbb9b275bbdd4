// What the composer offers while one types: slash commands, people, channels and emoji.
import { EMOJI } from "./emoji.js";
import { escapeText, unescapeText } from "./mrkdwn.js";
import { nameOf, person, state } from "./store.js";
import { w } from "./words.js";

/** {heading, from, rows: [{label, hint, note, insert}]} for the text before the caret, or null. */
export function offers(text, caret) {
  const before = text.slice(0, caret);
  return commandOffers(before) ?? wordOffers(before);
}

function commandOffers(before) {
  const typed = /^\/(\S*)$/.exec(before);
  if (!typed) return null;
  const rows = state.commands.filter((one) => one.command.slice(1).startsWith(typed[1].toLowerCase())).map((one) => ({
    label: one.command, hint: one.usage_hint, note: one.description, app: state.apps.get(one.app)?.name, insert: `${one.command} `,
  }));
  return rows.length ? { heading: w("commands"), from: 0, rows } : null;
}

const FINDERS = { "@": peopleRows, "#": channelRows, ":": emojiRows };

function wordOffers(before) {
  const typed = /(?:^|[\s([{])([@#:])([^\s@#:]*)$/u.exec(before);
  if (!typed) return null;
  const rows = FINDERS[typed[1]](typed[2].toLowerCase()).slice(0, 8);
  const heading = { "@": w("people"), "#": w("channels"), ":": w("emoji") }[typed[1]];
  return rows.length ? { heading, from: before.length - typed[2].length - 1, rows } : null;
}

function peopleRows(query) {
  const people = [...state.people.values()].filter((one) => one.id !== "USLACKBOT" && `${one.name} ${one.real_name}`.toLowerCase().includes(query));
  const starts = (one) => (one.name.toLowerCase().startsWith(query) || one.real_name?.toLowerCase().startsWith(query) ? 0 : 1);
  const rows = people.sort((a, b) => starts(a) - starts(b)).map((one) => ({ label: nameOf(one.id), hint: `@${one.name}`, user: one.id, insert: `@${one.name} ` }));
  const all = [["here", w("here")], ["channel", w("whole_channel")]];
  return [...rows, ...all.filter(([name]) => query && name.startsWith(query)).map(([name, note]) => ({ label: `@${name}`, hint: note, insert: `@${name} ` }))];
}

function channelRows(query) {
  return [...state.channels.values()].filter((one) => one.kind !== "im" && one.name.includes(query))
    .map((one) => ({ label: `#${one.name}`, hint: one.topic, insert: `#${one.name} ` }));
}

function emojiRows(query) {
  if (query.length < 2) return [];
  return Object.keys(EMOJI).filter((name) => name.includes(query)).map((name) => ({ label: `${EMOJI[name]}  :${name}:`, insert: `:${name}: ` }));
}

/** Typed text as Slack stores it: marks escaped, @names, #channels and @here as references. */
export function toSlack(text) {
  const names = new Map([...state.people.values()].map((one) => [one.name, one.id]));
  const channels = new Map([...state.channels.values()].filter((one) => one.kind !== "im").map((one) => [one.name, one.id]));
  return escapeText(text)
    .replace(/(?<![\w@/])@([\p{L}\p{N}._-]+)/gu, (whole, name) => mention(whole, name, names))
    .replace(/(?<![\w#/&])#([\p{L}\p{N}_-]+)/gu, (whole, name) => (channels.has(name) ? `<#${channels.get(name)}|${name}>` : whole));
}

function mention(whole, name, names) {
  if (["here", "channel", "everyone"].includes(name)) return `<!${name}>`;
  for (let end = name.length; end > 0; end -= 1) { // a Korean particle may follow the name directly
    const known = names.get(name.slice(0, end));
    const rest = name.slice(end);
    if (known && (rest === "" || /^[^a-z0-9]/i.test(rest))) return `<@${known}>${rest}`;
  }
  return whole;
}

/** Stored text as one would have typed it, for editing. */
export function toTyped(text) {
  const typed = text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (whole, target, label) => {
    if (target[0] === "@") return `@${person(target.slice(1))?.name ?? label ?? target.slice(1)}`;
    if (target[0] === "#") return `#${state.channels.get(target.slice(1))?.name ?? label ?? target.slice(1)}`;
    if (target[0] === "!") return `@${target.slice(1)}`;
    return target;
  });
  return unescapeText(typed);
}
