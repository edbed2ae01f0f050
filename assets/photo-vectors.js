// The catalogue's vectors, and an exact search over their eight-bit values. It compares all rows, which is fast enough
// for tens of thousands of products.

/** @typedef {Float32Array | Float64Array} Vector */

/**
 * @typedef {object} Parts  The parts of a photo's vector: LiveParts of bundle/live.py.
 * @property {number} embedding  its dimensions
 * @property {number} features  the weight of the embedding
 * @property {{ weight: number, dimensions: number }[]} heads
 * @property {number} colour  the weight of the colours
 */

/** @typedef {{ embedding: Vector, colours?: Uint8Array }} Seen  the embedding of a photo, and its colours */

/**
 * @typedef {object} Stored  The catalogue's data for a search.
 * @property {{ dimensions: number, metric: string, parts?: Parts }} described  the recipe's live.json
 * @property {Float32Array | null} centre  subtracted from an embedding unless null
 * @property {Float32Array[]} [heads]  each has a mean, then the rows of a matrix
 * @property {Float32Array} scales  the scale of each row
 * @property {Uint32Array} owners  the position of each row's product
 * @property {Int8Array[]} shards  each has whole rows
 */

export class Vectors {
  /** @param {Stored} stored */
  constructor({ described, centre, heads, scales, owners, shards }) {
    this.d = described.dimensions;
    this.metric = described.metric;
    this.parts = described.parts ?? null;
    this.heads = heads ?? [];
    this.centre = centre;
    this.scales = scales;
    this.owners = owners;
    this.shards = shards;
    this.products = owners.reduce((most, owner) => Math.max(most, owner + 1), 0);
  }

  /**
   * Returns the positions of the closest products with their scores, best first.
   *
   * @param {Seen[]} photos  searched with together
   * @param {number} limit
   * @returns {[position: number, score: number][]}
   */
  search(photos, limit) {
    const query = this.#combined(photos.map((photo) => this.#vectorOf(photo)));
    const best = new Float64Array(this.products).fill(-Infinity);
    this.#eachRow(query, (row, closeness) => {
      const owner = this.owners[row];
      if (closeness > best[owner]) best[owner] = closeness;
    });
    const order = new Uint32Array(this.products).map((_, position) => position);
    order.sort((one, other) => best[other] - best[one] || one - other);
    const lower = this.metric === "euclidean";
    return [...order.subarray(0, limit)].map((position) => [position, lower ? -best[position] : best[position]]);
  }

  /** @param {Seen} photo */
  #vectorOf({ embedding, colours }) {
    const { parts } = this;
    if (!parts) return this.#projected(embedding);
    const found = [];
    if (parts.features) found.push(weighed(this.#projected(embedding), parts.features));
    for (const [number, { weight, dimensions }] of parts.heads.entries()) {
      found.push(weighed(unit(headOf(embedding, this.heads[number], dimensions)), weight));
    }
    if (parts.colour && colours) found.push(weighed(unit(Float64Array.from(colours)), parts.colour));
    return unit(Float64Array.from(found.flatMap((part) => [...part])));
  }

  /** @param {Vector} embedding */
  #projected(embedding) {
    const { centre } = this;
    const vector = Float64Array.from(embedding, (value, index) => value - (centre ? centre[index] : 0));
    return centre || this.metric === "cosine" ? unit(vector) : vector;
  }

  /** @param {Float64Array[]} vectors */
  #combined(vectors) {
    if (vectors.length === 1) return vectors[0];
    const mean = new Float64Array(this.d);
    for (const vector of vectors) {
      for (let index = 0; index < this.d; index += 1) mean[index] += vector[index] / vectors.length;
    }
    return this.metric === "cosine" ? unit(mean) : mean;
  }

  /**
   * Calls back with each row and its similarity; for every metric, higher is closer. Vectors compared by cosine have
   * unit length.
   *
   * @param {Float64Array} query
   * @param {(row: number, closeness: number) => void} found
   */
  #eachRow(query, found) {
    const { d, scales } = this;
    const numbers = Float32Array.from(query);
    const far = this.metric === "euclidean";
    const own = lengthOf(query) ** 2;
    let row = 0;
    for (const shard of this.shards) {
      for (let begin = 0; begin < shard.length; begin += d, row += 1) {
        let dot = 0;
        for (let index = 0; index < d; index += 1) dot += numbers[index] * shard[begin + index];
        dot *= scales[row];
        if (!far) {
          found(row, dot);
          continue;
        }
        let square = 0;
        for (let index = 0; index < d; index += 1) square += shard[begin + index] ** 2;
        found(row, -Math.sqrt(Math.max(0, own + square * scales[row] ** 2 - 2 * dot)));
      }
    }
  }
}

/**
 * (x − mean) @ matrix.
 *
 * @param {Vector} embedding
 * @param {Float32Array} head  the mean, then the rows of the matrix
 * @param {number} dimensions
 */
function headOf(embedding, head, dimensions) {
  const found = new Float64Array(dimensions);
  for (let row = 0, from = embedding.length; row < embedding.length; row += 1) {
    const value = embedding[row] - head[row];
    for (let column = 0; column < dimensions; column += 1, from += 1) found[column] += value * head[from];
  }
  return found;
}

/**
 * @param {Float64Array} vector
 * @param {number} weight
 */
const weighed = (vector, weight) => vector.map((value) => value * weight);

/** @param {Float64Array} vector */
const lengthOf = (vector) => Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));

/** @param {Float64Array} vector */
function unit(vector) {
  const length = lengthOf(vector);
  return length ? vector.map((value) => value / length) : vector;
}
