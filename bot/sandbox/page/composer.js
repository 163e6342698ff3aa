// What the person writes and attaches, and the menu of commands.

import { $, button, element } from "./dom.js";
import { call, post } from "./server.js";
import { whoIsOpen } from "./people.js";

const drafts = new Map(); // person's id -> what was written and not sent
let writer = whoIsOpen();
let commands = [];

export const send = (text) => post(whoIsOpen(), "send", { text });

/** What can be done at the foot of a chat: start it, write, or let the bot in again. */
export function showComposer({ started, blocked }) {
  const foot = blocked ? "unblock" : started ? "composer" : "start";
  const appears = $(foot).hidden;
  for (const id of ["start", "unblock", "composer"]) $(id).hidden = id !== foot;
  $("block").hidden = blocked || !started;
  if (appears && document.activeElement === document.body) (foot === "composer" ? $("text") : $(foot)).focus();
}

/** Each person has a draft of their own. */
export function changeWriter() {
  drafts.set(writer, $("text").value);
  writer = whoIsOpen();
  write(drafts.get(writer) ?? "");
}

function write(text) {
  $("text").value = text;
  grow();
}

/** A message of several lines is seen whole, up to a few; Shift+Enter begins a new line. */
function grow() {
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight}px`;
}

export function showCommands(all) {
  commands = all;
  $("menu").hidden = commands.length === 0;
}

function listCommands(begun = "") {
  const fitting = commands.filter(({ command }) => command.startsWith(begun));
  $("commands").replaceChildren(...fitting.map(({ command, description }) => {
    const words = [element("b", {}, `/${command}`), element("span", { dir: "auto" }, description)];
    return button("", () => choose(command), ...words);
  }));
  return fitting.length > 0;
}

function choose(command) {
  $("commands").hidePopover();
  if ($("text").value.startsWith("/")) write("");
  send(`/${command}`);
  $("text").focus();
}

/** A command that is being typed brings up those it may become. */
function suggest() {
  const begun = /^\/(\w*)$/.exec($("text").value);
  const fits = begun && listCommands(begun[1]);
  if (fits) $("commands").showPopover();
  else $("commands").hidePopover();
}

function step(event) {
  const all = [...$("commands").children];
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!move || !all.length || !$("commands").matches(":popover-open")) return false;
  event.preventDefault();
  const from = all.indexOf(document.activeElement);
  const to = from < 0 && move < 0 ? all.length - 1 : (from + move + all.length) % all.length;
  all[to].focus();
  return true;
}

$("start").addEventListener("click", () => send("/start"));
$("block").addEventListener("click", () => post(whoIsOpen(), "block", { blocked: true }));
$("unblock").addEventListener("click", () => post(whoIsOpen(), "block", { blocked: false }));
$("commands").addEventListener("keydown", step);
$("menu").addEventListener("click", () => listCommands());
$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (!file) return;
  const caption = $("text").value.trim();
  const query = new URLSearchParams({ name: file.name, caption });
  const sent = await call(whoIsOpen(), `file?${query}`, { body: file });
  if (sent && $("text").value.trim() === caption) write("");
});
$("text").addEventListener("input", () => {
  grow();
  suggest();
});
$("text").addEventListener("keydown", (event) => {
  if (step(event) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  write("");
  suggest();
  if (!await send(text) && !$("text").value) write(text);
});
