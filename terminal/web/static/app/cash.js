// The drawer: the shift's float, cash in and out, the drawer opened; a pupil's top-up in cash.
import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { AmountPad } from "./pad.js";
import { Panel, Why } from "./panel.js";

const REASONS = { in: ["change", "correction"], out: ["bank", "change", "correction"], open: ["change", "check"] };

function OpenShift({ desk, onDone, tongue }) {
  const [cents, setCents] = useState(null);
  const open = async () => {
    const answer = await desk.send("open_shift", { cash_cents: cents ?? 0 });
    if (answer?.outcome === "done") onDone(tongue.say("cash.shift_done", { price: tongue.money(cents ?? 0) }));
  };
  return html`
    <p>${tongue.say("cash.shift_do")}</p>
    <${AmountPad} cents=${cents} setCents=${setCents} label=${tongue.say("cash.float")}
      enterLabel=${tongue.say("cash.shift_open")} isOff=${desk.isPending} onEnter=${open} tongue=${tongue} />`;
}

function Move({ direction, desk, onDone, tongue }) {
  const [cents, setCents] = useState(null);
  const [why, setWhy] = useState("");
  const isDrawer = direction === "open";
  const isReady = why.trim() !== "" && (isDrawer || cents > 0);
  const send = async () => {
    if (!isReady) return;
    const answer = isDrawer
      ? await desk.send("open_drawer", { why: why.trim() })
      : await desk.send("move_cash", { direction, amount_cents: cents, why: why.trim() });
    if (answer?.outcome === "done") onDone(tongue.say(`cash.${direction}_done`, { price: tongue.money(cents ?? 0) }));
  };
  const why_field = html`<${Why} reasons=${REASONS[direction]} why=${why} setWhy=${setWhy} tongue=${tongue} />`;
  if (isDrawer) {
    return html`${why_field}<div class="deeds"><button type="button" class="main" aria-disabled=${!isReady || desk.isPending}
      onClick=${send}>${tongue.say("cash.open")}</button></div>`;
  }
  return html`<div class="side">${why_field}
    <${AmountPad} cents=${cents} setCents=${setCents} label=${tongue.say(`cash.${direction}`)}
      enterLabel=${tongue.say("pin.ok")} isOff=${!isReady || desk.isPending} onEnter=${send} tongue=${tongue} /></div>`;
}

export function Cash({ status, desk, onClose, tongue }) {
  const [direction, setDirection] = useState("in");
  const done = (words) => { desk.say(words); onClose(); };
  const { shift } = status;
  return html`
    <${Panel} title=${tongue.say("cash.title")} name="cash" onClose=${onClose} tongue=${tongue}>
      ${!shift.is_open ? html`<${OpenShift} desk=${desk} onDone=${done} tongue=${tongue} />` : html`
        <p>${tongue.say("cash.expected", { price: tongue.money(shift.cash_expected_cents) })}</p>
        <div class="tabs">
          ${["in", "out", "open"].map((one) => html`
            <button type="button" key=${one} aria-pressed=${one === direction} data-cash=${one}
              onClick=${() => setDirection(one)}>${tongue.say(`cash.${one}`)}</button>`)}
        </div>
        <${Move} key=${direction} direction=${direction} desk=${desk} onDone=${done} tongue=${tongue} />`}
    <//>`;
}

export function TopUp({ owner, catalogue, desk, onClose, tongue }) {
  const [cents, setCents] = useState(null);
  const isKnown = owner && !owner.guest;
  const isReady = isKnown && cents > 0 && cents <= catalogue.top_up_max_cents;
  const send = async () => {
    if (!isReady) return;
    const customer = owner.tap ? { tap: owner.tap } : { pupil: owner.pupil };
    const answer = await desk.send("top_up", { customer, amount_cents: cents, why: owner.why ?? "" });
    if (!answer || answer.outcome === "refused") return;
    desk.say(tongue.say("top_up.done", { name: owner.name, price: tongue.money(cents) }));
    onClose();
  };
  return html`
    <${Panel} title=${tongue.say("top_up.title")} name="top-up" onClose=${onClose} tongue=${tongue}>
      <p>${isKnown ? html`<b>${owner.name}</b> ${owner.class_name}` : tongue.say("top_up.nobody")}</p>
      <p>${tongue.say("top_up.max", { price: tongue.money(catalogue.top_up_max_cents) })}</p>
      <${AmountPad} cents=${cents} setCents=${setCents} label=${tongue.say("top_up.amount")}
        enterLabel=${tongue.say("pin.ok")} isOff=${!isReady || desk.isPending} onEnter=${send} tongue=${tongue} />
    <//>`;
}
