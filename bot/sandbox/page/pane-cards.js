// What stands in the pane's lists: orders, refills, services, accounts, troubles and calls.
// Each function makes a card and tells how to bring it up to date.

import { button, el, enable, write } from "./pane-dom.js";

const ACTS = {
  progress: ["Progress", "Start it, then deliver it quarter by quarter"],
  complete: ["Complete", "Deliver all of it now"],
  partial: ["Partial", "End it here and give back what remains"],
  cancel: ["Cancel", "End it and give back all that was paid"],
  refund: ["Refund", "Give back all that was paid, also when it has ended"],
};

const count = (number) => Number(number).toLocaleString();
/** As the bot writes it: two decimals, or all there are. */
function money(amount, currency) {
  const [whole, decimals = ""] = amount.split(".");
  return `${whole}.${decimals.padEnd(2, "0")} ${currency}`;
}
const time = (at) => new Date(at * 1000).toLocaleTimeString([], { timeStyle: "medium", hourCycle: "h23" });
const keyed = ({ account }) => account && `…${account}`;
const joined = (...parts) => parts.filter(Boolean).join(" · ");

/** A card with a place for what went wrong. `act(path, body)` posts, and resolves to whether it went well. */
function card(tag, label, className, post) {
  const element = el(tag, { className, tabIndex: -1, "aria-label": label });
  const wrong = el("p", { className: "wrong", role: "alert", hidden: true });
  const act = async (path, body = {}) => {
    const refusal = await post(path, body);
    write(wrong, refusal ?? "");
    return refusal === null;
  };
  return { element, wrong, act };
}

/** `fresh`: it came while one was watching. */
export function orderCard({ id, of }, post, fresh) {
  const className = `order${of ? " child" : ""}${fresh ? " fresh" : ""}`;
  const { element, wrong, act } = card("article", `Order ${id}`, className, post);
  element.addEventListener("animationend", () => element.classList.remove("fresh"));
  const [status, facts] = ["status", "soft"].map((className) => el("span", { className }));
  const [name, link, amounts, mark] = ["name", "link", "amounts", "mark"].map((className) =>
    el("p", { className }));
  const bar = el("progress", { "aria-label": "Delivered" });
  const acts = Object.entries(ACTS).map(([action, [text, title]]) =>
    [action, button(text, () => act(`orders/${id}/${action}`), { title })]);
  const row = el("div", { className: "acts" }, ...acts.map(([, made]) => made));
  element.append(el("div", { className: "top" }, el("h3", {}, `Order ${id}`), facts, status),
    name, link, bar, amounts, mark, row, wrong);
  const update = (order) => {
    write(status, order.status);
    status.dataset.is = order.status.toLowerCase();
    element.classList.toggle("ended", order.ended);
    write(name, of ? "" : joined(`${order.service} · ${order.name}`));
    write(link, order.link);
    link.title = order.link;
    showBar(bar, order);
    write(amounts, joined(howMany(order), order.start ? `from ${count(order.start)}` : "",
      order.kind === "subscription" ? "" : money(order.charge, order.currency)));
    write(facts, joined(of ? `of ${of}` : keyed(order), time(order.at), order.by_hand ? "by hand" : ""));
    write(mark, order.cancel_asked ? "Asked to be cancelled" : "");
    for (const [action, made] of acts) {
      enable(made, order.can.includes(action), element);
      made.hidden = order.ended && action !== "refund";
    }
    row.hidden = order.ended && order.can.length === 0;
  };
  return { element, update };
}

function showBar(bar, { kind, made, most, done, quantity, ended }) {
  bar.hidden = ended || (kind && most === null);
  bar.max = kind ? most ?? 1 : quantity;
  bar.value = kind ? made : done;
}

function howMany({ kind, made, most, least, quantity, remains }) {
  if (kind === "drip-feed") return `Drip-feed: ${made} of ${most} runs of ${count(quantity)}`;
  if (kind === "subscription") {
    const each = least === quantity ? count(quantity) : `${count(least)}–${count(quantity)}`;
    return `Subscription: ${made}${most === null ? "" : ` of ${most}`} posts of ${each}`;
  }
  return `${count(quantity)} ordered · ${count(remains)} remain`;
}

