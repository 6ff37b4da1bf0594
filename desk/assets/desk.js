// Passkeys, and keys for those who do not like the mouse. Everything else works without a script.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function ask(path, csrf, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "X-CSRF": csrf, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

function readable(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"])
    for (const one of options[list] ?? []) one.id = bytes(one.id);
  return options;
}

function told(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[name]) response[name] = text(made.response[name]);
  return { id: made.id, rawId: text(made.rawId), type: made.type, response };
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const { passkey, path, csrf, failed, then } = place.dataset;
  const button = place.querySelector("button");
  const wrong = place.querySelector("[role=alert]");
  place.querySelector("[data-absent]").hidden = true;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    wrong.hidden = true;
    try {
      const publicKey = readable(await ask(`${path}/options`, csrf, {}));
      let made;
      try {
        made = await navigator.credentials[passkey]({ publicKey });
      } catch {
        throw new Error(failed);
      }
      const done = await ask(path, csrf, told(made));
      if (!then) return location.assign(done.to);
      document.getElementById(then).requestSubmit();
      button.disabled = false; // what is sent may be a file, and this page stays
    } catch (error) {
      wrong.textContent = error instanceof TypeError ? failed : error.message;
      wrong.hidden = false;
      button.disabled = false;
    }
  });
}

const lines = () => [...document.querySelectorAll("tr[id^=case-]")];

function move(step) {
  const all = lines();
  const here = all.indexOf(document.activeElement?.closest("tr"));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
  all[next]?.focus();
}

const deeds = {
  "?": () => document.getElementById("keys")?.showModal(),
  "/": () => document.getElementById("search")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  c: () => document.activeElement?.closest("tr")?.querySelector("form[action$='/take'] button")?.click(),
};

// While lines are ticked the queue stands still: renewing it would take the ticks away.
const picked = () => document.querySelectorAll("#live [name=case]:checked").length;

document.addEventListener("change", () => {
  const count = document.querySelector("[data-picked]");
  if (count) count.textContent = picked() || "";
});
document.addEventListener("htmx:before:request", (event) => {
  if (event.target.id === "live" && picked()) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, dialog[open]")) return;
  // By place where the letters are Cyrillic: «о» stands on J.
  const deed = deeds[event.key] ?? deeds[{ KeyJ: "j", KeyK: "k", KeyC: "c", Slash: "/" }[event.code]];
  if (!deed) return;
  event.preventDefault();
  deed();
});

// Messages to families: length as Telegram counts it, in UTF-16 units and without the tags. The
// desk counts again, and its word holds.
const TAGS = /<(?:\/?(?:b|strong|i|em)|\/a|a\s+href\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))\s*>/gi;
const MOST = 4096;

function recount(place) {
  const plain = place.querySelector("textarea").value.replace(TAGS, "").replace(/&(lt|gt|amp|quot);/g, "&").trim();
  const why = place.querySelector("[data-why]").value.trim();
  const whole = plain ? plain.length + (why ? why.length + 2 : 0) : 0;
  const shown = place.querySelector("[data-counter]");
  shown.textContent = whole.toLocaleString(document.documentElement.lang);
  shown.parentElement.classList.toggle("wrong", whole > MOST);
}

function tagged(field, tag) {
  const { selectionStart: from, selectionEnd: to } = field;
  const before = tag === "a" ? '<a href="https://">' : `<${tag}>`;
  const inside = field.value.slice(from, to);
  field.setRangeText(`${before}${inside}</${tag}>`, from, to, "end");
  const caret = tag === "a" ? from + before.length - 2 : from + before.length + inside.length;
  field.setSelectionRange(caret, caret);
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

for (const place of document.querySelectorAll("[data-counts]")) {
  recount(place);
  place.addEventListener("input", () => recount(place));
  const tools = place.querySelector("[data-tools]");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const tag = event.target.closest("[data-tag]")?.dataset.tag;
    if (tag) tagged(place.querySelector("textarea"), tag);
  });
}
