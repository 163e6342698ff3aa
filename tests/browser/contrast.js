// Each text in view, with the contrast between its colour and what is behind it, as WCAG computes it.
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function over([red, green, blue, alpha], below) {
    return [red, green, blue].map((part, i) => part * alpha + below[i] * (1 - alpha));
  }

  function behind(element) {
    if (!element) return rgba("Canvas");
    const color = rgba(getComputedStyle(element).backgroundColor);
    return color[3] === 1 ? color : over(color, behind(element.parentElement));
  }

  function luminance(color) {
    const [red, green, blue] = color.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function ratio(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function seen(element) {
    const { bottom, top, width } = element.getBoundingClientRect();
    return width > 1 && bottom > 0 && top < innerHeight && !element.closest(":disabled, [aria-disabled=true]")
      && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  function opacity(element) {
    return element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  }

  function measured(text) {
    const element = text.parentElement;
    const style = getComputedStyle(element);
    const below = behind(element);
    const [red, green, blue, alpha] = rgba(style.color);
    const color = over([red, green, blue, alpha * opacity(element)], below);
    const [size, bold] = [parseFloat(style.fontSize), style.fontWeight >= 700];
    return {
      text: text.data.trim().slice(0, 40), ratio: ratio(color, below), large: size >= 24 || (bold && size >= 18.66),
      color: color.map(Math.round).join(), behind: below.map(Math.round).join(),
    };
  }

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (/[\p{L}\p{N}]/u.test(text.data) && seen(text.parentElement)) texts.push(measured(text));
  }
  return texts;
}
