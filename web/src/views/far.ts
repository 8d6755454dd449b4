/** How far from the data a walk is, along it: a line over the two spacings within which a decoder knows its way. */
import { brief } from "../words";
import { el, svg } from "./dom";

/** Spacings from the data within which Python keeps its ways. */
const CLOSE = 2;
const [WIDE, TALL] = [100, 24];

export function farWords(spacings: number): string {
  return `${brief(spacings)} spacings from the data`;
}

export function createFar() {
  const limit = svg("line", { class: "limit", x1: 0, x2: WIDE });
  const ground = svg("path", { class: "ground" });
  const line = svg("path", { class: "line" });
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ground,
    limit,
    line,
  );
  const name = el("span", { class: "row-name", text: "distance to the data" });
  const node = el("div", { class: "far" }, drawing, name);
  return {
    node,
    /** Evenly along the walk; null: not measured yet. */
    show(far: ArrayLike<number> | null): void {
      const told = far ? Array.from(far) : [];
      const most = Math.max(1.5 * CLOSE, ...told);
      const y = (value: number) => (TALL - 1 - (value / most) * (TALL - 2)).toFixed(2);
      const places = told.map((value, i) => `${((WIDE * i) / (told.length - 1)).toFixed(2)} ${y(value)}`);
      const d = places.length > 1 ? `M${places.join("L")}` : "";
      line.setAttribute("d", d);
      ground.setAttribute("d", d && `${d}L${WIDE} ${TALL}L0 ${TALL}Z`);
      limit.setAttribute("y1", y(CLOSE));
      limit.setAttribute("y2", y(CLOSE));
      node.classList.toggle(
        "beyond",
        told.some((value) => value > CLOSE),
      );
    },
  };
}
