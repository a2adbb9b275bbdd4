// How structured text is shown: rich_text, table and markdown blocks.
import { h } from "./dom.js";
import { broadcast, channelMention, emojiNode, linkNode, userMention } from "./mrkdwn.js";
import { dateTokens } from "./time.js";
import { w } from "./words.js";

export function richText(block) {
  return h("div", { class: "rich" }, (block.elements ?? []).map(richPart));
}

function richPart(part) {
  if (part.type === "rich_text_list") return richList(part);
  const inner = (part.elements ?? []).map(richLeaf);
  if (part.type === "rich_text_preformatted") return h("pre", { class: "code-block", tabindex: "0" }, inner);
  if (part.type === "rich_text_quote") return h("blockquote", {}, inner);
  return h("div", { class: "rich-section" }, inner);
}

function richList(part) {
  const tag = part.style === "ordered" ? "ol" : "ul";
  const start = part.offset ? { start: part.offset + 1 } : {};
  return h(tag, { class: "rich-list", vars: { "--indent": part.indent ?? 0 }, ...start },
    (part.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).map(richLeaf))));
}

const LEAVES = {
  text: (leaf) => document.createTextNode(leaf.text ?? ""),
  link: (leaf) => linkNode(leaf.url ?? "", leaf.text ?? null),
  emoji: (leaf) => emojiNode(leaf.name ?? "", true),
  user: (leaf) => userMention(leaf.user_id),
  channel: (leaf) => channelMention(leaf.channel_id),
  usergroup: (leaf) => h("span", { class: "mention" }, `@${leaf.usergroup_id}`),
  broadcast: (leaf) => broadcast(leaf.range),
  date: (leaf) => h("time", {}, leaf.format ? dateTokens(leaf.timestamp, leaf.format, w) : leaf.fallback ?? ""),
  color: (leaf) => h("code", {}, leaf.value ?? ""),
};

function richLeaf(leaf) {
  const node = LEAVES[leaf.type]?.(leaf) ?? document.createTextNode("");
  const tags = { bold: "strong", italic: "em", strike: "s", code: "code" };
  return Object.entries(tags).reduce((inner, [style, tag]) => (leaf.style?.[style] ? h(tag, {}, inner) : inner), node);
}

export function tableBlock(block) {
  const columns = block.column_settings ?? [];
  const cell = (tag) => (value, index) => h(tag, {
    class: `${columns[index]?.is_wrapped ? "wrap" : ""} align-${columns[index]?.align ?? "left"}`, scope: tag === "th" ? "col" : null,
  }, cellContent(value));
  const [head, ...rows] = block.rows ?? [];
  return h("div", { class: "table-frame", tabindex: "0" }, h("table", {},
    h("thead", {}, h("tr", {}, (head ?? []).map(cell("th")))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td")))))));
}

function cellContent(value) {
  if (value?.type === "rich_text") return richText(value);
  return String(value?.text ?? "");
}

/** The markdown block: headings, lists, fences, quotes and the inline marks of standard Markdown. */
export function markdown(text) {
  const root = h("div", { class: "rich markdown" });
  const rows = String(text ?? "").split("\n");
  while (rows.length > 0) root.append(...nextPiece(rows));
  return root;
}

function nextPiece(rows) {
  const row = rows.shift();
  const heading = /^(#{1,6})\s+(.*)$/.exec(row);
  if (heading) return [h("p", { class: `md-h md-h${heading[1].length}`, role: "heading", "aria-level": heading[1].length + 2 }, mdInline(heading[2]))];
  if (/^```/.test(row)) return [h("pre", { class: "code-block", tabindex: "0" }, takeUntilFence(rows).join("\n"))];
  if (/^\s*(?:[-*+]|\d+\.)\s+/.test(row)) return [mdList(row, rows)];
  if (/^>\s?/.test(row)) return [h("blockquote", {}, joinLines(takeWhile(row, rows, /^>\s?/).map((line) => line.replace(/^>\s?/, ""))))];
  if (/^\s*\|.*\|\s*$/.test(row)) return [mdTable(takeWhile(row, rows, /^\s*\|.*\|\s*$/))];
  if (/^(?:---+|\*\*\*+)$/.test(row)) return [h("hr", {})];
  if (row.trim() === "") return [];
  return [h("p", {}, joinLines(takeWhile(row, rows, /^(?!#{1,6}\s|```|>|\s*[-*+]\s|\s*\d+\.\s|\s*\|)(?=.*\S)/)))];
}

function takeWhile(first, rows, pattern) {
  const taken = [first];
  while (rows.length > 0 && pattern.test(rows[0])) taken.push(rows.shift());
  return taken;
}

function takeUntilFence(rows) {
  const taken = [];
  while (rows.length > 0) {
    const row = rows.shift();
    if (/^```/.test(row)) break;
    taken.push(row);
  }
  return taken;
}

const joinLines = (rows) => rows.flatMap((row, index) => (index ? [h("br"), ...mdInline(row)] : mdInline(row)));

function mdList(first, rows) {
  const item = /^\s*(?:[-*+]|\d+\.)\s+/;
  const tag = /^\s*\d/.test(first) ? "ol" : "ul";
  const taken = takeWhile(first, rows, item);
  return h(tag, { class: "rich-list" }, taken.map((row) => h("li", {
    vars: { "--indent": Math.floor(/^\s*/.exec(row)[0].length / 2) },
  }, mdInline(row.replace(item, "")))));
}

function mdTable(rows) {
  const cells = (row) => row.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const body = rows.slice(1).filter((row) => !/^[\s|:-]+$/.test(row));
  return h("div", { class: "table-frame", tabindex: "0" }, h("table", {},
    h("thead", {}, h("tr", {}, cells(rows[0]).map((cell) => h("th", { scope: "col" }, mdInline(cell))))),
    h("tbody", {}, body.map((row) => h("tr", {}, cells(row).map((cell) => h("td", { class: "wrap" }, mdInline(cell))))))));
}

const MD = /`(?<code>[^`]+)`|\[(?<label>[^\]]+)\]\((?<href>[^)\s]+)\)|\*\*(?<bold>.+?)\*\*|(?<![\w*])[*_](?<italic>[^*_\n]+)[*_](?![\w*])|~~(?<strike>.+?)~~|:(?<emoji>[a-z0-9_+-]+):|<(?<angle>[@#][A-Z0-9]+)>|(?<url>https?:\/\/[^\s<>)]+)/g;

function mdInline(text) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(MD)) {
    const node = mdNode(match.groups);
    if (!node) continue;
    nodes.push(text.slice(last, match.index), node);
    last = match.index + match[0].length;
  }
  nodes.push(text.slice(last));
  return nodes;
}

function mdNode(found) {
  if (found.code) return h("code", {}, found.code);
  if (found.href) return linkNode(found.href, found.label);
  if (found.bold) return h("strong", {}, mdInline(found.bold));
  if (found.italic) return h("em", {}, mdInline(found.italic));
  if (found.strike) return h("s", {}, mdInline(found.strike));
  if (found.emoji) return emojiNode(found.emoji);
  if (found.angle) return found.angle[0] === "@" ? userMention(found.angle.slice(1)) : channelMention(found.angle.slice(1));
  return linkNode(found.url);
}
