// The page: puts its parts together. The pane beside the chat is /pane.js.

import { $ } from "./dom.js";
import { changeWriter, send, showCommands, showComposer } from "./composer.js";
import { clearMessages, showMessages } from "./messages.js";
import { copy, showAnswer } from "./notes.js";
import { countUnread, everybody, haveRead, showPeople, waiting, whoIsOpen } from "./people.js";
import { chats, fileOf, follow, post } from "./server.js";
import { begin } from "./tour.js";

const DOINGS = { typing: "typing", upload_photo: "sending a photo", upload_document: "sending a file" };
const wide = matchMedia("(min-width: 900px)");
const acts = { send, tap, fileOf: (message) => fileOf(whoIsOpen(), message) };

const listen = () => follow(everybody(), { told, lost: () => state("connecting…") });

function told(id, fresh) {
  const isSeen = id === whoIsOpen() && !document.hidden && (wide.matches || $("chat-tab").ariaSelected === "true");
  if (!isSeen) countUnread(id, fresh.filter(({ mine }) => !mine).length);
  if (id === whoIsOpen()) show();
  showTitle();
}

function show() {
  const chat = chats.get(whoIsOpen());
  if (!chat) return;
  $("name").textContent = chat.bot;
  state(chat.doing ? DOINGS[chat.doing] ?? "busy" : "bot", Boolean(chat.doing));
  showHint(chat.hint);
  showCommands(chat.commands ?? []);
  showComposer(chat);
  showMessages(chat, acts);
}

function state(words, isBusy = false) {
  if ($("state").textContent !== words) $("state").textContent = words;
  $("state").classList.toggle("busy", isBusy);
}

function showTitle() {
  const count = waiting();
  document.title = `${count ? `(${count}) ` : ""}${$("name").textContent}`;
}

function showHint(hint) {
  $("hint").hidden = !hint;
  $("hint-text").textContent = hint?.text ?? "";
  $("hint-code").textContent = hint?.copy ?? "";
  $("hint-copy").hidden = !hint?.copy;
}

/** The button spins until the bot has answered. */
async function tap(key, message, data) {
  if (key.ariaBusy === "true") return;
  key.ariaBusy = "true";
  const answer = await post(whoIsOpen(), "tap", { message_id: message.id, data });
  key.ariaBusy = "false";
  if (answer) showAnswer(answer);
}

function chosen() {
  changeWriter();
  clearMessages();
  show();
  showTitle();
}

/** On a phone one part is seen at a time. */
function turnTo(tab) {
  for (const other of $("tabs").children) {
    other.ariaSelected = String(other === tab);
    other.tabIndex = other === tab ? 0 : -1;
  }
  document.body.dataset.part = tab.getAttribute("aria-controls");
  looked();
}

function looked() {
  if (document.hidden || (!wide.matches && $("chat-tab").ariaSelected !== "true")) return;
  haveRead(whoIsOpen());
  showTitle();
}

$("hint-copy").addEventListener("click", () => copy($("hint-code").textContent));
$("tabs").addEventListener("click", ({ target }) => turnTo(target.closest("[role=tab]") ?? $("chat-tab")));
$("tabs").addEventListener("keydown", ({ key }) => {
  if (key !== "ArrowLeft" && key !== "ArrowRight") return;
  const other = $("chat-tab").ariaSelected === "true" ? $("pane-tab") : $("chat-tab");
  turnTo(other);
  other.focus();
});
document.addEventListener("visibilitychange", looked);
wide.addEventListener("change", looked);

showPeople({ chosen, changed: listen });
listen();
if (localStorage.tour !== "done") begin();
