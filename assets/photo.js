// The search by photo: up to four photos, a marked part of each, and the products closest to them together.

import { addressWith } from "./controls.js";
import { closest, find, get } from "./elements.js";
import { _, n_, written } from "./messages.js";
import { moved } from "./navigation.js";
import { DeviceSearch } from "./photo-device.js";
import { Found } from "./photo-found.js";
import { HostedSearch } from "./photo-hosted.js";
import { Intake } from "./photo-intake.js";
import { Notice } from "./photo-notice.js";
import { Offer } from "./photo-offer.js";
import { photoOf, photoOfProduct } from "./photo-pictures.js";
import { share } from "./photo-share.js";
import { Tools } from "./photo-tools.js";
import { Problem, sentenceOf } from "./problems.js";

/** @typedef {import("./photo-pictures.js").Photo} Photo */
/** @typedef {import("./photo-pictures.js").Given} Given */

const MOST = 4;
const PAUSE = 300; // milliseconds without a change before a search starts
const REST = 60000; // milliseconds until the search on the device frees its memory after the visitor left the page

/** The photos and results. They last as long as the document, so that going back from a product restores them. */
const session = {
  /** @type {Photo[]} */
  photos: [],
  active: 0,
  /** The products found, best first; null before a search. @type {import("./photo-found.js").Similar[] | null} */
  similar: null,
  html: "",
  sends: false, // whether the visitor prefers sending photos to searching on the device
  early: false, // whether the address could not be updated yet
  /** @type {DeviceSearch | null} */
  device: null,
  rest: 0,
};

/** @param {HTMLElement} root */
export function start(root) {
  const page = new PhotoPage(root);
  page.begin();
  root.dataset.ready = "";
  return () => page.stop();
}

class PhotoPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    const { worker, files, search, results = "", root: site = "" } = root.dataset;
    this.root = root;
    this.search = location.search; // the query of the address
    this.ending = new AbortController();
    this.stopped = false;
    this.searching = false;
    this.changes = 0; // counts changes of the search or the view
    this.answered = 0; // the last change that was answered
    this.failed = false; // whether the notice shows why a search failed
    this.pause = 0;
    this.state = get(root, ".photo-state");
    this.hosted = search ? new HostedSearch(search) : null;
    if (worker) session.device ??= new DeviceSearch({ worker, files });
    this.device = worker ? session.device : null;
    clearTimeout(session.rest);
    this.tools = new Tools(root, {
      most: MOST,
      mark: (box) => this.#mark(box),
      pick: (place) => this.#pick(place),
      remove: (place) => this.#remove(place),
    });
    this.found = new Found(results, site, get(root, ".photo-found"), (turned) => this.#turn(turned));
    this.notice = new Notice(get(root, ".photo-problem"), () => this.#ask());
    this.intake = new Intake(root, this.ending.signal, (files) => this.#take(files));
    this.offer = this.device && new Offer(get(root, ".photo-offer"), this.device, {
      hosted: Boolean(this.hosted),
      ready: () => this.#ask(),
      send: () => this.#send(true),
    });
    const { signal } = this.ending;
    root.addEventListener("click", (event) => this.#click(event), { signal });
    addEventListener("online", () => this.notice.isShown && this.#ask(), { signal });
  }

  async begin() {
    session.sends &&= Boolean(this.hosted);
    this.root.toggleAttribute("data-sends", session.sends);
    /** @type {Given | null} */
    const given = this.root.dataset.given ? JSON.parse(this.root.dataset.given) : null;
    if (!this.#continues(given)) {
      Object.assign(session, { photos: [], active: 0, similar: null, html: "" });
      if (given) await this.#attempt(() => this.#give(given));
    }
    if (this.stopped) return;
    if (session.early && !this.#isEarly) {
      session.early = false;
      this.#move(this.search);
    }
    this.tools.show(session);
    if (session.html) this.found.show(session.html);
    if (session.photos.length) this.#ask();
  }

  /**
   * Whether the photos before are those of the address, which does not mention a visitor's own photos.
   *
   * @param {Given | null} given
   */
  #continues(given) {
    if (session.early) return true;
    if (!given) return !session.photos.some((photo) => photo.given);
    const [first] = session.photos;
    return session.photos.length === 1 && first.given?.id === given.id && first.address === given.box;
  }

  /** @param {Given} given */
  async #give(given) {
    const photo = await photoOfProduct(given);
    if (!this.stopped) session.photos.push(photo);
  }

  // The address stays unchanged until Dash renders the page, because Dash was sent this one.
  get #isEarly() {
    return this.root.closest("#first-page") !== null;
  }

  stop() {
    this.ending.abort();
    clearTimeout(this.pause);
    this.notice.hide();
    this.found.stop();
    this.stopped = true;
    session.rest = setTimeout(() => session.device?.release(), REST);
  }

  // --- photos -----------------------------------------------------------------------------------

  /** @param {File[]} files */
  async #take(files) {
    const room = MOST - session.photos.length;
    const leaves = get(this.root, ".photo-drop").contains(document.activeElement);
    const problems = [];
    if (files.length > room) problems.push(_("Up to {number} photos are compared together: the others were left out.", { number: written(MOST) }));
    for (const file of files.slice(0, room)) {
      try {
        const photo = await photoOf(file, { mustShow: Boolean(this.device) && !session.sends });
        session.photos.push(photo);
        session.active = session.photos.length - 1;
        await photo.offer();
      } catch (error) {
        problems.push(sentenceOf(error));
      }
    }
    this.#changed();
    // The used button was removed.
    if (leaves) this.tools.focus();
    if (problems.length) this.notice.show(new Problem(problems.join(" ")));
  }

  /** @param {import("./photo-box.js").Box | null} box */
  #mark(box) {
    session.photos[session.active].box = box;
    this.#changed({ drawn: true });
  }

  /** @param {number} place */
  #pick(place) {
    session.active = place;
    this.tools.show(session);
  }

  /** @param {number} place */
  #remove(place) {
    session.photos.splice(place, 1);
    session.active = Math.max(0, Math.min(session.active, session.photos.length - 1));
    this.#changed();
    this.tools.focusRemoval(place);
  }

  /**
   * Reacts to other photos or other marked parts: updates the address, and starts a search after a pause.
   *
   * @param {{ drawn?: boolean }} [options]  whether the large photo already shows the change
   */
  #changed({ drawn = false } = {}) {
    session.similar = null;
    this.notice.hide();
    this.failed = false;
    if (drawn) this.tools.update(session);
    else this.tools.show(session);
    this.#move(this.search);
    this.found.busy = true;
    this.changes += 1;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#run(), PAUSE);
  }

  /** @param {string} search  the query of an address */
  #turn(search) {
    this.#move(search);
    this.#ask();
  }

  /**
   * Changes the query of the address, which includes the photo and part if it is a product's.
   *
   * @param {string} search
   */
  #move(search) {
    const given = new URLSearchParams(search);
    for (const name of ["product", "box"]) given.delete(name);
    const [photo] = session.photos;
    const about = [];
    if (session.photos.length === 1 && photo.given) {
      about.push(["product", photo.given.id]);
      if (photo.box) about.push(["box", photo.address]);
    }
    this.search = addressWith("", new URLSearchParams([...about, ...given]));
    if (this.#isEarly) {
      session.early = true;
      return;
    }
    history.replaceState(history.state, "", location.pathname + this.search);
    moved();
  }

  // --- the search -------------------------------------------------------------------------------

  get #engine() {
    const engine = this.device && !session.sends ? this.device : this.hosted;
    return /** @type {DeviceSearch | HostedSearch} */ (engine); // A page has at least one of the two.
  }

  #ask() {
    this.changes += 1;
    this.#run();
  }

  // Only one search runs at a time. If something changes meanwhile, its answer is dropped and a new search starts.
  async #run() {
    if (this.searching) return;
    this.searching = true;
    while (this.answered !== this.changes && !this.stopped) {
      const asked = this.changes;
      this.found.busy = true;
      await this.#attempt(() => this.#answer(() => asked === this.changes && !this.stopped));
      this.answered = asked;
    }
    this.searching = false;
    this.found.busy = false;
    this.state.textContent = "";
  }

  /** @param {() => boolean} isLatest */
  async #answer(isLatest) {
    const photos = [...session.photos];
    if (this.failed) this.notice.hide();
    this.failed = false;
    if (!photos.length) {
      this.#showCards("");
      this.offer?.hide();
      return;
    }
    // The build has already compared a product's whole picture.
    const stored = photos.length === 1 && photos[0].given && !photos[0].box;
    if (!stored && !session.similar) {
      const engine = this.#engine;
      if (!engine.ready) {
        this.#showCards("");
        await this.offer?.make();
        return;
      }
      this.state.textContent = engine.state;
      const similar = await engine.search(photos, { widens: Boolean(this.root.dataset.widens) });
      if (!isLatest()) return;
      session.similar = similar;
    }
    this.offer?.hide();
    const html = await this.found.cards(this.search, stored ? null : session.similar);
    if (!isLatest()) return;
    this.#showCards(html);
    const listed = find(this.found.element, "[data-listed]")?.dataset.listed;
    get(document, "#news").textContent = listed ? n_("{count} product", "{count} products", Number(listed)) : "";
  }

  /** @param {string} html */
  #showCards(html) {
    session.html = html;
    this.found.show(html);
  }

  /** @param {boolean} sends */
  #send(sends) {
    session.sends = sends;
    this.root.toggleAttribute("data-sends", sends);
    if (sends && session.photos.length) this.#ask();
  }

  /** @param {() => Promise<void>} action */
  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      this.found.stale = true;
      this.failed = true;
      if (error instanceof Problem) {
        this.notice.show(error);
      } else {
        console.error(error);
        this.notice.show(new Problem(_("Something went wrong ({reason}).", { reason: sentenceOf(error) }), { seconds: 0 }));
      }
    }
  }

  /** @param {MouseEvent} event */
  #click({ target }) {
    const control = closest(target, "[data-do]");
    const action = control?.dataset.do;
    if (action === "choose") this.intake.choose();
    if (action === "take") this.intake.photograph();
    if (action === "mark") this.tools.editor.begin();
    if (action === "whole") this.tools.editor.clear();
    if (action === "device") {
      this.#send(false);
      this.#changed();
    }
    const place = action === "share" ? closest(control, ".photo-share") : null;
    if (place) share(place, session.photos.length);
  }
}
