// How one interactive element of a block looks and what it reports: Slack's action value for each kind.
import { h, icon } from "./dom.js";
import { plain, textOf } from "./mrkdwn.js";
import { confirmAsk, openMenu } from "./popup.js";
import { picker } from "./picker.js";
import { fromLocalField, toLocalField } from "./time.js";
import { w } from "./words.js";

/**
 * `spot` is where an element stands: {block, element, form, act(payload), options(query), id, inInput}.
 * `form` keeps what was typed or chosen: form.get(spot, initial), form.set(spot, payload).
 */
export function elementNode(spot) {
  const make = KINDS[spot.element.type];
  if (!make) return h("div", { class: "unsupported" }, w("unsupported", { type: spot.element.type }));
  return make(spot);
}

const focusKey = (spot, more = "") => ({ focus: `${spot.id}/${more}` });

async function change(spot, payload) {
  spot.form.set(spot, payload);
  if (spot.live) await confirmed(spot, spot.element, () => spot.act(payload));
}

async function confirmed(spot, holder, run) {
  if (holder.confirm && !(await askOf(holder.confirm))) return null;
  return run();
}

const askOf = (ask) => confirmAsk({
  title: plain(ask.title), text: textOf(ask.text), yes: plain(ask.confirm), no: plain(ask.deny), danger: ask.style === "danger",
});

function button(spot) {
  const { element } = spot;
  const look = { primary: "primary", danger: "danger" }[element.style] ?? "";
  const click = async (event) => {
    const node = event.currentTarget;
    await confirmed(spot, element, async () => {
      node.classList.add("busy");
      await spot.act({ type: "button", ...(element.value === undefined ? {} : { value: element.value }) });
      node.classList.remove("busy");
    });
  };
  const props = { class: `button ${look}`, "aria-label": element.accessibility_label ?? null, data: focusKey(spot), on: { click } };
  if (element.url && /^https?:/i.test(element.url)) {
    return h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer" }, plain(element.text), icon("link"));
  }
  return h("button", { type: "button", ...props }, plain(element.text));
}

function textInput(spot) {
  const { element } = spot;
  const type = element.type;
  const now = spot.form.get(spot, { type, value: element.initial_value ?? null });
  const isBox = Boolean(element.multiline);
  const kind = { email_text_input: "email", url_text_input: "url", number_input: "text" }[type] ?? "text";
  const node = h(isBox ? "textarea" : "input", {
    class: "field", type: isBox ? null : kind, rows: isBox ? 4 : null, inputmode: type === "number_input" ? "decimal" : null,
    placeholder: plain(element.placeholder) || null, maxlength: element.max_length ?? null, autocomplete: "off",
    "aria-label": spot.inInput ? null : plain(element.placeholder), id: spot.inInput ? spot.id : null, data: focusKey(spot), value: now.value ?? "",
  });
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const payload = () => ({ type, value: node.value === "" ? null : node.value });
  node.addEventListener("input", () => {
    spot.form.set(spot, payload());
    if (spot.live && when.includes("on_character_entered")) spot.act(payload());
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || isBox) return;
    if (spot.live && when.includes("on_enter_pressed")) { event.preventDefault(); spot.act(payload()); }
  });
  return node;
}

/** The native date and time fields. `read` and `write` turn Slack's value into the field's and back. */
function moment(type, fieldType, key, initialKey, write = (v) => v, read = (v) => v || null) {
  return (spot) => {
    const now = spot.form.get(spot, { type, [key]: spot.element[initialKey] ?? null });
    const node = h("input", {
      class: "field field-short", type: fieldType, value: now[key] ? write(now[key]) : "", data: focusKey(spot),
      "aria-label": spot.inInput ? null : plain(spot.element.placeholder) || fieldType, id: spot.inInput ? spot.id : null,
    });
    node.addEventListener("change", () => change(spot, { type, [key]: read(node.value) }));
    return node;
  };
}

function choices(many) {
  return (spot) => {
    const { element } = spot;
    const type = element.type;
    const key = many ? "selected_options" : "selected_option";
    const first = many ? element.initial_options ?? [] : element.initial_option ?? null;
    const now = spot.form.get(spot, { type, [key]: first });
    const values = new Set((many ? now[key] : now[key] ? [now[key]] : []).map((option) => option.value));
    const group = h("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-labelledby": spot.inInput ? `${spot.id}-label` : null });
    const report = () => {
      const picked = element.options.filter((_, index) => group.querySelectorAll("input")[index].checked);
      change(spot, { type, [key]: many ? picked : picked[0] ?? null });
    };
    group.append(...element.options.map((option, index) => h("label", { class: "choice" },
      h("input", {
        type: many ? "checkbox" : "radio", name: spot.id, value: option.value, checked: values.has(option.value),
        data: focusKey(spot, index), on: { change: report },
      }),
      h("span", {}, textOf(option.text), option.description ? h("span", { class: "choice-note" }, textOf(option.description)) : null))));
    return group;
  };
}

function overflow(spot) {
  const { element } = spot;
  const act = (option) => confirmed(spot, element, () => spot.act({ type: "overflow", selected_option: option }));
  const choose = (option) => {
    if (option.url && /^https?:/i.test(option.url)) open(option.url, "_blank", "noopener");
    return act(option);
  };
  return h("button", {
    type: "button", class: "button button-square", "aria-label": w("more_actions"), "aria-haspopup": "menu", data: focusKey(spot),
    on: { click: (event) => openMenu(event.currentTarget, element.options.map((option) => ({ label: plain(option.text), hint: plain(option.description), run: () => choose(option) }))) },
  }, icon("more"));
}

function imageElement(spot) {
  return imageNode(spot.element);
}

export function imageNode(image, className = "image-thumb") {
  const url = image.image_url ?? image.slack_file?.url ?? "";
  if (!/^(https?:|data:image\/)/i.test(url) && !url.startsWith("/")) return h("span", { class: "image-missing" }, image.alt_text ?? w("image"));
  return h("img", { class: className, src: url, alt: image.alt_text ?? "", loading: "lazy", on: { error: (event) => event.currentTarget.replaceWith(h("span", { class: "image-missing" }, image.alt_text ?? w("image"))) } });
}

const select = (spot) => picker(spot, { change: (payload) => change(spot, payload), focus: focusKey(spot) });

const KINDS = {
  button, overflow, image: imageElement, workflow_button: button,
  plain_text_input: textInput, email_text_input: textInput, url_text_input: textInput, number_input: textInput,
  datepicker: moment("datepicker", "date", "selected_date", "initial_date"),
  timepicker: moment("timepicker", "time", "selected_time", "initial_time"),
  datetimepicker: moment("datetimepicker", "datetime-local", "selected_date_time", "initial_date_time", toLocalField, fromLocalField),
  checkboxes: choices(true), radio_buttons: choices(false),
  static_select: select, external_select: select, users_select: select, conversations_select: select, channels_select: select,
  multi_static_select: select, multi_external_select: select, multi_users_select: select, multi_conversations_select: select, multi_channels_select: select,
};
