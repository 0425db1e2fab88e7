/** Colour fields: the typed value, a swatch of it, and the browser's own picker, always saying the same. */
import { all, one } from "./dom";

const HEX = /^#[0-9a-f]{6}$/i;

export function startColours(root: ParentNode = document): void {
  for (const field of all("[data-colour]", root)) {
    const text = one<HTMLInputElement>("input:not([type=color])", field);
    if (!text || one("input[type=color]", field)) continue;
    const picker = document.createElement("input");
    picker.type = "color";
    picker.ariaLabel = `Pick: ${text.labels?.[0]?.textContent ?? "colour"}`;
    const take = () => {
      // Empty is the usual colour, which stands as an example in the field.
      const colour = text.value || text.placeholder;
      if (HEX.test(colour)) picker.value = colour;
    };
    take();
    one(".colour-field__swatch", field)?.remove();
    field.prepend(picker);
    text.addEventListener("input", take);
    picker.addEventListener("input", () => {
      text.value = picker.value;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
