/** Puts whole pictures on a canvas, drawn elsewhere. */

export interface Presenter {
  /** What `paint` draws on nothing, as large as the canvas is now. */
  show(paint: (brush: OffscreenCanvasRenderingContext2D) => void): void;
  clear(): void;
}

/**
 * Without a graphics processor Chromium copies every canvas with a 2d context anew for each frame of the page, changed or
 * not, and takes what it copied for changed. A picture that was handed over is copied once.
 */
export function createPresenter(canvas: HTMLCanvasElement, alpha = true): Presenter {
  const screen = canvas.getContext("bitmaprenderer", { alpha });
  let brush: OffscreenCanvasRenderingContext2D | null = null;
  return {
    show(paint) {
      const { width, height } = canvas;
      if (width === 0 || height === 0) return; // a picture of no size cannot be handed over
      brush ??= new OffscreenCanvas(width, height).getContext("2d", { alpha, willReadFrequently: true });
      if (!brush) return;
      const sheet = brush.canvas;
      if (sheet.width !== width || sheet.height !== height) Object.assign(sheet, { width, height });
      paint(brush);
      screen?.transferFromImageBitmap(sheet.transferToImageBitmap());
    },
    clear: () => screen?.transferFromImageBitmap(null),
  };
}
