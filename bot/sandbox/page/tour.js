// The first visit: five steps, each beside what it is about. The page can be used while it is open.

import { $ } from "./dom.js";

const STEPS = [
  {
    at: ["#hint", "#start"], title: "Connect a key",
    text: "Tap Start, then send this sandbox key. The bot tries it and deletes your message: keys are secret.",
  },
  {
    at: ["#menu", "#start"], title: "Order something",
    text: "Send /order, here or from the menu. Choose a service, then answer what it asks: a link, a quantity.",
  },
  {
    at: [".bots:last-of-type .row", "#messages"], title: "See the price, confirm",
    text: "Nothing is sent before you tap “Place order”. Then it goes to the panel, once and never twice.",
  },
  {
    at: ["#messages"], title: "Be told",
    text: "The order moves on by itself and ends within a minute. Every change is told here, in the chat.",
  },
  {
    at: ["#pane fieldset:has([role=switch])", "#pane", "#pane-tab"], title: "Stir up trouble",
    text: "Now be the panel: finish orders by hand, slow it down, lose an answer. See what the bot makes of it.",
  },
];
const GAP = 12; // pixels
let step = 0;
let pointed = null;

export function begin() {
  step = 0;
  show();
}

function show() {
  const { title, text } = STEPS[step];
  $("tour-count").textContent = `${step + 1} of ${STEPS.length}`;
  $("tour-title").textContent = title;
  $("tour-text").textContent = text;
  $("tour-next").textContent = step < STEPS.length - 1 ? "Next" : "Done";
  if (!$("tour").open) $("tour").show();
  place();
  $("tour-next").focus({ preventScroll: true });
}

function end() {
  localStorage.tour = "done";
  point(null);
  $("tour").close();
}

/** Below what it is about, or above it, or over it where it fills the screen. */
function place() {
  if (!$("tour").open) return;
  const seen = STEPS[step].at.map((selector) => document.querySelector(selector));
  point(seen.find((target) => target?.checkVisibility()));
  const { width, height } = $("tour").getBoundingClientRect();
  const target = pointed?.getBoundingClientRect() ?? document.body.getBoundingClientRect();
  const below = target.bottom + GAP + height < innerHeight;
  const above = target.top - GAP - height > 0;
  const top = below ? target.bottom + GAP : above ? target.top - GAP - height : target.top + 4 * GAP;
  const middle = target.left + target.width / 2;
  const left = Math.min(Math.max(middle - width / 2, GAP), innerWidth - width - GAP);
  $("tour").className = below ? "below" : above ? "above" : "over";
  $("tour").style.top = `${Math.max(top, GAP)}px`;
  $("tour").style.left = `${left}px`;
  $("tour").style.setProperty("--beak", `${Math.min(Math.max(middle - left, 24), width - 24)}px`);
}

function point(target) {
  pointed?.classList.remove("pointed");
  pointed = target ?? null;
  pointed?.classList.add("pointed");
}

$("tour-next").addEventListener("click", () => {
  step += 1;
  if (step < STEPS.length) show();
  else end();
});
$("tour-skip").addEventListener("click", end);
$("tour").addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
$("tour-again").addEventListener("click", begin);
addEventListener("resize", place);
new MutationObserver(place).observe($("parts"), { childList: true, subtree: true, attributeFilter: ["hidden"] });
