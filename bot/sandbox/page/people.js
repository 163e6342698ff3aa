// Who this browser plays: people with a name and a language, of whom one is looked at.

import { $ } from "./dom.js";
import { LANGUAGES } from "./languages.js";

const NAMES = ["Alex", "Maria", "Omar", "Priya", "Deniz", "Sofia", "Dewi", "Timur", "Leyla", "Bruno"];
const MOST = 50;

const unread = new Map(); // id -> messages nobody has seen
let people = stored();
let open = people.some(({ id }) => id === localStorage.open) ? localStorage.open : people[0].id;

export const everybody = () => people;
export const whoIsOpen = () => open;
export const waiting = () => [...unread.values()].reduce((sum, count) => sum + count, 0);

function stored() {
  try {
    const known = JSON.parse(localStorage.people);
    if (known.every(({ id, name, language }) => id && name && language in LANGUAGES) && known.length) return known;
  } catch { /* nobody yet */ }
  return [made(NAMES[0], spokenHere())];
}

function made(name, language) {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return { id: String((high % 2 ** 19) * 2 ** 32 + low + 1), name, language };
}

function spokenHere() {
  const wanted = navigator.language.toLowerCase();
  return [wanted, wanted.split("-")[0]].find((code) => code in LANGUAGES) ?? "en";
}

function keep() {
  localStorage.people = JSON.stringify(people);
  localStorage.open = open;
}

/** `chosen()` follows whenever somebody else is looked at, `changed()` when people come or change. */
export function showPeople({ chosen, changed }) {
  keep();
  $("language").append(...Object.entries(LANGUAGES).map(([code, name]) => new Option(name, code)));
  $("user").addEventListener("change", () => look($("user").value, chosen));
  $("language").addEventListener("change", () => {
    people = people.map((one) => (one.id === open ? { ...one, language: $("language").value } : one));
    keep();
    changed();
  });
  $("add-user").addEventListener("click", () => {
    const { language } = people.find(({ id }) => id === open);
    people = [...people, made(NAMES[people.length] ?? `User ${people.length + 1}`, language)];
    look(people.at(-1).id, chosen);
    changed();
  });
  draw();
}

function look(id, chosen) {
  open = id;
  unread.delete(id);
  keep();
  draw();
  chosen();
}

export function countUnread(id, count) {
  if (!count) return;
  unread.set(id, (unread.get(id) ?? 0) + count);
  draw();
}

export function haveRead(id) {
  if (unread.delete(id)) draw();
}

function draw() {
  const options = people.map(({ id, name }) => {
    const count = unread.get(id);
    return new Option(count ? `${name} (${count})` : name, id, false, id === open);
  });
  $("user").replaceChildren(...options);
  $("language").value = people.find(({ id }) => id === open).language;
  $("add-user").disabled = people.length >= MOST;
  $("user").parentElement.dataset.unread = waiting() - (unread.get(open) ?? 0) || "";
  $("chat-tab").dataset.unread = waiting() || "";
}
