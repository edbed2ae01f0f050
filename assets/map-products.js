// What the map says of its products: fetched for a few positions at a time, shown as pictures, as a list and
// on a card.

const AT_ONCE = 100; // positions in one request; the server takes no more
const PAGE = 12;

// The products of the positions asked for, each fetched once.
export class Products {
  constructor(href, failed) {
    this.href = href;
    this.failed = failed; // called with a sentence where they cannot be had
    this.known = new Map();
    this.asked = new Map();
  }

  // Resolves once all of `positions` are known.
  async fetch(positions) {
    const missing = [...positions].filter((position) => !this.known.has(position));
    const fresh = missing.filter((position) => !this.asked.has(position));
    for (let start = 0; start < fresh.length; start += AT_ONCE) {
      const batch = fresh.slice(start, start + AT_ONCE);
      const request = this.#ask(batch);
      for (const position of batch) this.asked.set(position, request);
    }
    await Promise.all(missing.map((position) => this.asked.get(position)));
  }

  async #ask(batch) {
    try {
      const response = await fetch(`${this.href}&positions=${batch.join(",")}`);
      if (!response.ok) throw new Error((await response.text()).trim());
      for (const product of await response.json()) this.known.set(product.position, product);
    } catch (error) {
      for (const position of batch) this.asked.delete(position);
      this.failed(error instanceof TypeError ? "The products could not be fetched. Are you online?" : error.message);
    }
  }
}

export function imageOf({ image, width, height }) {
  const element = document.createElement("img");
  Object.assign(element, { width, height, alt: "", decoding: "async", draggable: false });
  element.src = image;
  return element;
}

// Which of some dots there is room for pictures at: the place and the `size` in pixels of each, by position. Each
// has its turn by a fixed order, so that a picture stays while the view moves.
export function withRoom(dots) {
  const size = dots.length <= 30 ? 92 : dots.length <= 120 ? 72 : 54;
  const step = size + 6;
  const order = ({ position }) => Math.imul(position + 1, 2654435761) >>> 0;
  const places = new Map();
  const taken = new Map(); // by cells as large as a picture, so that only neighbours are looked at
  for (const dot of dots.sort((one, other) => order(one) - order(other))) {
    const [column, row] = [Math.floor(dot.x / step), Math.floor(dot.y / step)];
    const near = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => `${column + right},${row + down}`));
    const free = near.every((cell) => {
      const other = taken.get(cell);
      return !other || Math.abs(other.x - dot.x) >= step || Math.abs(other.y - dot.y) >= step;
    });
    if (!free) continue;
    taken.set(`${column},${row}`, dot);
    places.set(dot.position, { ...dot, size });
  }
  return places;
}

// The pictures on the map: one link for each position that is given a place, kept while it has one.
export class Pictures {
  constructor(layer, products) {
    this.layer = layer;
    this.products = products;
    this.links = new Map();
  }

  // `places` has for each position the `x` and `y` of its centre, its `size` in pixels and its `colour`.
  show(places) {
    for (const [position, link] of this.links) {
      if (places.has(position)) continue;
      link.remove();
      this.links.delete(position);
    }
    for (const [position, { x, y, size, colour }] of places) {
      const link = this.links.get(position) ?? this.#add(position);
      link.style.transform = `translate(${(x - size / 2).toFixed(1)}px, ${(y - size / 2).toFixed(1)}px)`;
      link.style.width = link.style.height = `${size}px`;
      link.style.setProperty("--dot", colour);
    }
  }

  // Fills those that have nothing to show yet.
  async fill() {
    await this.products.fetch(this.links.keys());
    for (const [position, link] of this.links) this.#fill(position, link);
  }

  at(element) {
    const link = element.closest?.(".map-picture");
    return link ? Number(link.dataset.position) : null;
  }

  #add(position) {
    const link = document.createElement("a");
    link.className = "map-picture";
    link.dataset.position = position;
    link.tabIndex = -1; // The list names the same products to the keyboard.
    link.draggable = false;
    this.layer.append(link);
    this.links.set(position, link);
    this.#fill(position, link);
    return link;
  }

  #fill(position, link) {
    const product = this.products.known.get(position);
    if (!product || link.href) return;
    link.href = product.href;
    if (product.image) link.append(imageOf(product));
  }
}

// The list of the products in view or chosen, a page at a time.
export class Panel {
  constructor(root, products) {
    this.root = root;
    this.products = products;
    this.positions = [];
    this.list = root.querySelector("ul");
    [this.previous, this.next] = root.querySelectorAll(".map-turn button");
    this.previous.addEventListener("click", () => this.#turn(-PAGE));
    this.next.addEventListener("click", () => this.#turn(PAGE));
  }

  holds(positions, heading) {
    const same = this.positions.length === positions.length && this.heading === heading;
    return same && positions.every((position, place) => position === this.positions[place]);
  }

  show(positions, { heading, status }) {
    this.heading = heading;
    this.root.querySelector("h2").textContent = heading;
    this.say(status);
    this.positions = positions;
    this.first = 0;
    this.#list();
  }

  say(status) {
    this.root.querySelector("[role=status]").textContent = status;
  }

  #turn(by) {
    if (this.first + by < 0 || this.first + by >= this.positions.length) return;
    this.first += by;
    this.#list();
  }

  async #list() {
    const shown = [...this.positions.slice(this.first, this.first + PAGE)];
    const last = this.first + shown.length;
    this.root.querySelector(".map-turn").hidden = this.positions.length <= PAGE;
    // Not `disabled`: a button that is loses the keyboard's focus.
    this.previous.setAttribute("aria-disabled", String(this.first === 0));
    this.next.setAttribute("aria-disabled", String(last === this.positions.length));
    const range = `${(this.first + 1).toLocaleString("en")}–${last.toLocaleString("en")}`;
    this.root.querySelector(".map-turn span").textContent = range;
    const asked = this.positions;
    const { first } = this;
    await this.products.fetch(shown);
    if (asked !== this.positions || first !== this.first) return;
    const known = shown.map((position) => this.products.known.get(position)).filter(Boolean);
    this.list.replaceChildren(...known.map((product) => this.#entry(product)));
  }

  #entry(product) {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    const tile = document.createElement("span");
    const title = document.createElement("span");
    tile.className = "map-tile";
    if (product.image) tile.append(imageOf(product));
    title.textContent = product.title;
    link.href = product.href;
    link.dataset.position = product.position;
    link.append(tile, title);
    entry.append(link);
    return entry;
  }
}
