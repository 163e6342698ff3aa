// Small means to make elements and to keep lists of them up to date.

/** What is no property of the element becomes an attribute of it. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function button(text, act, properties = {}) {
  const made = el("button", { type: "button", ...properties }, text);
  made.addEventListener("click", act);
  return made;
}

/** Touches only what changes, so that nothing flickers and a selection stays. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}

/** Makes the list show the items in their order. A card is `{ element, update }` and stays as long as its item. */
export function keeper(list, keyOf, make) {
  const cards = new Map();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, { element }] of cards) {
      if (!keys.has(key)) {
        element.remove();
        cards.delete(key);
      }
    }
    let place = list.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      if (!cards.has(key)) cards.set(key, make(item));
      const { element, update } = cards.get(key);
      update(item);
      if (element === place) place = place.nextElementSibling;
      else list.insertBefore(element, place);
    }
  };
}

/** Whoever had the focus on what cannot be used any more goes on from the card around it. */
export function enable(one, enabled, card) {
  const loses = !enabled && document.activeElement === one;
  one.disabled = !enabled;
  if (loses) card.focus();
}
