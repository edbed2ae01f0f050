import assert from "node:assert/strict";
import { test } from "node:test";

/** messages.js as a page in this language runs it. */
async function messagesOf({ lang, dir = "ltr", plurals = "one other", translations = {} }) {
  const element = { textContent: JSON.stringify(translations), dataset: { plurals } };
  globalThis.document = { documentElement: { lang, dir }, getElementById: () => element };
  return import(`../../assets/messages.js?${lang}${Math.random()}`);
}

test("English needs no translations", async () => {
  const { _, n_ } = await messagesOf({ lang: "en" });
  assert.equal(_("Remove {title}", { title: "{a}" }), "Remove {a}");
  const texts = [0, 1, 2, 1200].map((number) => n_("{count} product", "{count} products", number));
  assert.deepEqual(texts, ["0 products", "1 product", "2 products", "1,200 products"]);
});

test("each number has the plural form of its language", async () => {
  const translations = { "{count} product": ["{count} produkt", "{count} produkty", "{count} produktów"] };
  const { n_ } = await messagesOf({ lang: "pl", plurals: "one few many", translations });
  const texts = [1, 2, 5, 22, 12000].map((number) => n_("{count} product", "{count} products", number));
  assert.deepEqual(texts, ["1 produkt", "2 produkty", "5 produktów", "22 produkty", "12\u00a0000 produktów"]);
});

test("values on a page from right to left keep their own direction, and digits stay", async () => {
  const { _, written } = await messagesOf({ lang: "ar", dir: "rtl", translations: { "Remove {title}": "أزل {title}" } });
  assert.equal(_("Remove {title}", { title: "Mug 2" }), "أزل \u2068Mug 2\u2069");
  assert.equal(written(1200), "1,200");
});

test("a form that the browser counts otherwise is the last one", async () => {
  const translations = { "{count} product": ["{count} produit", "{count} produits"] };
  const { n_ } = await messagesOf({ lang: "fr", translations });
  assert.equal(n_("{count} product", "{count} products", 1_000_000), "1\u202f000\u202f000 produits");
});
