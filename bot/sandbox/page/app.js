// The chat: shows what the server streams, sends what the person types and taps.

import { formatted, isSafe, link } from "./text.js";

const $ = (id) => document.getElementById(id);
const chat = `/chat/${whoAmI()}`;
const shown = new Map(); // message id -> { element, source }

function whoAmI() {
  if (!localStorage.person) {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    localStorage.person = (high % 2 ** 19) * 2 ** 32 + low + 1;
  }
  return localStorage.person;
}

// What comes in

const events = new EventSource(`${chat}/events?language=${encodeURIComponent(navigator.language)}`);
events.onmessage = (event) => show(JSON.parse(event.data));
events.onerror = () => { $("state").textContent = "connecting…"; };

function show({ bot, about, hint, commands, messages }) {
  document.title = $("name").textContent = bot;
  $("state").textContent = "bot";
  $("about").textContent = about;
  $("about").hidden = !about || messages.length > 0;
  showHint(hint);
  showCommands(commands);
  showComposer(messages.length > 0);
  showMessages(messages);
}

function showHint(hint) {
  $("hint").hidden = !hint;
  $("hint-text").textContent = hint?.text ?? "";
  $("hint-copy").hidden = !hint?.copy;
  $("hint-copy").querySelector("code").textContent = hint?.copy ?? "";
}

function showCommands(commands) {
  $("menu").hidden = commands.length === 0;
  $("commands").replaceChildren(...commands.map(({ command, description }) => {
    const item = element("button", { type: "button" });
    item.append(element("b", {}, `/${command}`), element("span", {}, description));
    item.addEventListener("click", () => {
      $("commands").hidePopover();
      send(`/${command}`);
    });
    return item;
  }));
}

function showMessages(messages) {
  const log = $("messages");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const newest = messages.at(-1)?.id;
  const isNew = newest !== undefined && !shown.has(newest);
  const ids = new Set(messages.map(({ id }) => id));
  for (const [id, { element }] of shown) {
    if (!ids.has(id)) {
      element.remove();
      shown.delete(id);
    }
  }
  for (const message of messages) showMessage(message);
  if (atEnd || isNew) log.scrollTop = log.scrollHeight;
}

function showMessage(message) {
  const source = JSON.stringify(message);
  const before = shown.get(message.id);
  if (before?.source === source) return;
  const now = drawn(message);
  if (before) replace(before.element, now);
  else $("messages").append(now);
  shown.set(message.id, { element: now, source });
}

function replace(before, now) {
  const focused = [...before.querySelectorAll(".key")].indexOf(document.activeElement);
  before.replaceWith(now);
  now.querySelectorAll(".key")[focused]?.focus();
}

function showComposer(started) {
  const appears = started && $("composer").hidden;
  $("start").hidden = started;
  $("composer").hidden = !started;
  if (appears) $("text").focus();
  else if (!started) $("start").focus();
}

// How a message looks

function drawn(message) {
  const article = element("article", { className: message.mine ? "mine" : "bots" });
  const bubble = element("div", { className: "bubble" });
  const time = new Date(message.date * 1000).toLocaleTimeString([], { timeStyle: "short" });
  bubble.append(
    element("span", { className: "unseen" }, message.mine ? "You: " : "Bot: "),
    ...(message.file ? [drawnFile(message)] : []),
    formatted(message.text, message.entities, send),
    element("small", {}, message.edited ? `edited ${time}` : time),
  );
  article.append(bubble, ...message.keyboard.map((row) => drawnRow(message, row)));
  return article;
}

function drawnFile({ id, file }) {
  const size = file.size < 1024 ? `${file.size} B` : `${Math.ceil(file.size / 1024)} KB`;
  const target = element("a", { className: "file", href: `${chat}/file/${id}`, download: file.name });
  target.append(`📄 ${file.name} `, element("small", {}, size));
  return target;
}

function drawnRow(message, row) {
  const line = element("div", { className: "row" });
  line.append(...row.map((button) => drawnButton(message, button)));
  return line;
}

function drawnButton(message, button) {
  if (button.url) {
    const target = link(button.url);
    target.className = "key";
    target.append(`${button.text} ↗`);
    return target;
  }
  const key = element("button", { type: "button", className: "key" }, button.text);
  if (button.copy_text) key.addEventListener("click", () => copy(button.copy_text.text));
  else key.addEventListener("click", () => tap(key, message.id, button.callback_data));
  return key;
}

function element(tag, properties = {}, text = "") {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(text);
  return made;
}

// What the person does

function post(what, body) {
  return call(what, { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

async function call(what, options) {
  const reply = await fetch(`${chat}/${what}`, { method: "POST", ...options }).catch(() => null);
  if (reply?.ok) return reply.json();
  toast(reply ? await reply.text() : "The sandbox cannot be reached.");
  return null;
}

const send = (text) => post("send", { text });

async function tap(key, message_id, data) {
  if (key.ariaBusy === "true") return;
  key.ariaBusy = "true";
  const answer = await post("tap", { message_id, data });
  key.ariaBusy = "false";
  if (answer?.alert) alertWith(answer.text);
  else if (answer?.text) toast(answer.text);
  if (answer?.url && isSafe(answer.url)) window.open(answer.url, "_blank", "noopener");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch { // only pages on this machine or over https may use the clipboard
    toast(`Please copy it by hand: ${text}`);
  }
}

function alertWith(text) {
  $("alert").querySelector("p").textContent = text;
  $("alert").showModal();
}

let toastEnds;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

/** A message of several lines is seen whole, up to a few; Shift+Enter begins a new line. */
function grow() {
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight}px`;
}

$("start").addEventListener("click", () => send("/start"));
$("hint-copy").addEventListener("click", () => copy($("hint-copy").querySelector("code").textContent));
$("afresh").addEventListener("click", () => {
  localStorage.removeItem("person");
  location.reload();
});
$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (!file) return;
  const caption = $("text").value.trim();
  const sent = await call(`file?${new URLSearchParams({ name: file.name, caption })}`, { body: file });
  if (sent && $("text").value.trim() === caption) $("text").value = "";
});
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  grow();
  if (!await send(text) && !$("text").value) $("text").value = text;
});
