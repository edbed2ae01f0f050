// The points of a map: which of them lie where, and two ways to draw them.

export const SPAN = 65536; // Coordinates are whole numbers from 0 to 65,535 on both axes.
const CELLS = 128; // of the index, on each axis
const SHIFT = 9; // SPAN / CELLS = 2 ** SHIFT

export class Points {
  // `buffer` holds three columns of little-endian 16-bit numbers: x, y and group, in the catalogue's order.
  constructor(buffer) {
    const columns = new Uint16Array(buffer);
    this.count = columns.length / 3;
    [this.x, this.y, this.group] = [0, 1, 2].map((column) =>
      columns.subarray(column * this.count, (column + 1) * this.count));
    this.bounds = { left: SPAN, top: SPAN, right: 0, bottom: 0 };
    this.starts = new Uint32Array(CELLS * CELLS + 1);
    this.sorted = new Uint32Array(this.count);
    const cells = new Uint16Array(this.count);
    for (let point = 0; point < this.count; point++) {
      cells[point] = (this.y[point] >> SHIFT) * CELLS + (this.x[point] >> SHIFT);
      this.starts[cells[point] + 1]++;
      this.bounds.left = Math.min(this.bounds.left, this.x[point]);
      this.bounds.top = Math.min(this.bounds.top, this.y[point]);
      this.bounds.right = Math.max(this.bounds.right, this.x[point]);
      this.bounds.bottom = Math.max(this.bounds.bottom, this.y[point]);
    }
    for (let cell = 0; cell < CELLS * CELLS; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    for (let point = 0; point < this.count; point++) this.sorted[next[cells[point]]++] = point;
  }

  // The positions of the points inside a rectangle of the map, its edges included, lowest first; of one `group`
  // where it is given. Null where there are more than `most`.
  inside({ left, top, right, bottom }, { group = null, most = Infinity } = {}) {
    const found = [];
    const cell = (value) => Math.min(CELLS - 1, Math.max(0, value >> SHIFT));
    for (let row = cell(top); row <= cell(bottom); row++) {
      const [from, to] = [row * CELLS + cell(left), row * CELLS + cell(right) + 1];
      for (let index = this.starts[from]; index < this.starts[to]; index++) {
        const point = this.sorted[index];
        const [x, y] = [this.x[point], this.y[point]];
        if (x < left || x > right || y < top || y > bottom) continue;
        if (group !== null && this.group[point] !== group) continue;
        if (found.length === most) return null;
        found.push(point);
      }
    }
    return Uint32Array.from(found).sort();
  }

  // The point that is closest to a place and no farther from it than `reach`, or null.
  nearest(x, y, reach, group = null) {
    let [best, least] = [null, reach * reach];
    const around = { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
    for (const point of this.inside(around, { group })) {
      const distance = (this.x[point] - x) ** 2 + (this.y[point] - y) ** 2;
      if (distance <= least) [best, least] = [point, distance];
    }
    return best;
  }
}

let last = {}; // The points fetched last: Dash puts its own page in the place of the first one.

export function pointsOf(href) {
  if (last.href !== href) {
    const points = fetch(href).then(async (response) => {
      if (!response.ok) throw new Error((await response.text()).trim());
      return new Points(await response.arrayBuffer());
    });
    last = { href, points };
    points.catch(() => (last = {}));
  }
  return last.points;
}

// --- drawing --------------------------------------------------------------------------------------

// A painter's `draw` takes the picture's `width` and `height` and the dots' `size` in device pixels, the place
// `x`, `y` at its centre, `scale` in device pixels for each unit of the map, `colours`, [r, g, b] from 0 to 1
// for each group, the last one for all groups beyond, `rest`, the colour of what is not chosen, and the
// `chosen` group, or null for all.

export function painterFor(canvas, points) {
  const gl = canvas.getContext("webgl2", { antialias: false });
  return gl ? new WebGLPainter(gl, points) : new PlainPainter(canvas, points);
}

const VERTEX = `#version 300 es
in vec2 place;
in float group;
uniform vec2 centre, scale;
uniform float size, chosen;
uniform bool front;
uniform vec3 colours[12], rest;
out vec4 colour;
out float diameter;
void main() {
  bool picked = chosen < 0.0 || group == chosen;
  // Those that are not chosen lie behind: each of two passes leaves the others outside of the picture.
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
  constructor(gl, points) {
    this.gl = gl;
    this.count = points.count;
    this.program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
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
    this.#fill("group", points.group, 1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  #fill(name, values, size) {
    const { gl } = this;
    const place = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.UNSIGNED_SHORT, false, 0, 0);
  }

  draw({ width, height, x, y, scale, size, colours, rest, chosen }) {
    const { gl } = this;
    const at = (name) => gl.getUniformLocation(this.program, name);
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(at("centre"), x, y);
    gl.uniform2f(at("scale"), (2 * scale) / width, (-2 * scale) / height);
    gl.uniform1f(at("size"), size);
    gl.uniform1f(at("chosen"), chosen ?? -1);
    gl.uniform3fv(at("colours"), colours.flat());
    gl.uniform3fv(at("rest"), rest);
    for (const front of chosen === null ? [1] : [0, 1]) {
      gl.uniform1i(at("front"), front);
      gl.drawArrays(gl.POINTS, 0, this.count);
    }
  }

  release() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

// For browsers without WebGL: squares, which a canvas draws faster than discs.
class PlainPainter {
  constructor(canvas, points) {
    this.context = canvas.getContext("2d");
    this.points = points;
  }

  draw({ width, height, x, y, scale, size, colours, rest, chosen }) {
    const { context, points } = this;
    context.clearRect(0, 0, width, height);
    const css = ([red, green, blue], alpha) => `rgb(${red * 255} ${green * 255} ${blue * 255} / ${alpha})`;
    const styles = colours.map((colour) => css(colour, 0.85));
    const behind = css(rest, 0.5);
    for (const front of chosen === null ? [true] : [false, true]) {
      let last = null;
      for (const point of points.sorted) {
        const group = points.group[point];
        const picked = chosen === null || group === chosen;
        if (picked !== front) continue;
        const left = (points.x[point] - x) * scale + width / 2 - size / 2;
        const top = (points.y[point] - y) * scale + height / 2 - size / 2;
        if (left < -size || top < -size || left > width || top > height) continue;
        const style = picked ? styles[Math.min(group, styles.length - 1)] : behind;
        if (style !== last) context.fillStyle = last = style;
        context.fillRect(left, top, size, size);
      }
    }
  }

  release() {}
}
