/** The map's drawing engine, alone: map.html?n=10000&dims=3&renderer=webgl2&theme=dark, on made-up clusters. */
import { createMap, type Frame, type MapOptions, type PlanarMap } from "../src/map";

declare global {
  interface Window {
    map: PlanarMap;
    /** Sends the points to another arrangement. */
    travel: (ms: number) => void;
  }
}

const asked = new URLSearchParams(location.search);
const n = Number(asked.get("n") ?? 10_000);
const dims = asked.get("dims") === "3" ? 3 : 2;
const dark = asked.get("theme") === "dark";
const renderer = (asked.get("renderer") ?? "auto") as NonNullable<MapOptions["renderer"]>;
const palette = [
  "4269d0",
  "efb118",
  "ff725c",
  "6cc5b0",
  "3ca951",
  "ff8ab7",
  "a463f2",
  "97bbf5",
  "9c6b4e",
  "9498a0",
];

const place = document.querySelector<HTMLElement>("#map")!;
const told = document.querySelector<HTMLElement>("#told")!;
const map = createMap(place, { renderer });
let arrangement = 1;

window.map = map;
window.travel = (ms) => show(clusters(++arrangement), ms);
show(clusters(1), 0);
map.setAppearance({
  colours: colours(),
  visible: null,
  size: Number(asked.get("size") ?? 0),
  opacity: Number(asked.get("opacity") ?? 0),
  strength: 1,
  background: dark ? [16, 18, 24] : [255, 255, 255],
});
map.onDraw(tell);
place.addEventListener("pointermove", (event) => tell(event));
place.addEventListener("click", () => window.travel(900));

function tell(event?: PointerEvent): void {
  const { frames, msPerFrame, fps } = map.timings();
  const under = event ? `point ${map.pick(event.clientX, event.clientY, 12)} · ` : "";
  told.textContent = `${under}${map.renderer} · ${n} points · ${msPerFrame.toFixed(1)} ms · ${fps.toFixed(0)} fps · ${frames}`;
}

/** Ten classes of a few bent clusters each, with some points between them: sorted by class, as folders are. */
function clusters(seed: number): Frame {
  const points = new Float32Array(n * dims);
  const dice = mulberry(7);
  const centres = Array.from({ length: 30 }, () => [dice(), dice(), dice()].map((v) => 20 * (v - 0.5)));
  const turn = mulberry(seed);
  const shift = Array.from({ length: 30 }, () => [turn(), turn(), turn()].map((v) => 5 * (v - 0.5)));
  for (let i = 0; i < n; i++) {
    const which = classOf(i) * 3 + Math.floor(dice() ** 1.5 * 3);
    const angle = which + 4 * (dice() - 0.5);
    const radius = 1.6 + 0.45 * normal(dice);
    const stray = dice() < 0.03 ? 3 : 1;
    const offsets = [radius * Math.cos(angle), radius * Math.sin(angle), normal(dice)];
    for (let axis = 0; axis < dims; axis++) {
      const jitter = 0.35 * stray * normal(dice);
      points[i * dims + axis] =
        centres[which]![axis]! + shift[which]![axis]! + offsets[axis]! * stray + jitter;
    }
  }
  return { points, dims };
}

function colours(): Uint8Array {
  const out = new Uint8Array(3 * n);
  for (let i = 0; i < n; i++) {
    const hex = Number.parseInt(palette[classOf(i)]!, 16);
    out.set([hex >> 16, (hex >> 8) & 255, hex & 255], 3 * i);
  }
  return out;
}

function classOf(i: number): number {
  return Math.floor((i * 10) / n);
}

function show(frame: Frame, ms: number): void {
  const low = new Array<number>(dims).fill(Number.POSITIVE_INFINITY);
  const high = new Array<number>(dims).fill(Number.NEGATIVE_INFINITY);
  for (const [i, value] of frame.points.entries()) {
    low[i % dims] = Math.min(low[i % dims]!, value);
    high[i % dims] = Math.max(high[i % dims]!, value);
  }
  map.setFrame(frame, [low, high], ms);
}

function normal(dice: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
