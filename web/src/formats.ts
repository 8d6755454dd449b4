/** What descriptions hold, by hinterland/schemas. Made by scripts/formats.py. */
/** Summed over a picture's pixels, averaged over pictures. */
export interface Losses {
  /** Over the epoch's training; null for the untrained model and where nobody knows. */
  readonly train?: number | null;
  /** On held-out images; null where there are none. */
  readonly validation?: number | null;
}
/** How true the newest frame is; each only where it was measured. */
export interface Metrics {
  /** Are neighbours on the map true neighbours? 1 where all are. */
  readonly trustworthiness?: number;
  /** Its standard error. */
  readonly trustworthiness_error?: number;
  /** Are true neighbours near on the map? 1 where all are. */
  readonly continuity?: number;
  /** Its standard error. */
  readonly continuity_error?: number;
  /** The share of 12 true neighbours that are among the 12 on the map. */
  readonly neighbours_kept?: number;
  /** Its standard error. */
  readonly neighbours_kept_error?: number;
  /** The rank correlation of distances on the map and in truth. */
  readonly shepard?: number;
}
/** A column: one value for each image. */
export type Channel =
  | {
      /** Its name, unlike all others. */
      readonly name: string;
      readonly kind: "class";
      /** The names of the classes, by index; −1 in the column is none. */
      readonly values: readonly string[];
      /** Where the column is, if not in channels.safetensors: measured on the model. */
      readonly file?: string;
      /** The epoch that it was measured at. */
      readonly epoch?: number;
    }
  | {
      /** Its name, unlike all others. */
      readonly name: string;
      readonly kind: "number";
      /** Where the column is, if not in channels.safetensors: measured on the model. */
      readonly file?: string;
      /** The epoch that it was measured at. */
      readonly epoch?: number;
    };
