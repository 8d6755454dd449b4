/** The inks of a picture: as in the stylesheet, which a picture outlives. */
import type { Theme } from "../palette";

type Ink = "paper" | "ink" | "quiet" | "accent" | "hair";

export const INKS: Readonly<Record<Theme, Readonly<Record<Ink, string>>>> = {
  light: { paper: "#ffffff", ink: "#1e2023", quiet: "#5f5d58", accent: "#b03a1e", hair: "#c9c6be" },
  dark: { paper: "#101418", ink: "#ebe8e1", quiet: "#a5a39c", accent: "#ff8a66", hair: "#3b4148" },
};
