// How a message looks.

import { button, element, icon } from "./dom.js";
import { copy, showPicture } from "./notes.js";
import { formatted, link } from "./text.js";

/** `acts` is what the person can do with it: send(text), tap(key, message, data), fileOf(message). */
export function drawn(message, acts) {
  const body = element("div", { className: "body" }, drawnBubble(message, acts));
  body.append(...message.keyboard.map((row) => drawnRow(message, row, acts)));
  return element("article", { className: message.mine ? "mine" : "bots" }, body);
}

function drawnBubble(message, acts) {
  const text = element("div", { className: "text", dir: "auto" });
  text.append(formatted(message.text, message.entities, acts.send), drawnTime(message));
  const bubble = element("div", { className: "bubble" });
  bubble.append(element("span", { className: "unseen" }, message.mine ? "You: " : "Bot: "));
  if (message.file?.photo) {
    bubble.classList.add("pictured");
    bubble.append(drawnPhoto(message, acts));
  } else if (message.file) {
    bubble.append(drawnFile(message, acts));
  }
  bubble.append(text);
  if (!message.text) bubble.classList.add("bare");
  return bubble;
}

function drawnTime(message) {
  const moment = new Date(message.date * 1000);
  const time = element("time", { dateTime: moment.toISOString() }, clock.format(moment));
  return element("small", {}, message.edited ? "edited " : "", time, message.mine ? icon("read") : "");
}

const clock = new Intl.DateTimeFormat([], { timeStyle: "short" });
const days = new Intl.DateTimeFormat([], { day: "numeric", month: "long" });

/** The day it belongs to, as it stands above the first message of a day. */
export function dayOf(message) {
  const day = days.format(new Date(message.date * 1000));
  return day === days.format(new Date()) ? "Today" : day;
}

function drawnPhoto(message, { fileOf }) {
  const source = fileOf(message);
  const alt = message.text.split("\n")[0] || "Photo";
  const picture = element("img", { src: source, alt });
  return button("photo", () => showPicture(source, alt), picture);
}

function drawnFile(message, { fileOf }) {
  const { name, size } = message.file;
  const words = element("span", {}, element("b", { dir: "auto" }, name), element("small", {}, inBytes(size)));
  return element("a", { className: "file", href: fileOf(message), download: name }, icon("file"), words);
}

function inBytes(size) {
  if (size < 1024) return `${size} B`;
  return size < 1024 ** 2 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1024 ** 2).toFixed(1)} MB`;
}

function drawnRow(message, row, acts) {
  return element("div", { className: "row" }, ...row.map((key) => drawnKey(message, key, acts)));
}

function drawnKey(message, key, { tap }) {
  const label = element("span", { dir: "auto" }, key.text);
  if (key.url) {
    const target = link(key.url);
    target.className = "key";
    target.append(label, icon("out"));
    return target;
  }
  if (key.copy_text) return button("key", () => copy(key.copy_text.text), label, icon("copy"));
  return button("key", ({ currentTarget }) => tap(currentTarget, message, key.callback_data), label);
}
