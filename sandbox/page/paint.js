// Messages as DOM nodes. What bots and people wrote only ever becomes text nodes, never markup.

import { language, words } from "./words.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span",
};
const LINK = /^(https?:|tg:|mailto:|tel:)/i;

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function wrapper(entity, text) {
  if (entity.type === "text_link" || entity.type === "url") {
    const href = entity.url || text;
    if (!LINK.test(href)) return element("span");
    const link = element("a");
    link.href = href;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  }
  if (entity.type === "spoiler") {
    const cover = element("span", "spoiler");
    cover.tabIndex = 0;
    cover.addEventListener("click", () => cover.classList.add("shown"));
    cover.addEventListener("keydown", (event) => event.key === "Enter" && cover.classList.add("shown"));
    return cover;
  }
  if (entity.type === "bot_command") return element("span", "command");
  return element(TAGS[entity.type] || "span");
}

// Entities come sorted, outer ones first; offsets are UTF-16 units, as in JavaScript's strings.
export function formatted(text, entities, from = 0, to = text.length) {
  const whole = document.createDocumentFragment();
  let place = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < place || entity.offset >= to) continue;
    whole.append(text.slice(place, entity.offset));
    const inner = wrapper(entity, text.slice(entity.offset, end));
    inner.append(formatted(text, entities.slice(i + 1), entity.offset, end));
    whole.append(inner);
    place = end;
  }
  whole.append(text.slice(place, to));
  return whole;
}

function fileNode(bot, file) {
  const source = `/sim/${bot}/files/${encodeURIComponent(file.file_id)}`;
  if (file.kind === "photo") {
    const picture = element("img", "picture");
    picture.src = source;
    picture.alt = words.file;
    return picture;
  }
  const link = element("a", "file");
  link.href = source;
  link.append(element("b", "", file.name || file.kind), element("small", "", size(file.size || 0)));
  return link;
}

function size(bytes) {
  const unit = bytes < 1e3 ? "byte" : bytes < 1e6 ? "kilobyte" : "megabyte";
  const scale = { byte: 1, kilobyte: 1e3, megabyte: 1e6 }[unit];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / scale);
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

function buttonNode(button, message, on) {
  const node = element("button", `inline ${button.style || ""}`, button.text);
  node.type = "button";
  if (button.url) node.classList.add("leads-out");
  node.addEventListener("click", () => on.tap(message, button, node));
  return node;
}

// One message. `on` has tap(message, button, node), edit(message), quoted(id) -> text.
export function messageNode(bot, message, on) {
  const own = message.from === "user";
  const node = element("article", `message ${own ? "own" : "theirs"}`);
  node.dataset.id = message.message_id;
  const bubble = element("div", "bubble");
  if (message.reply_to) bubble.append(element("div", "quote", on.quoted(message.reply_to)));
  if (message.file) bubble.append(fileNode(bot, message.file));
  if (message.contact) {
    bubble.append(element("div", "card", `${words.contact}: ${message.contact.first_name}, ${message.contact.phone_number}`));
  }
  if (message.location) {
    bubble.append(element("div", "card", `${words.place}: ${message.location.latitude}, ${message.location.longitude}`));
  }
  if (message.text) {
    const text = element("div", "text");
    text.append(formatted(message.text, message.entities || []));
    bubble.append(text);
  }
  const foot = element("div", "foot");
  if (own && message.text && !message.file) {
    const edit = element("button", "edit", words.edit);
    edit.type = "button";
    edit.addEventListener("click", () => on.edit(message));
    bubble.addEventListener("dblclick", () => on.edit(message));
    foot.append(edit);
  }
  foot.append(element("span", "", `${message.edited ? `${words.edited} ` : ""}${clock(message.date)}`));
  bubble.append(foot);
  node.append(bubble);
  for (const row of message.buttons) {
    const line = element("div", "row");
    line.append(...row.map((button) => buttonNode(button, message, on)));
    node.append(line);
  }
  return node;
}
