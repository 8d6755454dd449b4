/** A sheet that comes in tiles: all but what its numbers mean is its pyramid's doing. */
import type { View } from "../map";
import type { Scale, Sheet, Told } from "./layer";
import type { Pyramid, Tile } from "./pyramid";

export abstract class TiledSheet<T extends Tile> implements Sheet {
  protected abstract readonly pyramid: Pyramid<T>;

  see(view: View): void {
    this.pyramid.see(view);
  }

  paint(brush: CanvasRenderingContext2D, view: View, opacity: number): void {
    brush.globalAlpha = opacity;
    brush.imageSmoothingEnabled = true;
    this.pyramid.paint(brush, view);
  }

  busy(): boolean {
    return this.pyramid.busy;
  }

  ready(): boolean {
    return this.pyramid.ready;
  }

  fault(): string | null {
    return this.pyramid.fault;
  }

  dispose(): void {
    this.pyramid.dispose();
  }

  abstract scale(): Scale | null;
  abstract at(spot: ArrayLike<number>): Told | null;
}
