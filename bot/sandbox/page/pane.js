// The panel operator's pane: shows what the server streams, posts what the operator does.

import { accountCard, callRow, orderCard, refillCard, serviceCard, switchCard } from "./pane-cards.js";
import { button, el, keeper, write } from "./pane-dom.js";

const pane = document.getElementById("pane");
const state = el("p", { className: "wrong", hidden: true });
const arrival = el("p", { className: "unseen", "aria-live": "polite" });

// What it is made of

const headings = {};

function section(id, title, ...content) {
  const heading = headings[id] = el("h2", { id: `pane-${id}`, tabIndex: -1 }, title);
  return el("section", { className: id, "aria-labelledby": heading.id }, heading, ...content);
}

function list(tag = "div", className = "list") {
  return el(tag, { className });
}

const lists = { accounts: list(), orders: list(), refills: list(), services: list(), troubles: list("ul"), calls: list("ol") };
const empty = {
  orders: el("p", { className: "empty" }, "No orders yet. Send /order in the chat, and they arrive here."),
  refills: el("p", { className: "empty" }, "No refills yet. The card of a completed order in /orders asks for one."),
};
const moving = switchCard({ id: "moving", name: "Orders move by themselves",
  does: "On: each ends within a minute. Off: only your buttons move them." }, post, "moving");
const search = el("input", { type: "search", placeholder: "Name, category or number", autocomplete: "off" });
const found = el("p", { className: "soft" });

const opening = button("New account", async () => write(state, await post("accounts", {}) ?? ""), { className: "more" });

const sections = {
  accounts: section("accounts", "Accounts", lists.accounts, opening),
  orders: section("orders", "Orders", moving.element, empty.orders, lists.orders),
  refills: section("refills", "Refills", empty.refills, lists.refills),
  services: section("services", "Services",
    el("label", { className: "search" }, el("span", {}, "Find a service"), search), lists.services, found),
  troubles: section("troubles", "Trouble",
    el("p", { className: "soft" }, "What goes wrong at panels. With several on, the first one counts."),
    el("fieldset", { "aria-labelledby": "pane-troubles" }, lists.troubles)),
  calls: section("calls", "Calls of the bot", lists.calls),
};

const links = Object.fromEntries(Object.entries(headings).map(([id, heading]) =>
  [id, button(heading.textContent, () => {
    heading.scrollIntoView({ block: "start" });
    heading.focus({ preventScroll: true });
  })]));

pane.append(
  el("div", { className: "head" },
    el("nav", { "aria-label": "Parts of the panel" }, ...Object.values(links)), state, arrival),
  el("div", { className: "columns" },
    el("div", { className: "column" }, sections.accounts, sections.orders, sections.refills, sections.services),
    el("div", { className: "column" }, sections.troubles, sections.calls)),
);

const draw = {
  accounts: keeper(lists.accounts, ({ key }) => key, (account) => accountCard(account, post)),
  orders: keeper(lists.orders, ({ id }) => id, (order) => orderCard(order, post, known !== null)),
  refills: keeper(lists.refills, ({ id }) => id, (refill) => refillCard(refill, post)),
  services: keeper(lists.services, ({ id }) => id, (service) => serviceCard(service, post)),
  troubles: keeper(lists.troubles, ({ id }) => id, (trouble) => switchCard(trouble, post)),
  calls: keeper(lists.calls, ({ row }) => row, callRow),
};

// What comes in

let known = null; // the ids of the orders that were there before

function show(seen) {
  write(state, "");
  draw.accounts(seen.accounts.map((account, place) => ({ ...account, place })));
  draw.orders(seen.orders);
  draw.refills(seen.refills);
  draw.troubles(seen.troubles);
  draw.calls(seen.calls.map((call, row) => ({ ...call, row })));
  moving.update({ on: seen.moving });
  empty.orders.hidden = seen.orders.length > 0;
  empty.refills.hidden = seen.refills.length > 0;
  const on = seen.troubles.filter((trouble) => trouble.on).length;
  write(links.troubles, on ? `Trouble: ${on} on` : "Trouble");
  links.troubles.classList.toggle("on", on > 0);
  announce(seen.orders);
}

/** Only what comes while one watches is told and lights up. */
function announce(orders) {
  const fresh = known && orders.filter(({ id }) => !known.has(id));
  if (fresh?.length) arrival.textContent = `New: ${fresh.map(({ id }) => `order ${id}`).join(", ")}`;
  known = new Set(orders.map(({ id }) => id));
}

let events = null;

/** A page in the background lets its stream go: browsers allow only a few to one address. */
function watch() {
  events?.close();
  events = null;
  if (document.hidden) return;
  events = new EventSource("/pane/events");
  events.onmessage = (event) => show(JSON.parse(event.data));
  events.onerror = () => write(state, "The sandbox cannot be reached; trying again…");
}

document.addEventListener("visibilitychange", watch);
watch();

// What the operator does

/** Resolves to what the server refused it with, null when it went well. */
async function post(path, body) {
  const reply = await send(`/pane/${path}`,
    { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!reply?.ok) return reply ? reply.text() : "The sandbox cannot be reached. Nothing was changed.";
  show(await reply.json());
  if (path.startsWith("services/")) await find();
  return null;
}

function send(path, options) {
  return fetch(path, options).catch(() => null);
}

let asked = 0;

async function find() {
  const mine = ++asked;
  const reply = await send(`/pane/services?${new URLSearchParams({ find: search.value })}`);
  if (!reply?.ok || mine !== asked) return; // an older search must not replace a newer one
  const { services, found: all } = await reply.json();
  draw.services(services);
  write(found, all === 0 ? "No service has these words." : all > services.length
    ? `${services.length} of ${all.toLocaleString()} shown: more words find it.` : "");
}

search.addEventListener("input", find);
find();
