// What the bursar does for the pupil whose card is open, each in a panel of its own.
import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { Access, Account } from "./office_asked.js";
import { AmountPad } from "./pad.js";
import { Panel, Why } from "./panel.js";

const holds = (operator, right) => operator?.rights.includes(right) ?? false;
export const DEEDS = [
  { name: "move", icon: "move", isOpen: () => true },
  { name: "top_up", icon: "top_up", isOpen: (operator, catalogue) => holds(operator, "top_up") && catalogue?.top_up_max_cents > 0 },
  { name: "badge", icon: "idle", isOpen: () => true },
  { name: "ticket", icon: "printer", isOpen: () => true },
  { name: "access", icon: "person", isOpen: () => true },
  { name: "account", icon: "journal", isOpen: () => true },
];

function Move({ card, room, onClose }) {
  const { tongue, desk } = room;
  const [source, setSource] = useState("reserve");
  const [cents, setCents] = useState(null);
  const most = source === "reserve" ? card.reserve_cents : card.wallet_cents;
  const isReady = cents > 0 && cents <= most && !desk.isPending;
  const send = async () => {
    if (!isReady) return;
    const answer = await desk.send("move_reserve", { customer: { pupil: card.id }, amount_cents: cents, source });
    if (answer?.outcome !== "done") return;
    desk.say(tongue.say("office.moved", { name: card.name, price: tongue.money(cents) }));
    onClose();
  };
  const way = (name) => html`
    <button type="button" data-source=${name} aria-pressed=${source === name} onClick=${() => setSource(name)}>
      ${tongue.say(`office.from_${name}`)}</button>`;
  return html`
    <div class="tabs" role="group" aria-label=${tongue.say("office.move")}>${way("reserve")}${way("general")}</div>
    <p>${tongue.say("office.most", { price: tongue.money(Math.max(0, most)) })}</p>
    <${AmountPad} cents=${cents} setCents=${setCents} label=${tongue.say("office.amount")}
      enterLabel=${tongue.say("pin.ok")} isOff=${!isReady} onEnter=${send} tongue=${tongue} />`;
}

function TopUp({ card, room, onClose }) {
  const { tongue, desk, catalogue } = room;
  const [cents, setCents] = useState(null);
  const isReady = cents > 0 && cents <= catalogue.top_up_max_cents && !desk.isPending;
  const send = async () => {
    if (!isReady) return;
    const why = tongue.say("office.why");
    const answer = await desk.send("top_up", { customer: { pupil: card.id }, amount_cents: cents, why, is_signed: true });
    if (answer?.outcome !== "done") return;
    desk.say(tongue.say("top_up.done", { name: card.name, price: tongue.money(cents) }));
    onClose();
  };
  return html`
    <p>${tongue.say("top_up.max", { price: tongue.money(catalogue.top_up_max_cents) })}</p>
    <${AmountPad} cents=${cents} setCents=${setCents} label=${tongue.say("top_up.amount")}
      enterLabel=${tongue.say("pin.ok")} isOff=${!isReady} onEnter=${send} tongue=${tongue} />`;
}

const STOPS = [["lost", "office.lose"], ["blocked", "office.block"]];

function Badges({ card, room, loose, onGiven, onClose }) {
  const { tongue, desk } = room;
  const customer = { pupil: card.id };
  const inUse = card.badges.filter(({ state }) => state === "active");
  const stop = async ({ key, last4 }, state) => {
    const answer = await desk.send("stop_badge", { customer, badge: key, state });
    if (answer?.outcome === "done") desk.say(tongue.say("office.stopped", { last4 }));
  };
  const give = async (more) => {
    const answer = await desk.send("give_badge", { customer, tap: loose.tap, ...more });
    if (answer?.outcome !== "done") return;
    desk.say(tongue.say("office.given", { name: card.name, last4: loose.last4 }));
    onGiven();
    onClose();
  };
  const deed = (words, more, isMain) => html`
    <button type="button" class=${isMain ? "main give" : "give"} data-replaces=${more.replaces ?? ""} data-lost=${Boolean(more.is_lost)}
      aria-disabled=${desk.isPending} onClick=${() => give(more)}>${words}</button>`;
  return html`
    <ul class="own-badges">${card.badges.map((badge) => html`
      <li key=${badge.key} data-badge=${badge.last4}><span class="label">…${badge.last4}</span>
        <span class="class">${tongue.say(`office.badge_${badge.state}`)}</span>
        ${badge.state === "active" && STOPS.map(([state, words]) => html`
          <button type="button" key=${state} data-stop=${state} aria-disabled=${desk.isPending}
            onClick=${() => stop(badge, state)}>${tongue.say(words)} <span class="unseen">…${badge.last4}</span></button>`)}
      </li>`)}</ul>
    ${loose?.owner === card.id ? html`
      <h3>${tongue.say("office.found", loose)}</h3>
      <div class="deeds">
        ${inUse.map(({ key, last4 }) => deed(tongue.say("office.found_instead", { last4 }), { replaces: key }, true))}
        ${inUse.length === 0 && deed(tongue.say("office.found_again"), {}, true)}
      </div>` : loose && !loose.owner ? html`
      <h3>${tongue.say("office.new", loose)}</h3>
      <div class="deeds">
        ${inUse.map(({ key, last4 }) => html`
          ${deed(tongue.say("office.give_instead", { last4 }), { replaces: key }, true)}
          ${deed(tongue.say("office.give_lost", { last4 }), { replaces: key, is_lost: true })}`)}
        ${deed(tongue.say("office.give"), {}, inUse.length === 0)}
      </div>` : html`<p class="lay-new"><${Icon} name="idle" /> <span>${tongue.say("office.lay_new")}</span></p>`}`;
}

function Ticket({ card, room, onClose }) {
  const { tongue, desk } = room;
  const [why, setWhy] = useState(tongue.say("why.forgotten"));
  const send = async () => {
    const answer = await desk.send("give_ticket", { customer: { pupil: card.id }, why: why.trim() });
    if (answer?.outcome !== "done") return;
    desk.say(tongue.say("office.ticket_done", { name: card.name }));
    onClose();
  };
  return html`
    <p>${tongue.say("office.ticket_do")}</p>
    <${Why} reasons=${["forgotten", "lost", "broken"]} why=${why} setWhy=${setWhy} tongue=${tongue} />
    <div class="deeds"><button type="button" class="main print" aria-disabled=${desk.isPending} onClick=${send}>
      <${Icon} name="printer" /> <span>${tongue.say("office.print")}</span></button></div>`;
}

const PARTS = { move: Move, top_up: TopUp, badge: Badges, ticket: Ticket, access: Access, account: Account };

export function Deed({ name, card, room, ...rest }) {
  const Part = PARTS[name];
  const { tongue } = room;
  return html`
    <${Panel} title=${`${card.name} · ${tongue.say(`office.${name}`)}`} name=${name} onClose=${rest.onClose} tongue=${tongue}>
      <${Part} card=${card} room=${room} ...${rest} />
    <//>`;
}
