/** The page itself. */
import { nextTheme } from "../actions";
import type { Explorer } from "../explorer";
import { copyPicture, savePng, saveSvg } from "../figure/save";
import { copyLink } from "../link";
import { THEMES } from "../store";
import type { Choice, Group } from "./command";

export const page: Group = {
  title: "Page",
  commands: [
    {
      title: "All commands, by name",
      keys: ["ctrl+k"],
      words: "palette search find",
      act: ({ store }) => {
        store.commandsOpen.value = true;
      },
    },
    {
      title: "Save the picture as PNG",
      keys: ["e"],
      words: "export image download",
      act: (explorer) => savePng(explorer),
    },
    {
      title: "Save the picture as SVG",
      keys: ["shift+e"],
      words: "export image download vector drawing",
      act: (explorer) => saveSvg(explorer),
    },
    {
      title: "Copy the picture",
      keys: [],
      words: "clipboard image export",
      act: (explorer) => copyPicture(explorer),
    },
    {
      title: "Copy the link to this view",
      keys: ["u"],
      words: "share address url deep",
      act: (explorer) => copyLink(explorer),
    },
    {
      title: "The list of keys",
      keys: ["?"],
      words: "help shortcuts",
      act: ({ store }) => {
        store.keysOpen.value = true;
      },
    },
    {
      title: "Undo: pin, selection, filter, colour, camera, map",
      keys: ["ctrl+z"],
      can: ({ history }) => history.back.peek() > 0,
      act: ({ history }) => history.undo(),
    },
    {
      title: "Do it again",
      keys: ["ctrl+shift+z", "ctrl+y"],
      words: "redo",
      can: ({ history }) => history.ahead.peek() > 0,
      act: ({ history }) => history.redo(),
    },
    {
      title: "Training: how it fares; stop, resume, begin another",
      keys: ["shift+t"],
      words: "train new run start epochs",
      can: ({ site }) => site.pulse != null,
      act: ({ store }) => {
        store.trainingOpen.value = !store.trainingOpen.peek();
      },
    },
    {
      title: "Theme: as the system, light, dark",
      keys: ["t"],
      words: "night",
      act: (explorer) => nextTheme(explorer),
    },
    {
      title: "Keys only while the map has the focus, or everywhere",
      keys: [],
      words: "shortcuts letters",
      act: ({ store }) => {
        store.lettersAnywhere.value = !store.lettersAnywhere.peek();
      },
    },
  ],
  choices: (explorer) => [...runs(explorer), ...themes(explorer)],
};

/** The scenes of the site; another one is another page. */
function runs({ site }: Explorer): Choice[] {
  const { scenes } = site.site;
  if (scenes.length < 2) return [];
  return scenes.map(({ name, title }) => ({
    title: `Run: ${title}`,
    words: `open scene ${name}`,
    now: name === site.name,
    act: () => {
      location.hash = `run=${encodeURIComponent(name)}`;
    },
  }));
}

function themes({ store }: Explorer): Choice[] {
  return THEMES.map((theme) => ({
    title: `Theme: ${theme === "auto" ? "as the system" : theme}`,
    now: store.theme.peek() === theme,
    act: ({ store }) => {
      store.theme.value = theme;
    },
  }));
}
