// The basket: lines of products, and who pays. Pure; the page keeps it over a reload.
import { farFrom } from "./clock.js";

export const EMPTY = { lines: [], owner: null, accepted: [] };
export const GUEST = { guest: true, name: null, allergens: [], wallet_cents: null, price_class: "guest" };
const QUANTITY_MAX = 99;
const LINES_MAX = 40;
const CANDIDATE_MS = 120_000;
const KEPT = "refectory.basket";

// Whoever laid down a badge within the last two minutes can pay.
export function candidateOf(verdict, nowMs) {
  if (!verdict?.name || !verdict.tap || farFrom(Date.parse(verdict.at), nowMs) > CANDIDATE_MS) return null;
  const { tap, name, class_name, allergens, wallet_cents, price_class, at } = verdict;
  return { tap, name, class_name, allergens, wallet_cents, price_class: price_class ?? "pupil", at };
}

export function priceOf(product, owner) {
  return product.prices[owner?.price_class ?? "pupil"] ?? product.prices.pupil;
}

export function conflictsOf(product, owner) {
  return owner ? product.allergens.filter((word) => owner.allergens.includes(word)) : [];
}

export function total(basket, products, owner) {
  return basket.lines.reduce((sum, { id, quantity }) => sum + quantity * priceOf(products.get(id), owner), 0);
}

export const pieces = (basket) => basket.lines.reduce((sum, { quantity }) => sum + quantity, 0);

// The first product pins whose basket it is: a badge that comes later never pays it unasked.
function add(basket, { id, owner, isAccepted }) {
  const line = basket.lines.find((known) => known.id === id);
  const lines = line
    ? basket.lines.map((known) => (known === line ? { id, quantity: Math.min(QUANTITY_MAX, known.quantity + 1) } : known))
    : [...basket.lines, { id, quantity: 1 }].slice(0, LINES_MAX);
  const accepted = isAccepted ? [...new Set([...basket.accepted, id])] : basket.accepted;
  return { lines, owner: basket.owner ?? owner, accepted };
}

function take(basket, { id }) {
  const lines = basket.lines
    .map((line) => (line.id === id ? { ...line, quantity: line.quantity - 1 } : line))
    .filter(({ quantity }) => quantity > 0);
  return lines.length > 0 ? { ...basket, lines } : { ...EMPTY, owner: basket.owner?.pupil ? basket.owner : null };
}

export function change(basket, deed) {
  switch (deed.kind) {
    case "add": return add(basket, deed);
    case "take": return take(basket, deed);
    case "owner": return { ...basket, owner: deed.owner };
    case "clear": return EMPTY;
    // A product that is no longer sold leaves the basket.
    case "known": return { ...basket, lines: basket.lines.filter(({ id }) => deed.products.has(id)) };
    default: return basket;
  }
}

export function recall() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") ?? EMPTY;
}

export function keep(basket) {
  sessionStorage.setItem(KEPT, JSON.stringify(basket));
}