/** An epoch and how it went. */
export interface Recorded {
  readonly epoch: number;
  readonly losses: Losses;
  /** Of training. */
  readonly seconds: number;
}
/** A map: a frame for each of its epochs, at maps/NAME/NNNN.safetensors. */
export interface Map {
  /** Its name, unlike all others; also of its folder. */
  readonly name: string;
  /** Its name. */
  readonly projection: string;
  readonly dims: 2 | 3;
  readonly way: "flat" | "near";
  /** Those that have a frame. */
  readonly epochs: readonly number[];
  readonly extent: readonly [readonly number[], readonly number[]];
  readonly of?: "latents" | "pixels";
  readonly options?: Readonly<Record<string, unknown>>;
  readonly metrics?: Metrics;
  /** What the map took. */
  readonly seconds?: number;
  /** Another one where frames that were there were made anew. */
  readonly key?: string;
}
/** The tracked images. */
export interface Images {
  /** How many. */
  readonly n: number;
  /** The same in every scene of the same images in the same order, by which two runs side by side are linked; absent where nobody knows. */
  readonly fingerprint?: string;
  readonly shape: readonly [number, number, 1 | 3];
  readonly atlas: Atlas;
}
/** Where their pictures are: tiles without gaps, row by row, page by page. */
export interface Atlas {
  /** Pages, lossless WebP. */
  readonly files: readonly string[];
  /** Tiles across a page. */
  readonly columns: number;
  /** Tiles down a full page. */
  readonly rows: number;
}
/** The autoencoder. */
export interface Model {
  /** Its name. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Numbers of a latent. */
  readonly latent_dim: number;
}
/** What neighbours.safetensors holds; absent where there are too many images. */
export interface Neighbours {
  readonly epoch: number;
  /** Neighbours of each image. */
  readonly k: number;
}
/** ONNX graphs; empty where the model cannot run in the page. */
export interface Graphs {
  readonly decoder?: string;
  readonly encoder?: string;
}
/** What names decoded pictures by the values of the label channel. */
export interface Classifier {
  readonly file: string;
  /** The share of held-out images that it names rightly; null where nobody knows. */
  readonly accuracy?: number | null;
}
/** scene.json: what a page shows, compiled from a run. More may be added anywhere. */
export interface Scene {
  /** The number of this format; a reader refuses a higher one. */
  readonly format: 1;
  /** The program that compiled it. */
  readonly generator?: string;
  /** What a person calls it. */
  readonly title: string;
  readonly model: Model;
  readonly images: Images;
  /** Columns of the images. */
  readonly channels: readonly Channel[];
  /** The epochs of the run, oldest first. */
  readonly epochs: readonly Recorded[];
  /** At least one. */
  readonly maps: readonly Map[];
  readonly neighbours?: Neighbours;
  readonly graphs: Graphs;
  readonly classifier?: Classifier;
  /** The questions that the server answers; none in a static site. */
  readonly live: readonly string[];
}
/** A scene of the site. */
export interface Entry {
  /** In addresses and paths: its files are at scenes/NAME/. */
  readonly name: string;
  /** What a person calls it. */
  readonly title: string;
  /** The model's name. */
  readonly model: string;
  /** Numbers of a latent. */
  readonly latent_dim: number;
  /** Its images. */
  readonly n: number;
  /** How many are recorded. */
  readonly epochs: number;
  /** The mean squared error of its pictures, where it was measured. */
  readonly mse?: number;
  /** The path of a picture of its map. */
  readonly picture?: string;
}
/** site.json: the scenes that are shown together. */
export interface Site {
  /** The number of this format; a reader refuses a higher one. */
  readonly format: 1;
  /** What a person calls it. */
  readonly title: string;
  /** At least one. */
  readonly scenes: readonly Entry[];
  /** Where it is told how the runs fare: the site is served and grows. A static one has none. */
  readonly status?: string;
  /** Whether it is a folder of files without a server of ours: nothing can be asked, and arrays are packed. */
  readonly static?: boolean;
  /** What wrote it, and its version. */
  readonly generator?: string;
  /** Another one where the files of a static site are others: asked for with it, none comes from an older site that a browser kept. */
  readonly edition?: string;
}
/** How a run fares. */
export interface Progress {
  /** Another one where scene.json is another. */
  readonly version: string;
  /** died: whoever trained it went without a word. */
  readonly state: "training" | "finished" | "stopped" | "failed" | "died";
  /** The epoch under way, or the last. */
  readonly epoch?: number;
  /** How many are asked for. */
  readonly epochs: number;
  /** Batches of the epoch under way that are done. */
  readonly step?: number;
  /** And how many it has. */
  readonly steps?: number;
  /** The mean loss of the epoch so far. */
  readonly loss?: number;
  /** The speed of the epoch so far. */
  readonly images_per_second?: number;
  /** How long the epochs that are left take at the pace so far, as of `at`. */
  readonly seconds_left?: number;
  /** The newest epoch that is committed; null before the first. */
  readonly newest: number | null;
  /** When it was, in seconds since 1970. */
  readonly committed?: number;
  /** When the training gave a sign of life last, in seconds since 1970. */
  readonly at?: number;
  /** What went wrong. */
  readonly error?: string;
  /** What to do about it. */
  readonly hint?: string;
}
/** What this server itself trains, or trained last; absent where it may not. */
export interface Training {
  /** The runs that may be trained from the page. */
  readonly resumable: readonly string[];
  /** The run. */
  readonly scene?: string;
  /** Of the process that trains. */
  readonly state?: "starting" | "training" | "stopping" | "finished" | "stopped" | "failed";
  /** Its scene can be opened. */
  readonly shown?: boolean;
  /** The last thing that it told. */
  readonly said?: string;
  /** What went wrong. */
  readonly error?: string;
  /** What to do about it. */
  readonly hint?: string;
}
/** status.json: how the runs of a served site fare; asked for again and again. */
export interface Status {
  /** The number of this format; a reader refuses a higher one. */
  readonly format: 1;
  /** By their names. */
  readonly scenes: Readonly<Record<string, unknown>>;
  readonly training?: Training;
}
