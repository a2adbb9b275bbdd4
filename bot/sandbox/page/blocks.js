// How Block Kit looks: each block as a node, for messages, views and Home alike.
import { h } from "./dom.js";
import { elementNode, imageNode } from "./elements.js";
import { plain, textOf } from "./mrkdwn.js";
import { markdown, richText, tableBlock } from "./rich.js";
import { w } from "./words.js";

let serial = 0;

/** `surface`: {key, form, act(block, element, payload), options(block, element, query)} */
export function blocksNode(blocks, surface) {
  return h("div", { class: "blocks" }, (blocks ?? []).map((block) => blockNode(block, surface)));
}

function blockNode(block, surface) {
  const make = BLOCKS[block.type];
  if (!make) return h("div", { class: "unsupported" }, w("unsupported", { type: block.type }));
  const node = make(block, surface);
  node.dataset.block = block.block_id ?? "";
  return node;
}

function spotOf(block, element, surface, inInput = false) {
  const id = `${surface.key}/${block.block_id ?? ""}/${element.action_id ?? ""}`;
  return {
    block, element, form: surface.form, inInput, id: element.action_id ? id : `${id}${(serial += 1)}`,
    live: !inInput || Boolean(block.dispatch_action),
    act: (payload) => surface.act(block, element, payload),
    options: (query) => surface.options(block, element, query),
  };
}

function section(block, surface) {
  const image = block.accessory?.type === "image";
  return h("div", { class: `block-section ${image ? "with-image" : ""}` },
    h("div", { class: "section-main" },
      block.text ? h("div", { class: "section-text" }, textOf(block.text)) : null,
      block.fields ? h("div", { class: "fields" }, block.fields.map((one) => h("div", { class: "one-field" }, textOf(one)))) : null),
    block.accessory ? h("div", { class: "accessory" }, elementNode(spotOf(block, block.accessory, surface))) : null);
}

function context(block) {
  return h("div", { class: "block-context" }, (block.elements ?? []).map((one) =>
    (one.type === "image" ? imageNode(one, "image-tiny") : h("span", { class: "context-text" }, textOf(one)))));
}

function actions(block, surface) {
  return h("div", { class: "block-actions" }, (block.elements ?? []).map((one) => elementNode(spotOf(block, one, surface))));
}

function image(block) {
  return h("figure", { class: "block-image" }, block.title ? h("figcaption", {}, plain(block.title)) : null, imageNode(block, "image-full"));
}

function input(block, surface) {
  const spot = spotOf(block, block.element ?? {}, surface, true);
  const field = elementNode(spot);
  const isGroup = ["radio_buttons", "checkboxes"].includes(spot.element.type);
  const error = surface.errors?.[block.block_id];
  field.setAttribute("aria-describedby", `${spot.id}-note`);
  if (error) field.setAttribute("aria-invalid", "true");
  return h("div", { class: `block-input ${error ? "has-error" : ""}` },
    h(isGroup ? "div" : "label", { class: "input-label", for: isGroup ? null : spot.id, id: `${spot.id}-label` },
      plain(block.label), block.optional ? h("span", { class: "optional" }, ` ${w("optional")}`) : null),
    field,
    h("div", { class: "input-note", id: `${spot.id}-note` },
      error ? h("div", { class: "input-error", role: "alert" }, error) : null,
      block.hint ? h("div", { class: "input-hint" }, plain(block.hint)) : null));
}

const BLOCKS = {
  header: (block) => h("div", { class: "block-header", role: "heading", "aria-level": "3" }, plain(block.text)),
  section, context, actions, image, input,
  divider: () => h("hr", { class: "block-divider" }),
  markdown: (block) => markdown(block.text),
  rich_text: richText,
  table: tableBlock,
  context_actions: actions,
  video: (block) => h("div", {}, plain(block.title)),
  file: (block) => h("div", { class: "file-chip" }, block.external_id ?? w("file")),
};

/** Older attachments: a coloured edge, then blocks or text. */
export function attachmentNode(attachment, surface) {
  const colour = /^#?[0-9a-f]{6}$/i.test(attachment.color ?? "") ? `#${attachment.color.replace("#", "")}` : null;
  const named = { good: "var(--good)", warning: "var(--warn)", danger: "var(--bad)" }[attachment.color];
  return h("div", { class: "attachment", vars: { "--edge": colour ?? named ?? "var(--line-strong)" } },
    attachment.pretext ? h("div", {}, textOf({ type: "mrkdwn", text: attachment.pretext })) : null,
    attachment.title ? h("strong", {}, attachment.title) : null,
    attachment.blocks ? blocksNode(attachment.blocks, surface) : attachment.text ? h("div", {}, textOf({ type: "mrkdwn", text: attachment.text })) : null,
    (attachment.fields ?? []).map((field) => h("div", { class: "one-field" }, h("strong", {}, field.title), " ", textOf({ type: "mrkdwn", text: field.value ?? "" }))));
}
