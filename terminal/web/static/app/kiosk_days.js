// The next school days, and the dishes of the one that is chosen.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

const SIGNS = { reserved: "ok", collected: "ok", unclaimed: "none", waiting: "clock", declined: "refused", none: "none", no_menu: "none", closed: "lock", early: "lock" };

// How a day stands, in one word.
function stateOf(day) {
  const newest = day.requests[day.requests.length - 1];
  if (newest?.state === "waiting") return "waiting";
  if (day.order) return day.order.state;
  if (newest?.state === "declined") return "declined";
  if (day.why === "too_late") return "closed";
  if (day.why === "too_early") return "early";
  return day.dishes.length === 0 ? "no_menu" : "none";
}

function Day({ day, isChosen, choose, tongue }) {
  const state = stateOf(day);
  const name = tongue.day(day.day);
  const words = tongue.say(`kiosk.day_${state}`);
  const [weekday, ...date] = name.split(" ");
  return html`
    <button type="button" class="day ${state}" data-day=${day.day} data-state=${state} aria-pressed=${isChosen}
        aria-label=${`${name} : ${words}`} onClick=${() => choose(day.day)}>
      <b>${weekday}</b> <span class="date">${date.join(" ")}</span>
      <span class="state"><${Icon} name=${SIGNS[state]} /> ${words}</span>
    </button>`;
}

export const Days = ({ days, chosen, choose, tongue }) => html`
  <section class="days" aria-label=${tongue.say("kiosk.days")}>
    ${days.map((day) => html`<${Day} key=${day.day} day=${day} isChosen=${day.day === chosen} choose=${choose} tongue=${tongue} />`)}
  </section>`;

const Request = ({ request, closesAt, tongue }) => html`
  <p class="request ${request.state}" data-request=${request.state}>
    <${Icon} name=${{ waiting: "clock", granted: "ok", declined: "refused" }[request.state]} />
    <span><b>${tongue.say(`kiosk.request_${request.act}`, { dish: request.name })}</b> – ${tongue.say(`kiosk.state_${request.state}`)}
      ${request.why && html`<small>${tongue.say(`kiosk.why_${request.why}`, { time: tongue.time(closesAt) })}</small>`}</span>
  </p>`;

function Allergens({ dish, tongue }) {
  if (dish.allergens.length === 0) return html`<p class="holds">${tongue.say("kiosk.no_allergens")}</p>`;
  return html`
    <p class="holds">${tongue.say("kiosk.allergens", { list: tongue.list(dish.allergens, "allergen") })}</p>
    ${dish.conflicts.length > 0 && html`
      <p class="own" data-own><${Icon} name="allergy" /> ${tongue.say("kiosk.own", { list: tongue.list(dish.conflicts, "allergen") })}</p>`}`;
}

function Deed({ dish, day, isOpen, isOrdered, session, tongue }) {
  if (!isOpen) return null;
  const act = isOrdered ? "cancel" : day.order ? "change" : "reserve";
  const words = tongue.say(`kiosk.${act}`);
  const go = () => session.order(act, day, act === "cancel" ? null : dish.id);
  return html`
    <button type="button" class="deed ${act}" data-act=${act} aria-label=${`${words} : ${dish.name}, ${tongue.money(dish.price_cents)}`}
      aria-disabled=${session.isPending} onClick=${go}>${words}</button>`;
}

function Dish({ dish, day, isOpen, session, tongue }) {
  const isOrdered = day.order?.product === dish.id;
  return html`
    <li class="dish ${isOrdered ? "ordered" : ""}" data-dish=${dish.id}>
      <div>
        <h3>${isOrdered && html`<${Icon} name="ok" /> `}${dish.name}</h3>
        <${Allergens} dish=${dish} tongue=${tongue} />
      </div>
      <p class="price">${tongue.money(dish.price_cents)}</p>
      <${Deed} dish=${dish} day=${day} isOpen=${isOpen} isOrdered=${isOrdered} session=${session} tongue=${tongue} />
    </li>`;
}

function noteOf(day, tongue) {
  const time = tongue.time(day.closes_at);
  if (day.why === "too_early") return tongue.say("kiosk.opens", { day: tongue.day(day.opens_on) });
  if (day.why === "too_late") return tongue.say("kiosk.closed", { time });
  return day.dishes.length === 0 ? tongue.say("kiosk.no_menu") : tongue.say("kiosk.until", { time });
}

// A dish that stands ordered and left the menu is still the pupil's.
function dishesOf(day) {
  const { order } = day;
  if (!order || day.dishes.some(({ id }) => id === order.product)) return day.dishes;
  const lost = { id: order.product, name: order.name, price_cents: order.price_cents, allergens: [], conflicts: [] };
  return [lost, ...day.dishes];
}

export function Dishes({ day, session, tongue }) {
  const waiting = day.requests.find(({ state }) => state === "waiting");
  const isOpen = day.why === null && !waiting && (day.order === null || day.order.state === "reserved");
  const shown = day.requests.filter(({ state }) => state !== "granted" || day.order);
  return html`
    <section class="dishes" aria-labelledby="day-title" data-chosen=${day.day}>
      <h2 id="day-title">${tongue.day(day.day)}</h2>
      <p class="note">${noteOf(day, tongue)}</p>
      ${shown.map((request, place) => html`<${Request} key=${place} request=${request} closesAt=${day.closes_at} tongue=${tongue} />`)}
      ${waiting?.act === "reserve" && html`
        <button type="button" class="deed give-up" data-act="cancel" aria-disabled=${session.isPending}
          onClick=${() => session.order("cancel", day, null)}>${tongue.say("kiosk.give_up")}</button>`}
      <ul>${dishesOf(day).map((dish) => html`
        <${Dish} key=${dish.id} dish=${dish} day=${day} isOpen=${isOpen} session=${session} tongue=${tongue} />`)}</ul>
    </section>`;
}
