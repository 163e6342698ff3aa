// Turns a message's text and entities into DOM nodes. Outside text never becomes HTML.
// Entities count UTF-16 code units, as JavaScript's strings do.

import { button } from "./dom.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const BLOCKS = new Set(["PRE", "BLOCKQUOTE"]); // end their line by themselves

export function formatted(text, entities, sendCommand) {
  const fragment = document.createDocumentFragment();
  fill(fragment, text, 0, text.length, [...entities], sendCommand);
  return fragment;
}

function fill(parent, text, from, to, entities, sendCommand) {
  let at = from;
  while (entities.length && entities[0].offset < to) {
    const entity = entities.shift();
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) continue;
    const element = styled(entity, text.slice(start, end), sendCommand);
    fill(element, text, start, end, entities, sendCommand);
    parent.append(text.slice(at, start), element);
    at = BLOCKS.has(element.tagName) && text[end] === "\n" ? end + 1 : end;
  }
  parent.append(text.slice(at, to));
}

function styled(entity, content, sendCommand) {
  switch (entity.type) {
    case "url":
      return link(content);
    case "text_link":
      return link(entity.url);
    case "bot_command":
      return button("command", () => sendCommand(content));
    case "spoiler": {
      const spoiler = button("spoiler", () => spoiler.classList.add("seen"));
      return spoiler;
    }
    default:
      return document.createElement(TAGS[entity.type] ?? "span");
  }
}

export function link(url) {
  const element = document.createElement("a");
  if (!isSafe(url)) return element;
  element.href = url;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

export function isSafe(url) {
  return URL.canParse(url) && ["http:", "https:", "mailto:", "tg:"].includes(new URL(url).protocol);
}
