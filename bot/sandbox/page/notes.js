// What is said over the page: toasts, alerts, a photo in large.

import { $ } from "./dom.js";
import { isSafe } from "./text.js";

let ends;

export function toast(text) {
  $("toast").textContent = text;
  clearTimeout(ends);
  ends = setTimeout(() => { $("toast").textContent = ""; }, 4000);
}

/** What the bot answers to a tap. */
export function showAnswer({ text, alert, url }) {
  if (alert) {
    $("alert-text").textContent = text;
    $("alert").showModal();
  } else if (text) {
    toast(text);
  }
  if (url && isSafe(url)) window.open(url, "_blank", "noopener");
}

export function showPicture(source, alt) {
  Object.assign($("picture").querySelector("img"), { src: source, alt });
  $("picture").showModal();
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch { // only pages on this machine or over https may use the clipboard
    toast(`Please copy it by hand: ${text}`);
  }
}
