// A sale in cash: what was given, and what goes back. Nothing given means the sum to the cent.
import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { AmountPad } from "./pad.js";

// Notes that people hand over; those that do not cover the sum are of no use.
const NOTES_CENTS = [500, 1000, 2000, 5000];
const NOTES_SHOWN = 3;

export const changeOf = (given, sum) => (given === null ? 0 : given - sum);

// The next whole five euros, and the notes above it.
export function likely(sum) {
  const next = Math.ceil(sum / 500) * 500;
  const amounts = [next, ...NOTES_CENTS].filter((cents) => cents > sum);
  return [...new Set(amounts)].sort((a, b) => a - b).slice(0, NOTES_SHOWN);
}

export function Change({ sum, onPay, onBack, isPending, tongue }) {
  const [given, setGiven] = useState(null);
  const change = changeOf(given, sum);
  const isEnough = change >= 0;
  const pay = () => isEnough && !isPending && onPay(given);
  return html`
    <div class="change" role="group" aria-label=${tongue.say("change.title")}>
      <dl class="sum">
        <div><dt>${tongue.say("sale.total")}</dt><dd data-total=${sum}>${tongue.money(sum)}</dd></div>
        <div class=${isEnough ? "back" : "short"} aria-live="polite">
          <dt>${tongue.say(isEnough ? "change.back" : "change.lacks")}</dt>
          <dd data-change=${change}>${tongue.money(Math.abs(change))}</dd></div>
      </dl>
      <div class="notes">
        <button type="button" class="cancel" aria-label=${tongue.say("panel.back")} onClick=${onBack}><${Icon} name="back" /></button>
        ${likely(sum).map((cents) => html`
          <button type="button" key=${cents} data-note=${cents} aria-pressed=${cents === given}
            onClick=${() => setGiven(cents)}>${tongue.note(cents)}</button>`)}
      </div>
      <${AmountPad} cents=${given} setCents=${setGiven} label=${tongue.say("change.given")}
        enterLabel=${tongue.say(given === null ? "change.exact" : "change.done")}
        isOff=${!isEnough || isPending} onEnter=${pay} tongue=${tongue} />
    </div>`;
}
