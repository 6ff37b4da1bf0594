// Phones side by side: each one is a person talking to one bot of the sandbox.

import { element, messageNode } from "./paint.js";
import { translate, words } from "./words.js";

const phones = document.querySelector("#phones");
const nobody = document.querySelector("#nobody");
const template = document.querySelector("#column");
const BOTS = ["family", "staff"];
const WAIT_MS = 15000;
let people = new Map();

async function post(path, body) {
  const form = body instanceof FormData;
  const answer = await fetch(path, {
    method: "POST",
    body: form ? body : JSON.stringify(body),
    headers: form ? {} : { "Content-Type": "application/json" },
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || answer.statusText);
  return told;
}

// Groups are kept among the people: the first member holds the phone they are seen on.
async function readPeople() {
  const { users } = await (await fetch("/sim/users")).json();
  const { groups } = await (await fetch("/sim/groups")).json();
  const seen = groups.map(({ id, title, members, bots }) => (
    { id, first_name: title, started: bots, holder: members[0] }));
  people = new Map([...users, ...seen].map((one) => [one.id, one]));
}

// Show a dialog; its form's values, or null when it was cancelled.
function ask(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      const values = Object.fromEntries(new FormData(dialog.querySelector("form")));
      resolve(dialog.returnValue === "ok" ? values : null);
    }, { once: true });
    dialog.showModal();
  });
}

// Enter in a field would press the first button, which is "cancel".
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      dialog.querySelector("button[value=ok]").click();
    }
  });
}

class Phone {
  constructor(bot, person) {
    this.bot = bot;
    this.person = person;
    this.messages = new Map();
    this.node = template.content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.node.querySelector(selector);
    this.log = this.find(".log");
    this.input = this.find("textarea");
    this.label();
    this.listen();
    this.connect();
  }

  label() {
    const name = [this.person.first_name, this.person.last_name].filter(Boolean).join(" ");
    this.find(".who").textContent = name;
    this.find(".face").textContent = name.slice(0, 1);
    this.node.setAttribute("aria-label", name);
    this.log.setAttribute("aria-label", `${words.log}: ${name}`);
    const pick = this.find(".pick");
    pick.setAttribute("aria-label", words.pickBot);
    for (const bot of BOTS.filter((one) => heard(one, this.person))) pick.append(new Option(words[bot], bot, false, bot === this.bot));
    this.find(".menu summary").setAttribute("aria-label", words.menu);
    this.find(".do-location").textContent = words.location;
    this.find(".do-close").textContent = words.close;
    this.find(".do-block").hidden = Boolean(this.person.holder);
    this.find(".clip input").setAttribute("aria-label", words.attach);
    this.find(".send").setAttribute("aria-label", words.send);
    this.find(".start").textContent = words.start;
    this.find(".typing .quiet").textContent = words.typing;
    this.find(".editing span").textContent = words.editing;
    this.find(".editing button").textContent = words.stop;
    this.input.setAttribute("aria-label", words.write);
    this.input.placeholder = words.write;
  }

  listen() {
    this.find(".compose").addEventListener("submit", (event) => { event.preventDefault(); this.write(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.write(); }
      if (event.key === "Escape") this.edit(null);
    });
    this.input.addEventListener("input", () => this.grow());
    this.find(".clip input").addEventListener("change", (event) => this.attach(event.target));
    this.find(".start").addEventListener("click", () => this.begin());
    this.find(".editing button").addEventListener("click", () => this.edit(null));
    this.find(".do-location").addEventListener("click", () => this.act("location", { latitude: 50.4501, longitude: 30.5234 }));
    this.find(".do-block").addEventListener("click", () => this.act(this.blocked ? "unblock" : "block", {}));
    this.find(".do-close").addEventListener("click", () => this.close());
    this.find(".items").addEventListener("click", () => { this.find(".menu").open = false; });
    this.find(".pick").addEventListener("change", (event) => this.change(event.target.value));
  }

  connect() {
    this.stream = new EventSource(`/sim/${this.bot}/events/${this.person.id}`);
    this.stream.onmessage = (event) => this.take(JSON.parse(event.data));
    this.stream.onerror = () => this.toast(words.lost);
  }

  take(event) {
    if (event.kind === "chat") this.whole(event.chat);
    if (event.kind === "message") this.show(event.message);
    if (event.kind === "keyboard") this.keyboard(event.keyboard);
    if (event.kind === "typing") this.typing(event.seconds * 1000);
    if (event.kind === "notice") this.notice(event);
    if (event.kind === "blocked") this.setBlocked(event.blocked);
  }

