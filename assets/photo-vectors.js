// The catalogue's vectors and the search among them: as exact as their eight bits allow, and quick enough by
// itself for tens of thousands of products.

export class Vectors {
  // `described` is the recipe's live.json; `shards` are Int8Arrays of whole rows, `scales` has a number for each
  // row, `owners` the position of each row's product. `centre` is null where nothing is subtracted.
  constructor({ described, centre, scales, owners, shards }) {
    this.d = described.dimensions;
    this.metric = described.metric;
    Object.assign(this, { centre, scales, owners, shards });
    this.products = owners.reduce((most, owner) => Math.max(most, owner + 1), 0);
  }

  // The positions of the closest products with their scores, best first, for the embeddings of photos that are
  // meant together.
  search(embeddings, limit) {
    const query = this.#combined(embeddings.map((each) => this.#projected(each)));
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

  #projected(embedding) {
    const { centre } = this;
    const vector = Float64Array.from(embedding, (value, index) => value - (centre ? centre[index] : 0));
    return centre || this.metric === "cosine" ? unit(vector) : vector;
  }

  #combined(vectors) {
    if (vectors.length === 1) return vectors[0];
    const mean = new Float64Array(this.d);
    for (const vector of vectors) {
      for (let index = 0; index < this.d; index += 1) mean[index] += vector[index] / vectors.length;
    }
    return this.metric === "cosine" ? unit(mean) : mean;
  }

  // Calls with each row and how close it is, of which more is closer whatever the metric. What is compared by
  // its cosine is of unit length.
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

const lengthOf = (vector) => Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));

function unit(vector) {
  const length = lengthOf(vector);
  return length ? vector.map((value) => value / length) : vector;
}