export function refillCard({ id }, post) {
  const { element, wrong, act } = card("article", `Refill ${id}`, "refill", post);
  const status = el("span", { className: "status" });
  const facts = el("span", { className: "soft" });
  const finish = button("Finish", () => act(`refills/${id}/finish`));
  const reject = button("Reject", () => act(`refills/${id}/reject`));
  const row = el("div", { className: "acts" }, finish, reject);
  element.append(el("div", { className: "top" }, el("h3", {}, `Refill ${id}`), facts, status), row, wrong);
  const update = (refill) => {
    write(status, refill.status);
    status.dataset.is = refill.status.toLowerCase();
    element.classList.toggle("ended", !refill.open);
    write(facts, joined(`of order ${refill.order}`, keyed(refill), time(refill.at)));
    for (const made of [finish, reject]) enable(made, refill.open, element);
    row.hidden = !refill.open;
  };
  return { element, update };
}

export function serviceCard({ id }, post) {
  const { element, wrong, act } = card("article", `Service ${id}`, "service", post);
  const [name, facts] = ["name", "soft"].map((className) => el("p", { className }));
  const price = el("input", { inputMode: "decimal", autocomplete: "off", size: 8 });
  const form = el("form", { className: "acts" }, el("label", {}, "Price ", price),
    el("button", {}, "Set price"));
  let removed = false;
  const remove = button("Remove", () => act(`services/${id}/${removed ? "restore" : "remove"}`));
  form.append(remove);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const set = await act(`services/${id}/price`, { price: price.value });
    price.ariaInvalid = String(!set);
    if (set) price.value = price.dataset.shown; // as the panel has it now
  });
  element.append(el("h3", {}, `Service ${id}`), name, facts, form, wrong);
  const update = (service) => {
    removed = service.removed;
    element.classList.toggle("ended", removed);
    write(name, String(service.name));
    write(facts, removed ? "Removed: nobody can order it." : joined(service.type,
      service.min === service.max ? count(service.min) : `${count(service.min)} to ${count(service.max)}`,
      service.refill ? "refill" : "", service.cancel ? "cancel" : ""));
    remove.textContent = removed ? "Put back" : "Remove";
    for (const child of form.children) if (child !== remove) child.hidden = removed;
    const rate = String(service.rate);
    if (price.value === (price.dataset.shown ?? "")) price.value = rate; // never what is being typed
    price.dataset.shown = rate;
  };
  return { element, update };
}

export function accountCard(account, post) {
  const tail = account.key.slice(-4);
  const { element, wrong, act } = card("article", tail, "account", post);
  const balance = el("strong");
  const facts = el("p", { className: "soft" });
  const amount = el("input", { value: "10", inputMode: "decimal", autocomplete: "off", size: 5 });
  const copied = button("Copy key", async () => {
    await navigator.clipboard?.writeText(account.key).catch(() => {});
    copied.textContent = "Copied";
    setTimeout(() => { copied.textContent = "Copy key"; }, 2000);
  });
  const form = el("form", { className: "acts" }, el("label", {}, "Amount ", amount),
    el("button", {}, "Add money"), copied);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    amount.ariaInvalid = String(!await act(`accounts/${element.dataset.place}/money`, { amount: amount.value }));
  });
  element.append(el("div", { className: "top" }, el("h3", {}, `Key …${tail}`), balance), facts, form, wrong);
  const update = ({ balance: rest, currency, open, place }) => {
    element.dataset.place = place;
    write(balance, money(rest, currency));
    write(facts, open === 1 ? "1 open order" : `${count(open)} open orders`);
  };
  return { element, update };
}

export function switchCard({ id, name, does }, post, path = `troubles/${id}`) {
  const { element, wrong, act } = card("li", "", "trouble", post);
  element.removeAttribute("aria-label");
  const turn = button(name, () => act(path, { on: turn.ariaChecked !== "true" }),
    { role: "switch", "aria-describedby": `does-${id}` });
  element.append(turn, el("p", { className: "soft", id: `does-${id}` }, does), wrong);
  return { element, update: ({ on }) => { turn.ariaChecked = String(on); } };
}

export function callRow() {
  const [at, action, about, outcome] = ["soft", "action", "about", "outcome"].map((className) =>
    el("span", { className }));
  const element = el("li", {}, at, action, about, outcome);
  const update = (call) => {
    write(at, time(call.at));
    write(action, call.action || "?");
    write(about, joined(call.about, call.times > 1 ? `×${count(call.times)}` : ""));
    write(outcome, call.outcome);
    outcome.classList.toggle("bad", call.bad);
  };
  return { element, update };
}
