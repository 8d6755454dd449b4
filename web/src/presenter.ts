/** Puts whole pictures on a canvas, drawn elsewhere. */

export interface Presenter {
  /** What the next picture is drawn with; empty after each that was shown. As large as the canvas was when it was begun. */
  begin(): OffscreenCanvasRenderingContext2D | null;
  /** Shows what was drawn since. */
  show(): void;
  clear(): void;
}

/**
 * Without a graphics processor a browser copies every canvas with a 2d context anew for each frame of the page, changed
 * or not, and takes what it copied for changed: 2.6 ms for one of 1280 x 760. A picture that was handed over is copied
 * once (benchmarks/live.py).
 */
export function createPresenter(canvas: HTMLCanvasElement, alpha = true): Presenter {
  const screen = canvas.getContext("bitmaprenderer", { alpha });
  const settings = { alpha, willReadFrequently: true };
  let brush: OffscreenCanvasRenderingContext2D | null = null;
  return {
    begin() {
      const { width, height } = canvas;
      brush ??= new OffscreenCanvas(width, height).getContext("2d", settings);
      if (brush && (brush.canvas.width !== width || brush.canvas.height !== height))
        Object.assign(brush.canvas, { width, height });
      return brush;
    },
    show() {
      if (brush) screen?.transferFromImageBitmap(brush.canvas.transferToImageBitmap());
    },
    clear: () => screen?.transferFromImageBitmap(null),
  };
}
