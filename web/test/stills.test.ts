// @vitest-environment happy-dom
/** Tiles that are pictures like any other: of neighbours and of what is chosen. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Recording, Tile } from "../src/recording";
import { createStill, createTileShow } from "../src/views/pictures";

const ATLAS = { width: 640, height: 640 } as ImageBitmap;

/** A tile at a place of the atlas, of whatever size the pictures have. */
function aTile(x: number, y: number): Tile {
  return { page: ATLAS, x, y };
}

/** Pictures that come when they are told to. */
function aRecording() {
  const asked = new Map<number, { come(): void; fail(): void }>();
  const tile = (index: number) =>
    new Promise<Tile>((resolve, reject) => {
      const fail = () => reject(new Error("the server is gone"));
      asked.set(index, { come: () => resolve(aTile(10 * index, 0)), fail });
    });
  const recording = { tile: vi.fn(tile) } as unknown as Recording;
  const settle = () => new Promise((go) => setTimeout(go));
  const of = (index: number) => asked.get(index) ?? expect.fail(`image ${index} was never asked for`);
  return { recording, of, settle };
}

/** What was put on the canvas last is what the picture's address tells. */
let drawn = "";

beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue({
    drawImage(page: ImageBitmap, ...numbers: number[]) {
      drawn = `${page === ATLAS ? "atlas" : "another"}:${numbers.join(",")}`;
    },
  } as unknown as RenderingContext);
  vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockImplementation(function (this: HTMLCanvasElement) {
    return `data:${this.width}x${this.height};${drawn}`;
  });
});
afterEach(() => vi.restoreAllMocks());

describe("a still", () => {
  test("is a picture with a name, and empty until it shows something", () => {
    const { node } = createStill([28, 20, 1], "Neighbour 3");
    expect(node.tagName).toBe("IMG");
    expect(node.alt).toBe("Neighbour 3");
    expect(node.src).toMatch(/^data:image\/gif/);
    expect("empty" in node.dataset).toBe(true);
    expect(node.getAttribute("draggable")).toBe("false"); // by its button, which says which image it is
  });

  test("keeps the shape of its images, whatever it shows", () => {
    const { node } = createStill([28, 20, 1], "");
    expect(node.style.getPropertyValue("--shape")).toBe("20 / 28");
    expect(node.style.getPropertyValue("--columns")).toBe("20");
  });

  test("shows its part of the atlas, pixel for pixel", () => {
    const still = createStill([28, 20, 1], "");
    still.paintTile(aTile(40, 56));
    expect(still.node.src).toBe("data:20x28;atlas:40,56,20,28,0,0,20,28");
    expect("empty" in still.node.dataset).toBe(false);
  });

  test("of a large image has as many pixels as are shown, and is scaled smoothly", () => {
    const [large, small] = [createStill([400, 200, 3], ""), createStill([28, 28, 1], "")];
    large.paintTile(aTile(0, 0));
    expect(large.node.src).toBe("data:96x192;atlas:0,0,200,400,0,0,96,192");
    expect([large, small].map(({ node }) => node.className)).toEqual(["picture smooth", "picture"]);
  });

  test("of a ribbon of an image is at least a pixel wide", () => {
    const still = createStill([600, 1, 1], "");
    still.paintTile(aTile(0, 0));
    expect(still.node.src).toMatch(/^data:1x192;/);
  });

  test("keeps what it shows while another is painted, and is empty again when it is cleared", () => {
    const [one, other] = [createStill([8, 8, 1], ""), createStill([8, 8, 1], "")];
    const before = one.node.src;
    one.paintTile(aTile(0, 0));
    other.paintTile(aTile(8, 0));
    expect(one.node.src).toBe("data:8x8;atlas:0,0,8,8,0,0,8,8");
    expect(other.node.src).toBe("data:8x8;atlas:8,0,8,8,0,0,8,8");
    one.clear();
    expect(one.node.src).toBe(before);
    expect("empty" in one.node.dataset).toBe(true);
    expect("empty" in other.node.dataset).toBe(false);
  });
});

describe("an image in a still", () => {
  function showing() {
    const still = createStill([8, 8, 1], "");
    const pictures = aRecording();
    return { ...pictures, still, show: createTileShow(still, pictures.recording) };
  }

  test("is the one asked for last, whichever comes first", async () => {
    const { still, show, of, settle } = showing();
    show.show(1);
    show.show(2);
    of(2).come();
    await settle();
    of(1).come();
    await settle();
    expect(still.node.src).toContain("atlas:20,0,");
  });

  test("is asked for once", () => {
    const { show, recording } = showing();
    show.show(1);
    show.show(1);
    expect(recording.tile).toHaveBeenCalledTimes(1);
  });

  test("does not come when none is to be shown any more", async () => {
    const { still, show, of, settle } = showing();
    show.show(1);
    show.show(-1);
    of(1).come();
    await settle();
    expect("empty" in still.node.dataset).toBe(true);
  });

  test("that does not load leaves nothing of the one before, says so, and may be tried again", async () => {
    const { still, show, of, settle } = showing();
    show.show(1);
    of(1).come();
    await settle();
    show.show(2);
    of(2).fail();
    await settle();
    expect("empty" in still.node.dataset).toBe(true);
    expect(show.fault.value?.message).toContain("image 2 did not load");
    show.fault.value?.retry?.();
    of(2).come();
    await settle();
    expect(show.fault.value).toBeNull();
    expect(still.node.src).toContain("atlas:20,0,");
  });
});
