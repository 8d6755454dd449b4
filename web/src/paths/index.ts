/** Walks and sums: what follows from what is asked of them. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Decoder } from "../decoder/client";
import type { Recording } from "../recording";
import type { Place, Store } from "../store";
import { type Adding, createAdding } from "./adding";
import { type Altering, createAltering } from "./altering";
import type { SurveyBench } from "./protocol";
import { createSurveyor, type Surveyor } from "./surveyor";
import { createWalking, type Walking } from "./walking";

export interface Paths {
  readonly surveyor: Surveyor;
  readonly walking: Walking;
  readonly adding: Adding;
  readonly altering: Altering;
  dispose(): void;
}

/** `cursor`: as the map itself sees it, also where it is on a map of another run. */
export function createPaths(
  store: Store,
  decoder: Decoder,
  recording: Recording,
  startWorker: () => SurveyBench,
  awake: ReadonlySignal<boolean>,
  cursor: ReadonlySignal<Place | null> = store.cursor,
): Paths {
  const surveyor = createSurveyor(startWorker, (epoch) => recording.neighbours(epoch));
  const walking = createWalking(store, decoder, recording, surveyor, awake);
  const adding = createAdding(store, decoder, surveyor, awake);
  const altering = createAltering(store, decoder, surveyor, awake, cursor);
  return {
    ...{ surveyor, walking, adding, altering },
    dispose() {
      for (const part of [walking, adding, altering, surveyor]) part.dispose();
    },
  };
}
