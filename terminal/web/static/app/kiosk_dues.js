// What is to be paid for trips and the like: each invoice, its instalments, and how they stand.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { useModal } from "./kiosk_modal.js";

const SIGNS = { open: "clock", part_paid: "clock", late: "attention", paid: "ok", credited: "ok" };

const State = ({ state, tongue }) => html`
  <span class="due-state ${state}"><${Icon} name=${SIGNS[state]} /> ${tongue.say(`kiosk.due_is_${state}`)}</span>`;

const Part = ({ part, tongue }) => html`
  <li data-part=${part.number}>
    <span>${tongue.say("kiosk.due_on", { number: part.number, day: tongue.day(part.due_on) })}</span>
    <b>${tongue.money(part.cents)}</b>
    <${State} state=${part.state} tongue=${tongue} />
  </li>`;

const Due = ({ due, tongue }) => html`
  <li data-due=${due.id}>
    <h3>${due.label} <${State} state=${due.state} tongue=${tongue} /></h3>
    <p>${tongue.say("kiosk.due_paid", { paid: tongue.money(due.paid_cents), owed: tongue.money(due.owed_cents) })}</p>
    <ol>${due.instalments.map((part) => html`<${Part} key=${part.number} part=${part} tongue=${tongue} />`)}</ol>
    ${due.now_cents > 0 && html`<p class="now">${tongue.say("kiosk.due_now", { amount: tongue.money(due.now_cents) })}</p>`}
    <p class="digits">${due.communication}</p>
  </li>`;

// What is heard when the list opens.
const spoken = (dues, tongue) =>
  dues.map((due) => `${due.label}. ${tongue.say("kiosk.due_now", { amount: tongue.money(due.now_cents) })}`).join(". ");

export function Dues({ session, tongue, comfort, onClose }) {
  const { dues } = session.view;
  const close = useModal(() => comfort.say(spoken(dues, tongue)), onClose);
  const print = () => {
    onClose();
    session.print("invoice");
  };
  return html`
    <div class="veil">
      <section class="dialog dues" role="dialog" aria-modal="true" aria-labelledby="dues-title" lang=${tongue.language}>
        <h2 id="dues-title">${tongue.say("kiosk.dues")}</h2>
        <ul tabindex="0" aria-labelledby="dues-title">${dues.map((due) => html`<${Due} key=${due.id} due=${due} tongue=${tongue} />`)}</ul>
        <p class="replies">
          <button type="button" class="close main" ref=${close} onClick=${onClose}>${tongue.say("panel.close")}</button>
          <button type="button" class="print" aria-disabled=${session.isPending} onClick=${print}>
            <${Icon} name="printer" /> ${tongue.say("kiosk.dues_print")}</button>
        </p>
      </section>
    </div>`;
}
