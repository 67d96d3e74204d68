// Without a badge: a pupil by name or class, and why. It is journalled.
import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { now } from "./clock.js";
import { Panel, Why } from "./panel.js";

const REASONS = ["forgotten", "lost", "broken"];
const PAUSE_MS = 200;

export const Found = ({ pupil, onChoose }) => html`
  <li><button type="button" class="found" data-pupil=${pupil.id} onClick=${() => onChoose(pupil)}>
    <span class="label">${pupil.name}</span> <span class="class">${pupil.class_name}</span></button></li>`;

export function usePupils(text) {
  const [pupils, setPupils] = useState(null);
  useEffect(() => {
    if (!text.trim()) return setPupils(null);
    const timer = setTimeout(() => {
      fetch(`/v1/pupils?q=${encodeURIComponent(text.trim())}`)
        .then((answer) => (answer.ok ? answer.json() : []))
        .then(setPupils, () => setPupils([]));
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return pupils;
}

function Chosen({ chosen, desk, onServed, onBuy, tongue }) {
  const [pupil, setPupil] = useState(null);
  const [why, setWhy] = useState("");
  useEffect(() => {
    fetch(`/v1/pupils/${encodeURIComponent(chosen.id)}`)
      .then((answer) => (answer.ok ? answer.json() : null)).then(setPupil, () => {});
  }, [chosen.id]);
  const isReady = why.trim() !== "" && pupil !== null;
  const serve = async () => {
    if (!isReady) return;
    const answer = await desk.send("serve", { customer: { pupil: chosen.id }, why: why.trim() });
    if (answer && answer.outcome !== "refused") onServed();
  };
  const buy = () => isReady && onBuy({
    pupil: chosen.id, name: pupil.name, class_name: pupil.class_name, allergens: pupil.allergens,
    wallet_cents: pupil.wallet_cents, price_class: pupil.price_class ?? "pupil", why: why.trim(),
    at: new Date(now()).toISOString(),
  });
  const orders = pupil?.orders ?? [];
  return html`
    <div class="chosen">
      <h3>${chosen.name} <span class="class">${chosen.class_name}</span></h3>
      ${pupil && html`
        <dl>
          <div class="fact"><dt>${tongue.say("search.orders")}</dt>
            <dd>${orders.length === 0 ? tongue.say("search.no_order")
              : orders.map(({ label, state }) => `${label} (${tongue.say(`order.${state}`)})`).join(", ")}</dd></div>
          ${pupil.wallet_cents !== null && html`<div class="fact"><dt>${tongue.say("verdict.wallet")}</dt>
            <dd>${tongue.money(pupil.wallet_cents)}</dd></div>`}
          ${pupil.allergens.length > 0 && html`<div class="fact"><dt>${tongue.say("verdict.allergens")}</dt>
            <dd>${tongue.list(pupil.allergens, "allergen")}</dd></div>`}
        </dl>`}
      <${Why} reasons=${REASONS} why=${why} setWhy=${setWhy} tongue=${tongue} />
      <div class="deeds">
        <button type="button" class="buy" aria-disabled=${!isReady} onClick=${buy}>${tongue.say("search.buy")}</button>
        <button type="button" class="main serve" aria-disabled=${!isReady || desk.isPending} onClick=${serve}>
          ${tongue.say("search.serve")}</button>
      </div>
    </div>`;
}

export function Search({ desk, onClose, onBuy, tongue }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(null);
  const pupils = usePupils(text);
  return html`
    <${Panel} title=${tongue.say("search.title")} name="search" onClose=${onClose} tongue=${tongue}>
      <input type="search" class="wide" autocomplete="off" spellcheck="false" value=${text} maxlength="60"
        aria-label=${tongue.say("search.field")} placeholder=${tongue.say("search.field")}
        onInput=${(event) => { setChosen(null); setText(event.target.value); }} />
      ${chosen
        ? html`<${Chosen} chosen=${chosen} desk=${desk} onServed=${onClose} onBuy=${onBuy} tongue=${tongue} />`
        : html`<ul class="results" aria-label=${tongue.say("search.results")}>
            ${(pupils ?? []).map((pupil) => html`<${Found} key=${pupil.id} pupil=${pupil} onChoose=${setChosen} />`)}
            ${pupils?.length === 0 && html`<li class="rest">${tongue.say("search.none")}</li>`}
          </ul>`}
    <//>`;
}
