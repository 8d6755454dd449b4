/** A scene whose run may still be in training: the same object with more epochs and maps, for whoever reads it as a signal. */
import { computed, signal } from "@preact/signals-core";
import type { Channel, MapEntry, Scene } from "./scene";

export interface Growing {
  /** Its epochs, maps, classifier and what was measured are as they are now; all else stays as it was. */
  readonly scene: Scene;
  /** Takes what the scene is now, and tells what is new in it besides epochs, in words. */
  grow(next: Scene): readonly string[];
}

export function growing(first: Scene): Growing {
  const now = signal(first);
  const same = <T>(pick: (scene: Scene) => T) => {
    const told = computed(() => JSON.stringify(pick(now.value)));
    // Whoever reads it is called again only where it is another.
    return computed(() => (told.value ? pick(now.peek()) : pick(first)));
  };
  const known = new Map<string, MapEntry>();
  /** As each was told last. */
  const last = new Map<string, MapEntry>();
  const learn = ({ maps }: Scene) => {
    for (const map of maps) last.set(identityOf(map), map);
  };
  learn(first);
  const entryOf = (told: MapEntry): MapEntry => {
    const identity = identityOf(told);
    const entry = known.get(identity) ?? growingMap(told, () => last.get(identity) ?? told, same);
    known.set(identity, entry);
    return entry;
  };
  // A map that is just being replaced is gone for a moment; one that was removed stays while the page does.
  const all = (maps: readonly MapEntry[]) => {
    const gone = [...known.values()].filter(({ name }) => !maps.some((map) => map.name === name));
    return [...maps.map(entryOf), ...gone] as unknown as Scene["maps"];
  };
  const names = computed(() => now.value.maps.map(identityOf).join("\n"));
  const maps = computed(() => (names.value ? all(now.peek().maps) : first.maps));
  void maps.value;
  const epochs = same((scene) => scene.epochs);
  const channels = first.channels.map((channel) => growingChannel(channel, same));
  const neighbours = same((scene) => scene.neighbours);
  const classifier = same((scene) => scene.classifier);
  const scene = {
    ...first,
    channels,
    get maps() {
      return maps.value;
    },
    get epochs() {
      return epochs.value;
    },
    get neighbours() {
      return neighbours.value;
    },
    get classifier() {
      return classifier.value;
    },
  };
  return {
    scene,
    grow(next) {
      const before = now.peek();
      const news = next.maps
        .filter((map) => !known.has(identityOf(map)))
        .map(({ name }) => `the map '${name}'`);
      if (next.classifier && !before.classifier) news.push("a classifier, for the territory and the classes");
      learn(next);
      now.value = next;
      return news;
    },
  };
}

/** What a map is, whatever epochs it has: another of the same name is another map. */
function identityOf({ name, projection, dims, way, of }: MapEntry): string {
  return JSON.stringify([name, projection, dims, way, of]);
}

type Same = <T>(pick: (scene: Scene) => T) => { readonly value: T };

function growingChannel(first: Channel, same: Same): Channel {
  if (!first.measured) return first;
  const told = first.measured;
  const measured = same(({ channels }) => channels.find(({ name }) => name === first.name)?.measured ?? told);
  return {
    ...first,
    get measured() {
      return measured.value;
    },
  };
}

function growingMap(first: MapEntry, now: () => MapEntry, same: Same): MapEntry {
  const epochs = same(() => now().epochs);
  const extent = same(() => now().extent);
  const metrics = same(() => now().metrics);
  const key = same(() => now().key);
  return {
    ...first,
    get epochs() {
      return epochs.value;
    },
    get extent() {
      return extent.value;
    },
    get metrics() {
      return metrics.value;
    },
    get key() {
      return key.value;
    },
  };
}
