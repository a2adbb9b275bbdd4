// How Slack's mrkdwn becomes nodes: styles, quotes, code, mentions, dates, links and :emoji:.
import { h } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { dateTokens } from "./time.js";
import { nameOf, person, state } from "./store.js";
import { w } from "./words.js";

export function unescapeText(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function escapeText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A piece of text as nodes: code blocks first, then quotes line by line, then what is inside a line. */
export function mrkdwn(text) {
  const nodes = [];
  const parts = String(text ?? "").split(/```\n?([\s\S]*?)```\n?/);
  parts.forEach((part, index) => {
    if (index % 2 === 1) nodes.push(h("pre", { class: "code-block", tabindex: "0" }, unescapeText(codeText(part)).replace(/\n$/, "")));
    else nodes.push(...lines(index + 1 < parts.length ? part.replace(/\n$/, "") : part));
  });
  return nodes;
}

const codeText = (part) => part.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (whole, target, label) => label ?? target);

function lines(text) {
  if (text === "") return [];
  const nodes = [];
  let quote = null;
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote", {})));
      else quote.append("\n");
      quote.append(...inline(quoted[1]));
    } else {
      if (nodes.length > 0 && !quote) nodes.push("\n");
      quote = null;
      nodes.push(...inline(line));
    }
  }
  return nodes;
}

const TOKEN = new RegExp([
  "`(?<code>[^`\\n]+)`",
  "<(?<angle>[^<>\\n]+)>",
  ":(?<emoji>[a-z0-9_+\\-']+(?:::skin-tone-\\d)?):",
  "(?<url>https?:\\/\\/[^\\s<>|*`]+[^\\s<>|*`.,;:!?)\\]}'\"])",
  ...[["bold", "\\*"], ["italic", "_"], ["strike", "~"]].map(([name, mark]) =>
    `(?<![\\p{L}\\p{N}${mark}])${mark}(?<${name}>(?!\\s)(?:<[^<>]*>|\`[^\`]*\`|[^${mark}\\n])+?(?<!\\s))${mark}(?![\\p{L}\\p{N}${mark}])`),
].join("|"), "gu");

export function inline(text) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    const node = fromMatch(match.groups);
    if (!node) continue;
    if (match.index > last) nodes.push(unescapeText(text.slice(last, match.index)));
    nodes.push(node);
    last = match.index + match[0].length;
  }
  if (last < text.length) nodes.push(unescapeText(text.slice(last)));
  return nodes;
}

function fromMatch(found) {
  if (found.code) return h("code", {}, unescapeText(codeText(found.code)));
  if (found.angle) return angle(found.angle);
  if (found.emoji) return emojiNode(found.emoji);
  if (found.url) return linkNode(unescapeText(found.url));
  if (found.bold) return h("strong", {}, inline(found.bold));
  if (found.italic) return h("em", {}, inline(found.italic));
  return h("s", {}, inline(found.strike));
}

export function emojiNode(name, always = false) {
  const character = emojiFor(name);
  if (!character) return always ? h("span", { class: "emoji-name" }, `:${name}:`) : null;
  return h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, character);
}

function angle(body) {
  const cut = body.indexOf("|");
  const [target, label] = cut < 0 ? [body, null] : [body.slice(0, cut), body.slice(cut + 1)];
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (!SAFE.test(target)) return document.createTextNode(unescapeText(`<${body}>`));
  return linkNode(unescapeText(target), label === null ? null : unescapeText(label));
}

export function userMention(id, label = null) {
  const name = person(id) ? nameOf(id) : label || id;
  return h("span", { class: `mention ${id === state.me ? "mention-me" : ""}`, data: { user: id } }, `@${name}`);
}

export function channelMention(id, label = null) {
  const name = state.channels.get(id)?.name ?? (label || id);
  return h("a", { class: "mention", href: `#${id}`, data: { channel: id } }, `#${name}`);
}

export function broadcast(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

function special(target, label) {
  const [name, ...rest] = target.split("^");
  if (name === "date") return dateNode(rest, label);
  if (name === "subteam") return h("span", { class: "mention" }, label ?? `@${rest[0] ?? w("everyone")}`);
  if (["here", "channel", "everyone"].includes(name)) return broadcast(name);
  return document.createTextNode(label ?? `<!${target}>`);
}

function dateNode([unix, pattern = "", url], fallback) {
  const seconds = Number(unix);
  const text = Number.isFinite(seconds) && pattern ? dateTokens(seconds, pattern, w) : fallback ?? "";
  return url ? linkNode(url, text) : h("time", { title: fallback ?? null }, text);
}

const SAFE = /^(https?:|mailto:|tel:)/i;

export function linkNode(url, label = null) {
  if (!SAFE.test(url)) return document.createTextNode(label ?? url);
  const inside = permalink(url);
  const props = inside
    ? { href: url, data: { permalink: inside.channel, ts: inside.ts, thread: inside.thread ?? "" } }
    : { href: url, target: "_blank", rel: "noopener noreferrer" };
  return h("a", { class: "link", ...props }, label || url.replace(/^mailto:/, ""));
}

/** {channel, ts, thread} of a permalink of this workspace, else null. */
export function permalink(url) {
  const found = /^(https?:\/\/[^/]+)\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?(?:\?(.*))?$/.exec(url);
  if (!found) return null;
  const home = [location.origin, state.team.url?.replace(/\/$/, "")];
  if (!home.includes(found[1]) && !state.channels.has(found[2])) return null;
  const ts = found[3] ? `${found[3]}.${found[4]}` : "";
  return { channel: found[2], ts, thread: new URLSearchParams(found[5] ?? "").get("thread_ts") };
}

/** Text without marks, for labels and announcements. */
export function plainText(text) {
  return h("span", {}, mrkdwn(text)).textContent;
}

/** Text objects: mrkdwn keeps its marks, plain_text only its :emoji:. */
export function textOf(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : [plain(object)];
}

export function plain(object) {
  return unescapeText(String(object?.text ?? "")).replace(/:([a-z0-9_+-]+):/g, (whole, name) => emojiFor(name) ?? whole);
}
