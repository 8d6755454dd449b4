/** Who may draw on the graphics processor: browsers keep about 16 contexts on a page and kill the oldest beyond. */
import type { MapOptions, PlanarMap } from "../map";

/** What all widgets of a page may hold together: half of it, since they are not alone on the page. */
export const MOST = 8;

/** A widget. */
export interface Tenant {
  readonly maps: () => readonly PlanarMap[];
  /** What it draws with while it may. */
  readonly renderer: NonNullable<MapOptions["renderer"]>;
}

export class Contexts {
  /** Who was in view last comes last. */
  #tenants: Tenant[] = [];
  readonly #inView = new Set<Tenant>();
  readonly #resting = new WeakSet<PlanarMap>();

  /** To be called again whenever it comes into view, goes out of it, or has other maps. */
  look(tenant: Tenant, inView: boolean): void {
    if (inView || !this.#tenants.includes(tenant)) {
      this.#tenants = [...this.#tenants.filter((other) => other !== tenant), tenant];
    }
    if (inView) this.#inView.add(tenant);
    else this.#inView.delete(tenant);
    this.#settle();
  }

  leave(tenant: Tenant): void {
    this.#tenants = this.#tenants.filter((other) => other !== tenant);
    this.#inView.delete(tenant);
    this.#settle();
  }

  /** Those who have no turn draw on the processor; first they give back, then others take. */
  #settle(): void {
    const seen = this.#tenants.filter((tenant) => this.#inView.has(tenant));
    const rest = this.#tenants.filter((tenant) => !this.#inView.has(tenant));
    let left = MOST;
    const wake: (() => void)[] = [];
    for (const tenant of [...rest, ...seen].reverse()) {
      for (const map of tenant.maps()) {
        const turn = left > 0;
        if (turn && this.#inView.has(tenant) && this.#resting.has(map)) {
          wake.push(() => map.drawWith(tenant.renderer));
          this.#resting.delete(map);
          left--;
        } else if (turn && map.renderer === "webgl2") left--;
        else if (!turn && map.renderer === "webgl2") {
          this.#resting.add(map);
          map.drawWith("canvas2d");
        }
      }
    }
    for (const call of wake) call();
  }
}