  whole(chat) {
    this.toast("");
    this.find(".bot").textContent = chat.bot.first_name;
    const known = new Set(chat.messages.map((message) => message.message_id));
    for (const id of this.messages.keys()) if (!known.has(id)) this.remove(id);
    for (const message of chat.messages) this.show(message);
    this.keyboard(chat.reply_keyboard);
    this.setBlocked(chat.blocked);
    if (chat.typing) this.typing(5000);
  }

  show(message) {
    const before = this.messages.get(message.message_id);
    const source = JSON.stringify(message);
    if (before && before.source === source) return;
    if (message.deleted) { this.remove(message.message_id); return; }
    if (message.from === "bot") this.typing(0);
    const low = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
    const node = messageNode(this.bot, message, {
      tap: (...given) => this.tap(...given),
      edit: (given) => this.edit(given),
      quoted: (id) => this.messages.get(id)?.message.text.slice(0, 80) || words.answerTo,
    });
    this.messages.set(message.message_id, { message, source, node });
    if (before) this.swap(before.node, node); else this.log.append(node);
    if (low || message.from === "user") this.log.scrollTop = this.log.scrollHeight;
    for (const picture of node.querySelectorAll("img")) {
      picture.addEventListener("load", () => { if (low) this.log.scrollTop = this.log.scrollHeight; });
    }
    this.ready();
  }

  // A keyboard user who pressed a button stays where she was when the bot redraws it.
  swap(old, node) {
    const buttons = [...old.querySelectorAll(".inline")];
    const focused = buttons.indexOf(document.activeElement);
    old.replaceWith(node);
    if (focused >= 0) (node.querySelectorAll(".inline")[focused] || this.input).focus();
  }

  remove(id) {
    this.messages.get(id)?.node.remove();
    this.messages.delete(id);
    this.ready();
  }

  ready() {
    const empty = this.messages.size === 0;
    const begins = (empty && !this.person.holder) || this.blocked;
    this.find(".start").hidden = !begins;
    this.find(".start").textContent = this.blocked ? words.unblock : words.start;
    this.find(".compose").hidden = begins;
  }

  keyboard(markup) {
    const keys = this.find(".keys");
    keys.hidden = !markup;
    const rows = (markup?.keyboard || []).map((row) => {
      const line = element("div", "row");
      line.append(...row.map((button) => this.key(button)));
      return line;
    });
    keys.replaceChildren(...rows);
    this.input.placeholder = markup?.input_field_placeholder || words.write;
  }

  key(button) {
    const node = element("button", `key ${button.style || ""}`, button.text);
    node.type = "button";
    node.addEventListener("click", async () => {
      if (button.request_contact && !(await this.phoneKnown())) return;
      this.act("tap", { label: button.text });
    });
    return node;
  }

  async phoneKnown() {
    if (this.person.phone) return true;
    const given = await ask(document.querySelector("#phone"));
    if (!given?.phone) return false;
    this.person.phone = given.phone;
    await post("/sim/users", { ...this.person, started: [] });
    return true;
  }

  // Who does it, and in which group, if in any.
  here() {
    const { id, holder } = this.person;
    return holder ? { user: holder, chat: id } : { user: id };
  }

  // The bot may answer before the deed's own answer is here, so it "types" from the start.
  async act(deed, body) {
    this.typing(["block", "unblock"].includes(deed) ? 0 : WAIT_MS);
    try {
      const done = await post(`/sim/${this.bot}/${deed}`, { ...this.here(), ...body });
      if (!done.update_id) this.typing(0);
      return done;
    } catch (error) {
      this.typing(0);
      this.toast(error.message);
      return null;
    }
  }

  async write() {
    const text = this.input.value.trim();
    if (!text) return;
    const editing = this.editing;
    this.input.value = "";
    this.edit(null);
    this.grow();
    await this.act(editing ? "edit" : "say", editing ? { message_id: editing.message_id, text } : { text });
  }

  async begin() {
    await (this.blocked ? this.act("unblock", {}) : this.act("say", { text: "/start" }));
    this.input.focus();
  }

  edit(message) {
    if (!message && this.editing) this.input.value = "";
    this.editing = message;
    this.find(".editing").hidden = !message;
    if (message) {
      this.input.value = message.text;
      this.grow();
      this.input.focus();
    }
  }

  async tap(message, button, node) {
    if (button.url) { window.open(button.url, "_blank", "noopener"); return; }
    if (button.copy !== undefined) {
      await navigator.clipboard.writeText(button.copy).catch(() => {});
      this.toast(words.copied);
      return;
    }
    node.classList.add("waiting");
    await this.act("tap", { message_id: message.message_id, data: button.data });
    setTimeout(() => node.classList.remove("waiting"), WAIT_MS);
  }

