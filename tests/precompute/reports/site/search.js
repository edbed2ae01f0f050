// Answers queries as a static site's search does: node search.js SITE QUERIES, where the queries are JSON on stdin.

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Index } from "../../../../assets/static-index.js";
import { queryOf } from "../../../../assets/static-query.js";

const [site] = process.argv.slice(2);
const loaded = new Map();
const index = new Index((path) => {
  if (!loaded.has(path)) loaded.set(path, readFile(`${site}/index/${path}`, "utf8").then(JSON.parse));
  return loaded.get(path);
});
const answers = [];
for (const query of JSON.parse(await text(process.stdin))) {
  answers.push(await index.search(queryOf(new URLSearchParams(query))));
}
console.log(JSON.stringify(answers));
