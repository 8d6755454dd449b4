/** How the notebook's widget is built: one file that asks for no other, with the workers' code as texts in it. */
import { build, defineConfig, type Plugin } from "vite";

const TEXTS: Readonly<Record<string, string>> = {
  "virtual:decoding-worker": "src/decoder/blob.ts",
  "virtual:surveying-worker": "src/paths/worker.ts",
};
const RUNTIME = /onnxruntime-web[\\/]dist[\\/]/;

/** The runtime looks for files beside its own address, and a text has none; it is handed its wasm instead. */
const addressless: Plugin = {
  name: "addressless-runtime",
  enforce: "pre",
  transform(code, id) {
    if (!RUNTIME.test(id)) return null;
    return code.replaceAll("import.meta.url", '"http://nowhere.invalid/"');
  },
};

/** A worker's code as a text, whole. */
const workers: Plugin = {
  name: "workers-as-texts",
  resolveId: (id) => (id in TEXTS ? `\0${id}` : null),
  async load(id) {
    const entry = id.startsWith("\0") ? TEXTS[id.slice(1)] : undefined;
    if (!entry) return null;
    const made = await build({
      configFile: false,
      logLevel: "warn",
      plugins: [addressless],
      build: {
        target: "es2023",
        write: false,
        modulePreload: { polyfill: false },
        lib: { entry, formats: ["es"] },
        rolldownOptions: { output: { minify: true } },
      },
    });
    const [bundle] = Array.isArray(made) ? made : [made];
    const chunks = bundle && "output" in bundle ? bundle.output : [];
    const [chunk, ...others] = chunks;
    if (chunk?.type !== "chunk" || others.length > 0) throw new Error(`${entry} does not make one file`);
    return `export default ${JSON.stringify(chunk.code)};`;
  },
};

export default defineConfig({
  plugins: [workers],
  publicDir: false,
  build: {
    outDir: "../hinterland/show/static-widget",
    emptyOutDir: true,
    target: "es2023",
    minify: true,
    rolldownOptions: { output: { minify: true } },
    lib: { entry: "src/widget.ts", formats: ["es"], fileName: () => "widget.js" },
  },
});
