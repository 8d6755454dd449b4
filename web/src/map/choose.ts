/** Which renderer a machine gets: WebGL 2 on a graphics processor, else the splat, which is faster on a CPU. */
import { type Absence, glRenderer } from "./gl";
import type { Renderer } from "./renderer";
import { SplatRenderer } from "./splat";
import type { RendererName } from "./types";

const ON_CPU = /swiftshader|llvmpipe|lavapipe|softpipe|swrast|software|basic render/i;

/** Where WebGL 2 is asked for and missing, the splat too: never an empty plot. */
export function chooseRenderer(wanted: "auto" | RendererName, absence: Absence): Renderer {
  if (wanted === "canvas2d") return new SplatRenderer();
  const gl = glRenderer(absence);
  if (!gl) return new SplatRenderer();
  if (wanted === "webgl2" || !drawsOnCpu(gl.hardware)) return gl;
  gl.dispose();
  return new SplatRenderer();
}

export function drawsOnCpu(hardware: string): boolean {
  return ON_CPU.test(hardware);
}
