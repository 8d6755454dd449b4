/** The maps of the scene. */
import {
  chooseBeside,
  chooseBesideRun,
  chooseMap,
  compareEpochs,
  hasBeside,
  othersOf,
  stepMap,
  toggleBeside,
} from "../actions";
import type { Explorer } from "../explorer";
import { mapWords } from "../words";
import type { Choice, Group } from "./command";

export const maps: Group = {
  title: "Maps",
  commands: [
    { title: "Next map", keys: ["m"], can: several, act: (explorer) => stepMap(explorer, 1) },
    { title: "Previous map", keys: ["shift+m"], can: several, act: (explorer) => stepMap(explorer, -1) },
    {
      title: "Two maps side by side, or one",
      keys: ["b"],
      words: "split compare runs epochs",
      can: hasBeside,
      act: (explorer) => toggleBeside(explorer),
    },
    {
      title: "The same map beside it, at its first epoch",
      keys: ["shift+b"],
      words: "two epochs split compare",
      can: ({ store }) => store.map.peek().epochs.length > 1,
      act: (explorer) => compareEpochs(explorer),
    },
    {
      title: "How true the map is",
      keys: ["q"],
      words: "quality trustworthiness metrics",
      act: ({ store }) => {
        store.truthOpen.value = !store.truthOpen.peek();
      },
    },
  ],
  choices(explorer) {
    return [...mapsOf(explorer), ...runsOf(explorer)];
  },
};

function runsOf({ site, store }: Explorer): Choice[] {
  return othersOf(site).map((run) => ({
    title: `Beside it: the run ${run}`,
    words: "compare",
    now: run === store.beside.peek()?.run,
    act: (explorer: Explorer) => chooseBesideRun(explorer, run),
  }));
}

function mapsOf({ scene, store }: Explorer): Choice[] {
  if (scene.maps.length < 2) return [];
  const beside = store.beside.peek();
  return scene.maps.flatMap((map) => {
    const words = `${mapWords(map, scene.maps)}`;
    const one = {
      title: `Map: ${words}`,
      words: map.name,
      now: map === store.map.peek(),
      act: (explorer: Explorer) => chooseMap(explorer, map.name),
    };
    const other = {
      title: `Beside it: ${words}`,
      words: map.name,
      now: beside?.run === null && beside.map === map.name,
      act: (explorer: Explorer) => {
        chooseBesideRun(explorer, null);
        chooseBeside(explorer, map.name);
      },
    };
    return map === store.map.peek() ? [one] : [one, other];
  });
}

function several({ scene }: Explorer): boolean {
  return scene.maps.length > 1;
}
