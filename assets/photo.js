// The search by photo: up to four photos, the part that is meant of each, and what is closest to them together.

import { BoxEditor, copyOf } from "./photo-box.js";
import { DeviceSearch } from "./photo-device.js";
import { Found } from "./photo-found.js";
import { HostedSearch } from "./photo-hosted.js";
import { Intake } from "./photo-intake.js";
import { Offer } from "./photo-offer.js";
import { photoOf, photoOfProduct } from "./photo-pictures.js";
import { Problem } from "./photo-problems.js";

const MOST = 4;
const PAUSE = 300; // milliseconds without a change before it is searched for
const REST = 60000; // milliseconds after which a search on the device that is left gives its memory back
const UNMARKED = "Drag over the picture to mark what you mean.";
const MARKED = "Drag its corners, or move them with the arrow keys, with Shift further.";
const PRIVATE_NAME = "Your photo";

// What is searched with, for as long as this document lasts: the way back from a product finds it again.
const session = { photos: [], active: 0, similar: null, html: "", sends: false, early: false };

export function start(root) {
  const page = new PhotoPage(root);
  page.begin();
  root.dataset.ready = "";
  return () => page.stop();
}

class PhotoPage {
  constructor(root) {
    this.root = root;
    this.ending = new AbortController();
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal: this.ending.signal });
    const part = (name) => root.querySelector(`.photo-${name}`);
    [this.stage, this.tools, this.problem, this.state] = ["stage", "tools", "problem", "state"].map(part);
    const { worker, files, search } = root.dataset;
    this.hosted = search ? new HostedSearch(search) : null;
    this.device = worker ? (session.device ??= new DeviceSearch({ worker, files })) : null;
    clearTimeout(session.rest);
    this.search = location.search;
    this.editor = new BoxEditor(this.stage, (box) => this.#mark(box));
    this.found = new Found(root, part("found"), on, (turned) => this.#turn(turned));
    this.intake = new Intake(root, on, (files) => this.#take(files));
    this.offer = new Offer(part("offer"), this.device, {
      hosted: Boolean(this.hosted),
      ready: () => this.#ask(),
      send: () => this.#send(true),
    });
    on(root, "click", (event) => this.#click(event));
    on(window, "online", () => this.problem.hidden || this.#ask());
  }

  async begin() {
    session.sends &&= Boolean(this.hosted);
    this.root.toggleAttribute("data-sends", session.sends);
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
    this.#show();
    if (session.html) this.found.show(session.html);
    if (session.photos.length) this.#ask();
  }

  // Whether what was searched with before is what the address asks for, of a private photo nothing.
  #continues(given) {
    if (!given) return !session.photos.some((photo) => photo.given) || session.early;
    const [first] = session.photos;
    const same = session.photos.length === 1 && first.given?.id === given.id;
    return session.early || (same && first.address === given.box);
  }

  async #give(given) {
    const photo = await photoOfProduct(given);
    if (!this.stopped) session.photos.push(photo);
  }

  // Until Dash has taken the document over, its address stays the one that Dash was sent.
  get #isEarly() {
    return this.root.closest("#first-page") !== null;
  }

  stop() {
    this.ending.abort();
    clearTimeout(this.pause);
    clearInterval(this.waiting);
    this.stopped = true;
    session.rest = setTimeout(() => session.device?.release(), REST);
  }

  // --- photos -----------------------------------------------------------------------------------

  async #take(files) {
    const room = MOST - session.photos.length;
    const leaves = this.root.querySelector(".photo-drop").contains(document.activeElement);
    const problems = [];
    if (files.length > room) problems.push(`Up to ${MOST} photos are compared together: the others were left out.`);
    for (const file of files.slice(0, room)) {
      try {
        session.photos.push(await photoOf(file, { mustShow: Boolean(this.device) && !session.sends }));
        session.active = session.photos.length - 1;
      } catch (error) {
        problems.push(error.message);
      }
    }
    this.#changed();
    // The button that was used is gone.
    if (leaves) this.tools.querySelector("button")?.focus({ preventScroll: true });
    if (problems.length) this.#fail(new Problem(problems.join(" ")));
  }

  #mark(box) {
    session.photos[session.active].box = box;
    this.#changed({ drawn: true });
  }

  #remove(place) {
    session.photos.splice(place, 1);
    session.active = Math.max(0, Math.min(session.active, session.photos.length - 1));
    this.#changed();
    const next = this.tools.querySelectorAll("[data-remove]")[Math.min(place, session.photos.length - 1)];
    (next ?? this.root.querySelector("[data-do=choose]")).focus();
  }

  // The photos are others, or what is meant of them: the address follows, and the search in a moment.
  #changed({ drawn = false } = {}) {
    session.similar = null;
    this.#fail(null);
    if (drawn) this.#tools();
    else this.#show();
    this.#move(this.search);
    this.found.busy = true;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#ask(), PAUSE);
  }

  #turn(search) {
    this.#move(search);
    this.#ask();
  }

  // The address has these arguments, and says what is searched with where it can.
  #move(search) {
    const given = new URLSearchParams(search);
    for (const name of ["product", "box"]) given.delete(name);
    const [photo] = session.photos;
    const named = session.photos.length === 1 && photo.given;
    const about = named ? [["product", photo.given.id], ...(photo.box ? [["box", photo.address]] : [])] : [];
    const wanted = new URLSearchParams([...about, ...given]);
    this.search = wanted.size ? `?${wanted}`.replaceAll("%2C", ",") : "";
    if (this.#isEarly) {
      session.early = true;
      return;
    }
    history.replaceState(history.state, "", location.pathname + this.search);
    document.dispatchEvent(new CustomEvent("akin:moved"));
  }

  // --- the search -------------------------------------------------------------------------------

  get #engine() {
    return this.device && !session.sends ? this.device : this.hosted;
  }

  // One search at a time: what changed meanwhile is searched for after it, and its answer is dropped.
  async #ask() {
    this.changes = (this.changes ?? 0) + 1;
    if (this.searching) return;
    this.searching = true;
    let asked = 0;
    while (asked !== this.changes && !this.stopped) {
      asked = this.changes;
      this.found.busy = true;
      await this.#attempt(() => this.#answer(() => asked === this.changes && !this.stopped));
    }
    this.searching = false;
    this.found.busy = false;
    this.state.textContent = "";
  }

  async #answer(isLatest) {
    const photos = [...session.photos];
    this.#fail(null);
    if (!photos.length) {
      this.found.show((session.html = ""));
      this.offer.hide();
      return;
    }
    // A product's whole picture was compared when the catalogue was built.
    const stored = photos.length === 1 && photos[0].given && !photos[0].box;
    if (!stored && !session.similar) {
      const engine = this.#engine;
      if (!engine.ready) {
        this.found.show((session.html = ""));
        await this.offer.make();
        return;
      }
      this.state.textContent = engine.state;
      const similar = await engine.search(photos, { widens: Boolean(this.root.dataset.widens) });
      if (!isLatest()) return;
      session.similar = similar;
    }
    this.offer.hide();
    const html = await this.found.cards(this.search, stored ? null : session.similar);
    if (!isLatest()) return;
    session.html = html;
    this.found.show(html);
    const { listed } = this.found.element.firstElementChild.dataset;
    document.getElementById("news").textContent = listed ? `${listed} products` : "";
  }

  #send(sends) {
    session.sends = sends;
    this.root.toggleAttribute("data-sends", sends);
    if (sends && session.photos.length) this.#ask();
  }

  // --- problems ---------------------------------------------------------------------------------

  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      this.found.stale = true;
      this.#fail(error instanceof Problem ? error : new Problem(`Something went wrong (${error.message}).`, { seconds: 0 }));
    }
  }

  // Says what is wrong, with a way to try again where that may help; nothing where `problem` is null.
  #fail(problem) {
    clearInterval(this.waiting);
    this.problem.hidden = !problem;
    this.problem.replaceChildren(...(problem ? [`${problem.message} `] : []));
    if (problem?.seconds === null || !problem) return;
    const again = buttonOf("Try again", () => until <= performance.now() && this.#ask());
    const until = performance.now() + problem.seconds * 1000;
    const count = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      again.textContent = left > 0 ? `Try again in ${left} s` : "Try again";
      again.setAttribute("aria-disabled", String(left > 0));
      if (left <= 0) clearInterval(this.waiting);
    };
    this.waiting = setInterval(count, 500);
    count();
    this.problem.append(again);
  }

  // --- what is shown ----------------------------------------------------------------------------

  #show() {
    const photo = session.photos[session.active];
    this.root.toggleAttribute("data-photos", Boolean(photo));
    this.stage.hidden = this.tools.hidden = !photo;
    if (photo?.canvas) this.editor.show({ ...photo, name: photo.given ? photo.name : PRIVATE_NAME });
    else if (photo) this.stage.replaceChildren(`${photo.name} cannot be shown here; the shop’s server can read it.`);
    else this.stage.replaceChildren();
    this.#tools();
  }

  #tools() {
    const photo = session.photos[session.active];
    if (!photo) return;
    const focused = this.tools.contains(document.activeElement) && document.activeElement.dataset.do;
    const keys = document.createElement("p");
    keys.className = "photo-hint";
    keys.id = "photo-keys";
    keys.textContent = photo.box ? MARKED : UNMARKED;
    const mark = photo.canvas && (photo.box ? doButton("Whole picture", "whole") : doButton("Mark a part", "mark"));
    const list = document.createElement("ul");
    list.className = "smalls photo-tiles";
    list.append(...session.photos.map((each, place) => this.#tile(each, place)));
    const add = session.photos.length < MOST ? [doButton("Add a photo", "choose")] : [];
    const ways = document.createElement("div");
    ways.className = "photo-ways";
    ways.append(list, ...(mark ? [mark] : []), ...add);
    this.tools.replaceChildren(...(photo.canvas ? [keys] : []), ways);
    if (focused) (this.tools.querySelector(`[data-do="${focused}"]`) ?? this.tools.querySelector("button")).focus();
  }

  #tile(photo, place) {
    const tile = document.createElement("li");
    const name = `${photo.given ? photo.name : PRIVATE_NAME} ${session.photos.length > 1 ? place + 1 : ""}`.trim();
    const pick = buttonOf("", () => {
      session.active = place;
      this.#show();
      this.tools.querySelectorAll(".photo-pick")[place].focus();
    });
    pick.className = "photo-pick";
    pick.setAttribute("aria-label", name);
    pick.setAttribute("aria-pressed", String(place === session.active));
    if (photo.canvas) pick.append(copyOf(photo.canvas, 160));
    const remove = buttonOf("", () => this.#remove(place));
    remove.className = "photo-remove";
    remove.dataset.remove = "";
    remove.setAttribute("aria-label", `Remove ${name}`);
    tile.append(pick, remove);
    return tile;
  }

  // --- clicks -----------------------------------------------------------------------------------

  #click({ target }) {
    const action = target.closest("[data-do]")?.dataset.do;
    if (action === "choose") this.intake.choose();
    if (action === "take") this.intake.photograph();
    if (action === "mark") this.editor.begin();
    if (action === "whole") this.editor.clear();
    if (action === "device") {
      this.#send(false);
      this.#changed();
    }
    if (action === "share") this.#share(target.closest(".photo-share"));
  }

  async #share(place) {
    const said = place.querySelector("p");
    const why = session.photos.length > 1 && !place.dataset.private ? "Several photos have no address." : "";
    if (place.dataset.private || why) {
      said.textContent = place.dataset.private || why;
      return;
    }
    try {
      if (navigator.share && matchMedia("(pointer: coarse)").matches) {
        await navigator.share({ url: location.href, title: document.title });
        return;
      }
      await navigator.clipboard.writeText(location.href);
      said.textContent = "The address is copied.";
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = `The address of these results: ${location.href}`;
    }
  }
}

function buttonOf(text, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = text;
  button.addEventListener("click", action);
  return button;
}

function doButton(text, action) {
  const button = buttonOf(text, () => {});
  button.dataset.do = action;
  return button;
}
