// The log: keeps what is on the screen equal to what the chat holds, softly.

import { $, element, moved } from "./dom.js";
import { dayOf, drawn } from "./message.js";

const NEAR_END = 80; // pixels
const TOGETHER = 600; // seconds within which messages of one side belong together
const shown = new Map(); // message id -> { article, source }
let missed = 0; // messages below what is seen
let following = true; // whether what comes is scrolled to
let anew = true; // whether nothing is shown of the chat yet

export function clearMessages() {
  anew = true;
  shown.clear();
  $("messages").replaceChildren();
}

export function showMessages(chat, acts) {
  const stay = anew || following;
  $("messages").ariaLive = anew ? "off" : "polite"; // what was said before is not read out again
  for (const [id, { article }] of shown) {
    if (!chat.messages.has(id)) takeAway(id, article);
  }
  const added = [...chat.messages.values()].filter((message) => showMessage(message, acts));
  arrange([...chat.messages.values()]);
  showAbout(chat);
  if (stay || added.some(({ mine }) => mine)) toEnd("instant");
  else miss(added.length);
  look();
  if (!anew) added.forEach(({ id }) => appear(shown.get(id).article));
  anew = false;
}

/** Whether the message was not there before. */
function showMessage(message, acts) {
  const source = JSON.stringify(message);
  const before = shown.get(message.id);
  if (before?.source === source) return false;
  const article = drawn(message, acts);
  if (before) replace(before.article, article);
  else $("messages").append(article);
  shown.set(message.id, { article, source });
  return !before;
}

function replace(before, now) {
  const focused = [...before.querySelectorAll(".key")].indexOf(document.activeElement);
  before.replaceWith(now);
  now.querySelectorAll(".key")[focused]?.focus();
}

async function takeAway(id, article) {
  shown.delete(id);
  article.inert = true;
  const { height } = article.getBoundingClientRect();
  const gone = { opacity: 0, filter: "blur(6px)", scale: 0.92 };
  await moved(article, [{ height: `${height}px` }, { height: `${height}px`, ...gone }, { height: 0, ...gone }], 450);
  article.remove();
}

function appear(article) {
  moved(article.firstElementChild, [{ opacity: 0, translate: "0 10px" }, {}], 180);
}

/** Days above their first messages; tails at the last of those that belong together. */
function arrange(messages) {
  messages.forEach((message, at) => {
    const { article } = shown.get(message.id);
    const [before, after] = [messages[at - 1], messages[at + 1]];
    const isFirst = !before || dayOf(before) !== dayOf(message);
    if (isFirst) article.dataset.day = dayOf(message);
    else delete article.dataset.day;
    article.classList.toggle("tailed", !after || after.mine !== message.mine || after.date - message.date > TOGETHER);
  });
}

function showAbout({ about, started, bot }) {
  const said = $("about");
  if (started || !about) said?.remove();
  else if (said?.lastChild.textContent !== about) {
    said?.remove();
    const title = element("b", {}, `What can ${bot} do?`);
    $("messages").append(element("div", { id: "about" }, title, element("p", { dir: "auto" }, about)));
  }
}

function look() {
  const { scrollHeight, scrollTop, clientHeight } = $("messages");
  following = scrollHeight - scrollTop - clientHeight < NEAR_END;
  $("down").hidden = following;
  if (following) miss(-missed);
}

function toEnd(behavior) {
  $("messages").scrollTo({ top: $("messages").scrollHeight, behavior });
}

function miss(count) {
  missed += count;
  $("down").querySelector("b").textContent = missed || "";
}

$("down").addEventListener("click", () => toEnd("smooth"));
$("messages").addEventListener("scroll", look);
const followOn = () => { if (following) toEnd("instant"); };
new ResizeObserver(followOn).observe($("messages"));
// a photo that has come makes its message taller; load events do not bubble
$("messages").addEventListener("load", followOn, { capture: true });
