/** Draws on a graphics processor: raw WebGL 2, points that travel in the vertex shader. */
import { clipMatrix } from "./camera";
import type { Cloud } from "./cloud";
import { DepthSteps } from "./depth";
import { MIST } from "./looks";
import { type Picture, type Renderer, sized } from "./renderer";
import { FRAGMENT, VERTEX } from "./shaders";
import { minus, type Vec3 } from "./vector";

/** Told when the graphics processor went away, and when it came back and a new picture is wanted. */
export interface Absence {
  lost(): void;
  restored(): void;
}

/** null where the browser has no WebGL 2. */
export function glRenderer(absence: Absence): GlRenderer | null {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2", { antialias: false, depth: false, stencil: false });
  return gl && !gl.isContextLost() ? new GlRenderer(canvas, gl, absence) : null;
}

export class GlRenderer implements Renderer {
  readonly name = "webgl2";
  readonly #listening = new AbortController();
  readonly #depths = new DepthSteps();
  #device: Device | null;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly gl: WebGL2RenderingContext,
    absence: Absence,
  ) {
    this.#device = deviceOf(gl);
    const { signal } = this.#listening;
    canvas.addEventListener(
      "webglcontextlost",
      (event) => {
        // Without this the browser never gives the context back.
        event.preventDefault();
        this.#device = null;
        absence.lost();
      },
      { signal },
    );
    canvas.addEventListener(
      "webglcontextrestored",
      () => {
        this.#device = deviceOf(gl);
        absence.restored();
      },
      { signal },
    );
  }

  /** What the browser says that it draws with. */
  get hardware(): string {
    const info = this.gl.getExtension("WEBGL_debug_renderer_info");
    return String(this.gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : this.gl.RENDERER));
  }

  draw(picture: Picture): void {
    const { gl } = this;
    const device = this.#device;
    if (!device || gl.isContextLost()) return;
    sized(this.canvas, picture);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    const [r, g, b] = picture.look.background;
    // Where there is a backdrop it lies under this canvas and shines through.
    if (picture.backdrop) gl.clearColor(0, 0, 0, 0);
    else gl.clearColor(r / 255, g / 255, b / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const { cloud, view, look } = picture;
    if (cloud.n === 0) return;
    const eye = minus(view.eye, cloud.origin);
    gl.useProgram(device.program);
    upload(gl, device, cloud);
    tell(gl, device, picture, eye);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (!view.perspective) {
      gl.drawArrays(gl.POINTS, 0, cloud.n);
      return;
    }
    this.#depths.measure(cloud, picture.travelled, eye, view.forward, look.thickness);
    const order = this.#depths.order();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, device.order);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.STREAM_DRAW);
    gl.drawElements(gl.POINTS, order.length, gl.UNSIGNED_INT, 0);
  }

  dispose(): void {
    this.#listening.abort();
    this.#device = null;
    // Frees it now: browsers keep only about 16 contexts alive, and collect them late.
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.canvas.remove();
  }
}

/** What lives on the graphics processor, and which arrays its buffers hold. */
interface Device {
  readonly program: WebGLProgram;
  readonly place: (name: string) => WebGLUniformLocation | null;
  readonly attribute: Readonly<Record<"start" | "end" | "colour", number>>;
  readonly order: WebGLBuffer;
  readonly colours: Held;
  start: Held;
  end: Held;
}

interface Held {
  readonly buffer: WebGLBuffer;
  array: ArrayBufferView | null;
}

/** null where the context is lost again before it could be made. */
function deviceOf(gl: WebGL2RenderingContext): Device | null {
  const program = gl.createProgram();
  attach(gl, program, gl.VERTEX_SHADER, VERTEX);
  attach(gl, program, gl.FRAGMENT_SHADER, FRAGMENT);
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    if (gl.isContextLost()) return null;
    throw new Error(`the map's shaders do not compile: ${gl.getProgramInfoLog(program)}`);
  }
  const places = new Map<string, WebGLUniformLocation | null>();
  const place = (name: string) => {
    if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
    return places.get(name) ?? null;
  };
  const held = (): Held => ({ buffer: gl.createBuffer(), array: null });
  return {
    program,
    place,
    attribute: {
      start: gl.getAttribLocation(program, "start"),
      end: gl.getAttribLocation(program, "end"),
      colour: gl.getAttribLocation(program, "colour"),
    },
    order: gl.createBuffer(),
    colours: held(),
    start: held(),
    end: held(),
  };
}

function attach(gl: WebGL2RenderingContext, program: WebGLProgram, type: number, source: string): void {
  const shader = gl.createShader(type);
  // A lost context gives none; linking then fails and says so.
  if (!shader) return;
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  gl.attachShader(program, shader);
}

function upload(gl: WebGL2RenderingContext, device: Device, cloud: Cloud): void {
  // Where the points went is where they start from next: it is on the device already.
  if (device.end.array === cloud.from && device.start.array !== cloud.from) {
    [device.start, device.end] = [device.end, device.start];
  }
  hold(gl, device.start, cloud.from);
  if (cloud.to !== cloud.from) hold(gl, device.end, cloud.to);
  hold(gl, device.colours, cloud.colours);
  const { start, end, colour } = device.attribute;
  const goal = cloud.to === cloud.from ? device.start : device.end;
  point(gl, start, device.start.buffer, cloud.dims, gl.FLOAT);
  point(gl, end, goal.buffer, cloud.dims, gl.FLOAT);
  point(gl, colour, device.colours.buffer, 4, gl.UNSIGNED_BYTE);
}

function hold(gl: WebGL2RenderingContext, held: Held, array: ArrayBufferView): void {
  if (held.array === array) return;
  gl.bindBuffer(gl.ARRAY_BUFFER, held.buffer);
  gl.bufferData(gl.ARRAY_BUFFER, array, gl.STATIC_DRAW);
  held.array = array;
}

function point(
  gl: WebGL2RenderingContext,
  at: number,
  buffer: WebGLBuffer,
  size: number,
  type: number,
): void {
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, size, type, type === gl.UNSIGNED_BYTE, 0, 0);
}

function tell(gl: WebGL2RenderingContext, { place }: Device, picture: Picture, eye: Vec3): void {
  const { view, look, density } = picture;
  // The eye in two floats: deep in, one would move all points by whole pixels.
  const high = eye.map(Math.fround);
  const low = eye.map((value, axis) => value - high[axis]!);
  gl.uniformMatrix4fv(place("clip"), false, clipMatrix(view));
  gl.uniform3fv(place("eyeHigh"), high);
  gl.uniform3fv(place("eyeLow"), low);
  gl.uniform1f(place("travelled"), picture.travelled);
  gl.uniform1f(place("size"), look.size);
  gl.uniform1f(place("density"), density);
  gl.uniform1f(place("opacity"), look.opacity);
  gl.uniform3fv(
    place("background"),
    look.background.map((value) => value / 255),
  );
  gl.uniform4f(place("deep"), view.perspective ? 1 : 0, look.reach, look.thickness, MIST);
}
