import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { defineConfig, type Plugin } from "vite";
import { icons } from "./src/icons.ts";

const require = createRequire(import.meta.url);

/** Draws the icons that templates use into one sprite: `icons-<hash>.svg#name`. */
function sprite(): Plugin {
  return {
    name: "icon-sprite",
    generateBundle() {
      const symbols = icons.map((name) => {
        const svg = readFileSync(require.resolve(`lucide-static/icons/${name}.svg`), "utf8");
        const inner = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/<svg[\s\S]*?>|<\/svg>/g, "").replace(/\s+/g, " ").trim();
        return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
      });
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
      this.emitFile({ type: "asset", name: "icons.svg", source });
    },
  };
}

export default defineConfig({
  base: "/assets/",
  plugins: [sprite()],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    manifest: true,
    assetsDir: ".",
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2022",
    // light-dark(), nesting and container queries as they are.
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    rollupOptions: { input: "src/main.ts", output: { entryFileNames: "app-[hash].js", assetFileNames: "[name]-[hash][extname]" } },
  },
});
