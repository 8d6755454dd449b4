/** What the page around a widget says of itself: is it light or dark? Each front end has a way of its own. */
import type { Theme } from "../palette";

function themeOf(page: Document): Theme {
  const { body, documentElement: root } = page;
  const told = body.dataset.jpThemeLight ?? body.dataset.vscodeThemeKind;
  if (told !== undefined)
    return told === "false" || /dark|^vscode-high-contrast$/.test(told) ? "dark" : "light";
  // Colab, then marimo and whoever names a class or an attribute as most do.
  const named = [
    root.getAttribute("theme"),
    root.dataset.theme,
    body.dataset.theme,
    root.className,
    body.className,
  ];
  for (const name of named) {
    if (/\bdark\b/.test(name ?? "")) return "dark";
    if (/\blight\b/.test(name ?? "")) return "light";
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls now, and whenever the page's theme changes. Returns what undoes it. */
export function followTheme(page: Document, call: (theme: Theme) => void): () => void {
  const tell = () => call(themeOf(page));
  const watching = new MutationObserver(tell);
  const attributeFilter = ["class", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];
  for (const node of [page.documentElement, page.body]) watching.observe(node, { attributeFilter });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", tell);
  tell();
  return () => {
    watching.disconnect();
    system.removeEventListener("change", tell);
  };
}
