/** The page's decoding worker: the runtime's wasm is a file beside it. */
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { inflate } from "../source/packed";
import { serve } from "./graphs";
import { PACKED } from "./protocol";

const address = new URL(wasm, self.location.href).href;

serve(self, self.name === PACKED ? unpacked() : address);

/** A static site holds the runtime as a packed file, a quarter as large. Where it does not come, every answer says so. */
async function unpacked(): Promise<ArrayBuffer | string> {
  try {
    const reply = await fetch(`${address}.packed`);
    if (reply.ok) return await inflate(await reply.arrayBuffer(), "the runtime");
  } catch {
    // the runtime then looks for the plain file, and says what it misses
  }
  return address;
}
