// Products to touch, by kind. What the person at the till must not eat is hatched, and asks once.
import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { conflictsOf, priceOf } from "./basket.js";
import { DemoBadges } from "./demo.js";
import { withHyphens } from "./hyphens.js";
import { Icon } from "./icons.js";

const KINDS = { meals: ["meal", "sandwich"], drinks: ["drink"], snacks: ["snack", "other"] };
const KEYS_MAX = 12;

export function shownKinds(products) {
  return Object.keys(KINDS).filter((kind) => products.some(({ category }) => KINDS[kind].includes(category)));
}

// Of dishes only the day's, as far as there is a menu.
export function productsOf(catalogue, kind) {
  const isOffered = (product) =>
    kind !== "meals" || catalogue.menu.length === 0 || catalogue.menu.includes(product.id);
  return catalogue.products.filter((product) => KINDS[kind]?.includes(product.category) && isOffered(product));
}

function Tile({ product, owner, number, onTouch, isOff, tongue }) {
  const conflicts = conflictsOf(product, owner);
  return html`
    <button type="button" class="tile ${conflicts.length > 0 ? "conflict" : ""}" data-product=${product.id}
        aria-disabled=${isOff} onClick=${() => onTouch(product)}>
      ${number <= KEYS_MAX && html`<kbd aria-hidden="true">F${number}</kbd>`}
      <span class="label">${withHyphens(product.name)}</span>
      <span class="price">${conflicts.length > 0 && html`<${Icon} name="allergy" />`}${tongue.money(priceOf(product, owner))}</span>
      ${conflicts.length > 0 && html`<span class="unseen">${tongue.list(conflicts, "allergen")}</span>`}
    </button>`;
}

export function Tiles({ catalogue, kind, setKind, owner, onTouch, isOff, demo, tongue }) {
  const kinds = catalogue ? shownKinds(catalogue.products) : [];
  const hasDemo = demo.badges.length > 0;
  const tabs = hasDemo ? ["badges", ...kinds] : kinds;
  return html`
    <section class="goods" aria-label=${tongue.say("tiles.region")}>
      <div class="tabs">
        ${tabs.map((tab) => html`
          <button type="button" key=${tab} aria-pressed=${tab === kind} data-kind=${tab}
            onClick=${() => setKind(tab)}>${tongue.say(`tiles.${tab}`)}</button>`)}
      </div>
      ${kind === "badges" && hasDemo
        ? html`<${DemoBadges} badges=${demo.badges} onTap=${demo.tap} pending=${demo.pending}
            failure=${demo.failure} tongue=${tongue} />`
        : html`<div class="tiles">
            ${catalogue && productsOf(catalogue, kind).map((product, index) => html`
              <${Tile} key=${product.id} product=${product} owner=${owner} number=${index + 1}
                onTouch=${onTouch} isOff=${isOff} tongue=${tongue} />`)}
            ${tabs.length === 0 && html`<p class="rest">${tongue.say("tiles.none")}</p>`}
          </div>`}
    </section>`;
}

// In the demo its badges come first; at a real till the dishes.
export function useKind(catalogue, demo) {
  const [chosen, setChosen] = useState(null);
  const first = demo.badges.length > 0 ? "badges" : catalogue && shownKinds(catalogue.products)[0];
  return [chosen ?? first ?? "meals", setChosen];
}
