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
    at: [".bots:last-of-type .body:has(.row)", "#messages"], title: "See the price, confirm",
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
const GAP = 10; // pixels
const SIDES = {
  below: (target, card) => ({ left: across(target, card), top: target.bottom + GAP }),
  above: (target, card) => ({ left: across(target, card), top: target.top - GAP - card.height }),
  right: (target, card) => ({ left: target.right + GAP, top: along(target, card) }),
  left: (target, card) => ({ left: target.left - GAP - card.width, top: along(target, card) }),
  over: (target, card) => ({ left: across(target, card), top: Math.max(target.top, 0) + 2 * GAP }),
  anywhere: () => ({ left: 0, top: 0 }),
};
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
  const isLast = step === STEPS.length - 1;
  $("tour-next").textContent = isLast ? "Done" : "Next";
  $("tour-skip").hidden = isLast;
  if (!$("tour").open) $("tour").show();
  place();
  $("tour-next").focus({ preventScroll: true });
}

function end() {
  localStorage.tour = "done";
  point(null);
  $("tour").close();
}

/** On the first side of what it is about where there is room for it. */
function place() {
  if (!$("tour").open) return;
  const seen = STEPS[step].at.map((selector) => document.querySelector(selector));
  point(seen.find((target) => target?.checkVisibility()));
  const card = $("tour").getBoundingClientRect();
  const target = (pointed ?? document.body).getBoundingClientRect();
  const [side, { left, top }] = Object.entries(SIDES)
    .map(([name, at]) => [name, at(target, card)])
    .find(([, { left, top }]) => fits(left, card.width, innerWidth) && fits(top, card.height, innerHeight));
  $("tour").className = side;
  $("tour").style.left = `${left}px`;
  $("tour").style.top = `${top}px`;
  $("tour").style.setProperty("--beak-x", `${within(middle(target) - left, 0, card.width)}px`);
  $("tour").style.setProperty("--beak-y", `${within(centre(target) - top, 0, card.height)}px`);
}

const fits = (from, size, whole) => from >= 0 && from + size <= whole;
const within = (from, size, whole) => Math.max(Math.min(from, whole - size - 2 * GAP), 2 * GAP);
const middle = ({ left, width }) => left + width / 2;
const centre = ({ top, height }) => top + height / 2;
const across = (target, { width }) => within(middle(target) - width / 2, width, innerWidth);
const along = (target, { height }) => within(centre(target) - height / 2, height, innerHeight);

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
