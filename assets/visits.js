// Keeps the products that the visitor looked at and picked, in this browser. The visits are sent only for the page
// "For you", and never as part of an address.

import { local } from "./storage.js";

const MOST = 20; // of each

/** @typedef {{ id: string, title: string, picture?: string | null }} Pick */

/**
 * @param {string} name
 * @param {(entry: any) => boolean} isEntry
 */
function read(name, isEntry) {
  const kept = local.read(name);
  return Array.isArray(kept) ? kept.filter(isEntry) : [];
}

/**
 * @param {string} name
 * @param {unknown[]} entries
 */
const write = (name, entries) => local.write(name, entries.length ? entries : null);

/** The ids of the products looked at, the last one first. @returns {string[]} */
export const visits = () => read("visits", (id) => typeof id === "string");

/** The picked products, the last one at the end. @returns {Pick[]} */
export const picks = () => read("picks", (pick) => typeof pick?.id === "string");

/** @param {string} id */
export const addVisit = (id) => write("visits", [id, ...visits().filter((other) => other !== id)].slice(0, MOST));

/** @param {(id: string) => boolean} isGone */
export const forgetVisits = (isGone) => write("visits", visits().filter((id) => !isGone(id)));

/** @param {(id: string) => boolean} isGone */
export const forgetPicks = (isGone) => write("picks", picks().filter(({ id }) => !isGone(id)));

/**
 * Picks a product, or removes it if it is already picked.
 *
 * @param {Pick} pick
 */
export function togglePick(pick) {
  const before = picks();
  const others = before.filter(({ id }) => id !== pick.id);
  write("picks", others.length === before.length ? [...others, pick].slice(-MOST) : others);
}

/** The query with which the page "For you" shows look-alikes of the picks. */
export const argumentsOfPicks = () => `?${picks().map(({ id }) => `like=${encodeURIComponent(id)}`).join("&")}`;
