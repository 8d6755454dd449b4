/** The decoding worker as one text that needs no address; where no worker may start, it is loaded into the page. */
import { serve } from "./graphs";

export interface Start {
  /** The runtime's, which comes in the first message. */
  readonly wasm: ArrayBuffer;
  /** Where questions will come from. */
  readonly port: MessagePort;
}

export function begin({ wasm, port }: Start): void {
  serve(port, wasm);
}

if (typeof document === "undefined") {
  self.onmessage = ({ data }: MessageEvent<Start>) => begin(data);
  self.postMessage("ready");
}
