// The few things every part of the page does with elements.

const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...content) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...content);
  return made;
}

export function button(className, act, ...content) {
  const made = element("button", { type: "button", className }, ...content);
  made.addEventListener("click", act);
  return made;
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.ariaHidden = "true";
  drawing.append(document.createElementNS(SVG, "use"));
  drawing.firstChild.setAttribute("href", `/icons.svg#${name}`);
  return drawing;
}

export const atEase = matchMedia("(prefers-reduced-motion: reduce)");

/** Moves something, unless the person wants nothing to move; settles when it stands still. */
export async function moved(target, frames, milliseconds) {
  if (atEase.matches || document.hidden) return;
  await target.animate(frames, { duration: milliseconds, easing: "ease-out" }).finished.catch(() => null);
}
