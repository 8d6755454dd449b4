// @vitest-environment happy-dom
/** Hands on the map: a click stays a click, a drag is none, and 2-D pans where 3-D orbits. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Steering, steer } from "../src/map/gestures";

let place: HTMLElement;
let told: string[];
let deep = false;
let undo: () => void;

const steering: Steering = {
  deep: () => deep,
  pan: (dx, dy) => told.push(`pan ${dx} ${dy}`),
  orbit: (yaw) => told.push(yaw < 0 ? "orbit right" : "orbit left"),
  zoomAt: (x, y, factor) => told.push(`${factor > 1 ? "closer" : "farther"} ${x} ${y}`),
};

beforeEach(() => {
  place = document.createElement("div");
  Object.assign(place, {
    setPointerCapture: () => {},
    releasePointerCapture: () => {},
    hasPointerCapture: () => true,
  });
  document.body.append(place);
  told = [];
  deep = false;
  undo = steer(place, steering);
  place.addEventListener("click", () => told.push("click"));
});

afterEach(() => {
  undo();
  place.remove();
});

describe("a press", () => {
  test("that hardly moves is a click and no drag", () => {
    press(100, 100, [101, 102]);
    expect(told).toEqual(["click"]);
  });

  test("that moves is a drag and no click; the next click is one again", () => {
    press(100, 100, [110, 100], [130, 95]);
    expect(told).toEqual(["pan 10 0", "pan 20 -5"]);
    press(100, 100);
    expect(told.at(-1)).toBe("click");
  });

  test("turns a 3-D map, and moves it with Shift or the right button", () => {
    deep = true;
    press(100, 100, [130, 100]);
    expect(told).toEqual(["orbit right"]);
    press(100, 100, { shiftKey: true }, [130, 100]);
    press(100, 100, { button: 2 }, [130, 100]);
    expect(told.slice(1)).toEqual(["pan 30 0", "pan 30 0"]);
  });

  test("of the right button leaves a 2-D map its menu", () => {
    press(100, 100, { button: 2 }, [130, 100]);
    const menu = new MouseEvent("contextmenu", { cancelable: true });
    place.dispatchEvent(menu);
    expect([told, menu.defaultPrevented]).toEqual([["click"], false]);
  });
});

test("the wheel zooms where the pointer is, and the page does not scroll", () => {
  const wheel = turned({ deltaY: -100 }, 40, 30);
  place.dispatchEvent(wheel);
  place.dispatchEvent(turned({ deltaY: 3, deltaMode: 1 }, 9, 8));
  expect([told, wheel.defaultPrevented]).toEqual([["closer 40 30", "farther 9 8"], true]);
});

test("two fingers that part come closer", () => {
  place.dispatchEvent(pointer("pointerdown", 100, 100, { pointerId: 1, pointerType: "touch" }));
  place.dispatchEvent(pointer("pointerdown", 200, 100, { pointerId: 2, pointerType: "touch" }));
  place.dispatchEvent(pointer("pointermove", 220, 100, { pointerId: 2, pointerType: "touch" }));
  expect(told).toEqual(["pan 10 0", "closer 160 100"]);
});

test("after the undo nothing is listening", () => {
  undo();
  press(100, 100, [140, 100]);
  place.dispatchEvent(new WheelEvent("wheel", { deltaY: -100 }));
  expect(told).toEqual(["click"]);
});

function press(x: number, y: number, ...rest: ([number, number] | PointerEventInit)[]): void {
  const init = rest.find((part): part is PointerEventInit => !Array.isArray(part)) ?? {};
  const moves = rest.filter((part): part is [number, number] => Array.isArray(part));
  place.dispatchEvent(pointer("pointerdown", x, y, init));
  for (const [mx, my] of moves) place.dispatchEvent(pointer("pointermove", mx, my, init));
  const [ux, uy] = moves.at(-1) ?? [x, y];
  place.dispatchEvent(pointer("pointerup", ux, uy, init));
  place.dispatchEvent(new MouseEvent("click", { clientX: ux, clientY: uy, detail: 1, bubbles: true }));
}

function pointer(name: string, clientX: number, clientY: number, init: PointerEventInit): PointerEvent {
  const plain = { pointerId: 1, pointerType: "mouse", button: 0, buttons: 1, bubbles: true };
  return new PointerEvent(name, { ...plain, ...init, clientX, clientY });
}

function turned(init: WheelEventInit, clientX: number, clientY: number): WheelEvent {
  // happy-dom's wheel events have no place of their own.
  return Object.assign(new WheelEvent("wheel", { ...init, cancelable: true }), { clientX, clientY });
}

describe("a finger that is held still", () => {
  test("moves the map no more, and its end is no click; one that moves at once is a drag", () => {
    vi.useFakeTimers();
    const touch = { pointerId: 1, pointerType: "touch" };
    place.dispatchEvent(pointer("pointerdown", 100, 100, touch));
    vi.advanceTimersByTime(500);
    place.dispatchEvent(pointer("pointermove", 140, 100, touch));
    const menu = new MouseEvent("contextmenu", { cancelable: true });
    place.dispatchEvent(menu);
    place.dispatchEvent(pointer("pointerup", 140, 100, touch));
    place.dispatchEvent(new MouseEvent("click", { detail: 1 }));
    expect([told, menu.defaultPrevented]).toEqual([[], true]);
    place.dispatchEvent(pointer("pointerdown", 100, 100, touch));
    place.dispatchEvent(pointer("pointermove", 130, 100, touch));
    vi.advanceTimersByTime(500);
    place.dispatchEvent(pointer("pointermove", 140, 100, touch));
    expect(told).toEqual(["pan 30 0", "pan 10 0"]);
    vi.useRealTimers();
  });
});
