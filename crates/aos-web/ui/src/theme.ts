/** System, light, dark. A cookie, so that the server writes the attribute and nothing flashes. */
import { on } from "./dom";

const ORDER = ["system", "light", "dark"] as const;

export function startTheme(): void {
  const root = document.documentElement;
  on("click", "[data-theme-switch]", (button) => {
    const at = ORDER.findIndex((name) => name === root.dataset.theme);
    const next = ORDER[(at + 1) % ORDER.length] ?? "system";
    root.dataset.theme = next;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `aos_theme=${next}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    button.setAttribute("aria-label", `Theme: ${next}`);
  });
}
