// The two ways to draw a map's points.

import { create } from "./elements.js";

/** @typedef {import("./map-points.js").Points} Points */
/** @typedef {[red: number, green: number, blue: number]} Colour  from 0 to 1 */

/**
 * @typedef {object} Picture  What to draw.
 * @property {number} width  in device pixels
 * @property {number} height  in device pixels
 * @property {number} size  of the dots, in device pixels
 * @property {number} x  the place on the map at the middle of the canvas
 * @property {number} y
 * @property {number} scale  device pixels for each unit of the map
 * @property {Colour[]} colours  of each group, the last one for all groups beyond
 * @property {Colour} rest  the colour of points that are not chosen
 * @property {number | null} chosen  the only group that is chosen, or null for all
 */

/** @typedef {{ draw: (picture: Picture) => void, release: () => void }} Painter */

/**
 * Returns a painter for a canvas.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Points} points
 * @returns {Painter}
 */
export function painterFor(canvas, points) {
  const gl = canvas.getContext("webgl2", { antialias: false });
  return gl ? new WebGLPainter(gl, points) : new PlainPainter(canvas, points);
}

const VERTEX = `#version 300 es
in vec2 place;
in float group;
uniform vec2 centre, scale;
uniform float size, chosen;
uniform bool front, dims;
uniform vec3 colours[12], rest;
out vec4 colour;
out float diameter;
void main() {
  bool picked = (chosen < 0.0 || group == chosen) && !(dims && group == 65535.0);
  // Chosen points are drawn over the others, in two passes. Each pass moves the points of the other out of view.
  gl_Position = picked == front ? vec4((place - centre) * scale, 0, 1) : vec4(2, 2, 2, 1);
  diameter = gl_PointSize = size;
  colour = picked ? vec4(colours[int(min(group, 11.0))], 0.85) : vec4(rest, 0.5);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 colour;
in float diameter;
out vec4 pixel;
void main() {
  float inside = clamp((0.5 - distance(gl_PointCoord, vec2(0.5))) * diameter + 0.5, 0.0, 1.0);
  float alpha = colour.a * inside;
  pixel = vec4(colour.rgb * alpha, alpha);
}`;

class WebGLPainter {
  /**
   * @param {WebGL2RenderingContext} gl
   * @param {Points} points
   */
  constructor(gl, points) {
    this.gl = gl;
    this.count = points.count;
    this.dims = points.meant !== null;
    this.program = gl.createProgram();
    this.#compile(gl.VERTEX_SHADER, VERTEX);
    this.#compile(gl.FRAGMENT_SHADER, FRAGMENT);
    gl.linkProgram(this.program);
    if (!gl.getProgramParameter(this.program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`The map's program does not link: ${gl.getProgramInfoLog(this.program)}`);
    }
    gl.useProgram(this.program);
    const places = new Uint16Array(points.count * 2);
    for (let point = 0; point < points.count; point++) {
      places[2 * point] = points.x[point];
      places[2 * point + 1] = points.y[point];
    }
    this.#fill("place", places, 2);
    this.#fill("group", points.drawn, 1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /**
   * @param {GLenum} kind
   * @param {string} source
   */
  #compile(kind, source) {
    const { gl } = this;
    const shader = gl.createShader(kind);
    if (!shader) return; // The graphics context is lost; the canvas gets an event.
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(this.program, shader);
  }

  /**
   * @param {string} name
   * @param {Uint16Array<ArrayBuffer>} values
   * @param {number} size
   */
  #fill(name, values, size) {
    const { gl } = this;
    const place = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.UNSIGNED_SHORT, false, 0, 0);
  }

  /** @param {Picture} picture */
  draw({ width, height, x, y, scale, size, colours, rest, chosen }) {
    const { gl } = this;
    const at = (/** @type {string} */ name) => gl.getUniformLocation(this.program, name);
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(at("centre"), x, y);
    gl.uniform2f(at("scale"), (2 * scale) / width, (-2 * scale) / height);
    gl.uniform1f(at("size"), size);
    gl.uniform1f(at("chosen"), chosen ?? -1);
    gl.uniform3fv(at("colours"), colours.flat());
    gl.uniform3fv(at("rest"), rest);
    gl.uniform1i(at("dims"), Number(this.dims));
    for (const front of chosen === null && !this.dims ? [1] : [0, 1]) {
      gl.uniform1i(at("front"), front);
      gl.drawArrays(gl.POINTS, 0, this.count);
    }
  }

  release() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

// For browsers without WebGL. Each disc is drawn once and then copied, which is as fast as drawing squares.
class PlainPainter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Points} points
   */
  constructor(canvas, points) {
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.points = points;
    /** @type {Map<string, HTMLCanvasElement>} */
    this.discs = new Map();
    this.size = 0;
  }

  /**
   * Returns a picture of a disc.
   *
   * @param {string} style  its colour
   * @param {number} size  its diameter, in device pixels
   */
  #disc(style, size) {
    if (size !== this.size) this.discs.clear(); // zooming changes the size
    this.size = size;
    let disc = this.discs.get(style);
    if (!disc) {
      disc = create("canvas", { width: Math.ceil(size) + 2, height: Math.ceil(size) + 2 });
      const context = /** @type {CanvasRenderingContext2D} */ (disc.getContext("2d"));
      context.fillStyle = style;
      context.arc(disc.width / 2, disc.height / 2, size / 2, 0, 2 * Math.PI);
      context.fill();
      this.discs.set(style, disc);
    }
    return disc;
  }

  /** @param {Picture} picture */
  draw({ width, height, x, y, scale, size, colours, rest, chosen }) {
    const { context, points } = this;
    context.clearRect(0, 0, width, height);
    /**
     * @param {Colour} colour
     * @param {number} alpha
     */
    const css = ([red, green, blue], alpha) => `rgb(${red * 255} ${green * 255} ${blue * 255} / ${alpha})`;
    const styles = colours.map((colour) => css(colour, 0.85));
    const behind = css(rest, 0.5);
    for (const front of chosen === null && !points.meant ? [true] : [false, true]) {
      for (const point of points.sorted) {
        const group = points.group[point];
        const picked = (chosen === null || group === chosen) && (!points.meant || points.meant[point] === 1);
        if (picked !== front) continue;
        const left = (points.x[point] - x) * scale + width / 2 - size / 2 - 1;
        const top = (points.y[point] - y) * scale + height / 2 - size / 2 - 1;
        if (left < -size || top < -size || left > width || top > height) continue;
        const style = picked ? styles[Math.min(group, styles.length - 1)] : behind;
        context.drawImage(this.#disc(style, size), left, top);
      }
    }
  }

  release() {}
}
