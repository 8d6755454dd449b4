/** The epochs of the map. */
import { nextSpeed, stepEpoch, togglePlay, toggleTrails } from "../actions";
import type { Explorer } from "../explorer";
import { enter, SPEEDS } from "../store";
import type { Choice, Group } from "./command";

export const epochs: Group = {
  title: "Epochs",
  commands: [
    {
      title: "Previous epoch",
      keys: ["["],
      also: [","],
      words: "back",
      act: (explorer) => stepEpoch(explorer, -1),
    },
    {
      title: "Next epoch",
      keys: ["]"],
      also: ["."],
      words: "forward",
      act: (explorer) => stepEpoch(explorer, 1),
    },
    {
      title: "First epoch",
      keys: ["home"],
      words: "untrained start",
      act: (explorer) => stepEpoch(explorer, -1e9),
    },
    {
      title: "Last epoch",
      keys: ["end"],
      words: "trained newest",
      act: (explorer) => stepEpoch(explorer, 1e9),
    },
    {
      title: "Play the epochs, or stop",
      keys: [" "],
      words: "pause animate training",
      act: (explorer) => togglePlay(explorer),
    },
    {
      title: "Live: go along with each new epoch, or stay",
      keys: ["v"],
      words: "follow newest training",
      can: ({ growth }) => growth.progress.peek() !== null,
      act: ({ growth, store }) => growth.live(!store.follow.peek()),
    },
    { title: "Next speed", keys: ["s"], act: (explorer) => nextSpeed(explorer) },
    {
      title: "Trails: the ways that the chosen images have come, or none",
      keys: ["r"],
      words: "paths history travel",
      act: (explorer) => toggleTrails(explorer),
    },
  ],
  choices: ({ store }) => [...epochsOf(store), ...speeds(store)],
};

function epochsOf({ map, epoch }: Explorer["store"]): Choice[] {
  return map.peek().epochs.map((one) => ({
    title: `Epoch ${one}`,
    now: one === epoch.peek(),
    act: ({ store }) => enter(store, store.map.peek(), one),
  }));
}

function speeds({ speed }: Explorer["store"]): Choice[] {
  return SPEEDS.map((one) => ({
    title: `Speed ${one}\u00d7`,
    now: one === speed.peek(),
    act: ({ store }) => {
      store.speed.value = one;
    },
  }));
}
