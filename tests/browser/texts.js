// Each text in view, once it has faded in: where it stands, in which colour, and whether it counts as large.
() => {
  for (const animation of document.getAnimations()) {
    if (animation.effect.getComputedTiming().iterations < Infinity) animation.finish();
  }

  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function opacity(element) {
    return element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  }

  function inView(element, { left, top, width, height }) {
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return width > 1 && hit && (element.contains(hit) || hit.contains(element) || hit.control === element);
  }

  /** Of a text at an edge of what is in view, the middle is in view. */
  function middle({ left, top, width, height }) {
    const [x, y] = [Math.floor(left + width / 2), Math.floor(top + height / 2)];
    const [along, across] = [Math.ceil(width / 4), Math.ceil(height / 8)];
    return [x - along, y - across, x + along, y + across];
  }

  function measured(element, text, style, box) {
    const [red, green, blue, alpha] = rgba(style.color);
    const [size, bold] = [parseFloat(style.fontSize), style.fontWeight >= 700];
    return {
      text: text.trim().slice(0, 40),
      middle: middle(box),
      color: [red, green, blue],
      alpha: alpha * opacity(element),
      large: size >= 24 || (bold && size >= 18.66),
    };
  }

  function* written() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const [text, element, range] = [walker.currentNode, walker.currentNode.parentElement, new Range()];
      range.selectNodeContents(text);
      for (const box of range.getClientRects()) yield [element, text.data, getComputedStyle(element), box];
    }
  }

  function* entered() {
    for (const field of document.querySelectorAll("input, textarea")) {
      const style = getComputedStyle(field, field.value ? null : "::placeholder");
      yield [field, field.value || field.placeholder, style, field.getBoundingClientRect()];
    }
  }

  return [...written(), ...entered()]
    .filter(([element, text, , box]) => /[\p{L}\p{N}]/u.test(text) && inView(element, box))
    .filter(([element]) => !element.closest(":disabled, [aria-disabled=true]"))
    .map((text) => measured(...text));
}
