/** The shaders of the map; sizes, rims and mist follow the rules of looks.ts. */

export const VERTEX = `#version 300 es
precision highp float;
in vec3 start;
in vec3 end;
in vec4 colour;
uniform mat4 clip;
uniform vec3 eyeHigh, eyeLow;
uniform float travelled, size, density;
uniform vec3 background;
uniform vec4 deep; // 1 in perspective, reach, thickness, mist
out vec3 paint;
out float core;
out float rim;
out float faint;

void main() {
  vec3 place = (mix(start, end, travelled) - eyeHigh) - eyeLow;
  gl_Position = clip * vec4(place, 1.0);
  float depth = gl_Position.w;
  float growth = 1.0;
  float mist = 0.0;
  if (deep.x > 0.0) {
    growth = clamp(deep.y / depth, 0.55, 2.5);
    float t = clamp((depth - deep.y + deep.z) / (2.0 * deep.z), 0.0, 1.0);
    mist = deep.w * t * t;
  }
  float wide = size * growth;
  // A disc under one pixel keeps its light by becoming fainter instead.
  float drawn = max(wide * density, 1.0);
  faint = min(1.0, wide * density);
  rim = density * clamp((wide - 3.6) * 0.3, 0.0, 0.9);
  core = drawn / 2.0;
  paint = mix(colour.rgb, background, mist);
  gl_PointSize = 2.0 * (core + rim + 1.0);
  if (colour.a == 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 background;
uniform float opacity;
in vec3 paint;
in float core;
in float rim;
in float faint;
out vec4 shown;

void main() {
  float from = length(gl_PointCoord - 0.5) * 2.0 * (core + rim + 1.0);
  float inner = clamp(core + 0.5 - from, 0.0, 1.0);
  float outer = clamp(core + rim + 0.5 - from, 0.0, 1.0);
  if (outer == 0.0) discard;
  float strength = opacity * faint;
  shown = vec4(paint * inner + background * (outer - inner), outer) * strength;
}`;
