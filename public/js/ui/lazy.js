/** Something that is made when it is first wanted. @template T */
export class Lazy {
  #make;
  /** Null until then. @type {T | null} */
  made = null;

  /** @param {() => T} make */
  constructor(make) {
    this.#make = make;
  }

  get value() {
    this.made ??= this.#make();
    return this.made;
  }
}
