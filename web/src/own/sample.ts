/** A few of the data's pictures, to see what sort they are. */
import type { Recording } from "../recording";
import type { Scene } from "../scene";
import type { Raster } from "./ink";

/** Enough to tell borders and centres; reading them takes a few milliseconds. */
const MANY = 200;

/** Evenly from the first page of the atlas; of those that can be read. */
export async function sampleOf(scene: Scene, recording: Pick<Recording, "pixels">): Promise<Raster[]> {
  const [h, w, c] = scene.shape;
  const page = Math.min(scene.n, scene.atlas.columns * scene.atlas.rows);
  const count = Math.min(page, MANY);
  const asked = Array.from({ length: count }, (_, i) => recording.pixels(Math.floor((i * page) / count)));
  const told = await Promise.allSettled(asked);
  return told.flatMap((one) => (one.status === "fulfilled" ? [{ data: one.value, h, w, c }] : []));
}