  async attach(input) {
    for (const file of input.files) {
      const kind = file.type === "image/gif" ? "animation"
        : { image: "photo", audio: "voice", video: "video" }[file.type.split("/")[0]] || "document";
      const form = new FormData();
      for (const [name, value] of Object.entries(this.here())) form.append(name, value);
      form.append("kind", kind);
      form.append("file", file);
      try { await post(`/sim/${this.bot}/file`, form); } catch (error) { this.toast(error.message); }
    }
    input.value = "";
  }

  typing(milliseconds) {
    clearTimeout(this.typingTimer);
    this.find(".typing").hidden = !milliseconds;
    if (milliseconds) this.typingTimer = setTimeout(() => this.typing(0), milliseconds);
  }

  notice({ text, alert }) {
    this.typing(0);
    for (const node of this.node.querySelectorAll(".waiting")) node.classList.remove("waiting");
    if (!text) return;
    if (!alert) { this.toast(text); return; }
    document.querySelector("#alert-text").textContent = text;
    ask(document.querySelector("#alert"));
  }

  toast(text) {
    const node = this.find(".toast");
    node.textContent = text;
    clearTimeout(this.toastTimer);
    if (text) this.toastTimer = setTimeout(() => { node.textContent = ""; }, 4000);
  }

  setBlocked(blocked) {
    this.blocked = blocked;
    this.find(".do-block").textContent = blocked ? words.unblock : words.block;
    this.node.classList.toggle("blocked", blocked);
    if (blocked) this.toast(words.blocked);
    this.ready();
  }

  grow() {
    this.input.rows = Math.min(5, Math.max(1, this.input.value.split("\n").length, Math.ceil(this.input.value.length / 34)));
  }

  change(bot) {
    const pairs = wanted().map((pair) => (same(pair, this) ? [bot, this.person.id] : pair));
    remember(pairs);
  }

  close() {
    this.stream.close();
    remember(wanted().filter((pair) => !same(pair, this)));
  }
}

// A person may write to any bot; in a group only its own bots listen.
const heard = (bot, one) => !one.holder || one.started.includes(bot);
const same = ([bot, id], phone) => bot === phone.bot && id === phone.person.id;
const open = new Map();

// Which phones to show: from #family=1&staff=2 or ?family=1, else everybody.
function wanted() {
  const pairs = [location.hash.slice(1), location.search.slice(1)]
    .flatMap((part) => [...new URLSearchParams(part)])
    .filter(([bot, id]) => BOTS.includes(bot) && people.has(Number(id)) && heard(bot, people.get(Number(id))))
    .map(([bot, id]) => [bot, Number(id)]);
  if (pairs.length || location.hash === "#none") return pairs;
  return [...people.values()].slice(0, 6)
    .map((one) => [one.started.includes("staff") ? "staff" : "family", one.id]);
}

function remember(pairs) {
  const unique = [...new Set(pairs.map(([bot, id]) => `${bot}=${id}`))];
  const kept = new URLSearchParams(location.search);
  for (const bot of BOTS) kept.delete(bot);
  const query = kept.size ? `?${kept}` : "";
  history.replaceState(null, "", `/${query}#${unique.join("&") || "none"}`);
  arrange();
}

function arrange() {
  const pairs = wanted();
  const keys = pairs.map(([bot, id]) => `${bot}=${id}`);
  for (const [key, phone] of open) {
    if (!keys.includes(key)) { phone.stream.close(); phone.node.remove(); open.delete(key); }
  }
  pairs.forEach(([bot, id], place) => {
    const key = keys[place];
    if (!open.has(key)) open.set(key, new Phone(bot, people.get(id)));
    const { node } = open.get(key);
    if (phones.children[place] !== node) phones.insertBefore(node, phones.children[place] || null);
  });
  nobody.hidden = pairs.length > 0;
}

async function addPerson() {
  await readPeople();
  const dialog = document.querySelector("#person");
  const known = dialog.querySelector("[name=known]");
  const fields = dialog.querySelector("fieldset");
  known.replaceChildren(new Option(words.newPerson, ""), ...[...people.values()].map((one) => new Option(one.first_name, one.id)));
  known.onchange = () => { fields.disabled = known.value !== ""; };
  fields.disabled = false;
  const given = await ask(dialog);
  if (!given || !(given.known || given.first_name)) return;
  let id = Number(given.known);
  if (!id) {
    const { first_name, language_code, phone } = given;
    id = (await post("/sim/users", { first_name, language_code, ...(phone ? { phone } : {}) })).id;
    await readPeople();
  }
  const shown = location.hash === "#none" ? [] : wanted().filter(([, one]) => one !== id || open.size);
  remember([...shown, [heard(given.bot, people.get(id)) ? given.bot : people.get(id).started[0], id]]);
}

translate(document);
document.querySelector("#add").addEventListener("click", addPerson);
addEventListener("hashchange", async () => { await readPeople(); arrange(); });
await readPeople();
arrange();
