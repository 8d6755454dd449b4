/** What the browser keeps for the page. Some refuse, as in another site's frame: then it lasts while the page does. */
export type Keep = Pick<Storage, "getItem" | "setItem">;

export function keepOf(name: "localStorage" | "sessionStorage"): Keep {
  try {
    return window[name];
  } catch {
    const kept = new Map<string, string>();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem(key, value) {
        kept.set(key, value);
      },
    };
  }
}
