// A panel over tiles and basket. The verdict stays in sight beside it: taps go on.
import { html, useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

export function Panel({ title, onClose, name, children, tongue }) {
  const heading = useRef(null);
  useEffect(() => {
    const opener = document.activeElement;
    heading.current.focus();
    return () => opener?.isConnected && opener.focus();
  }, []);
  return html`
    <section class="panel ${name}" role="dialog" aria-labelledby="panel-title" data-panel=${name}>
      <header>
        <h2 id="panel-title" tabindex="-1" ref=${heading}>${title}</h2>
        <button type="button" class="close" aria-label=${tongue.say("panel.close")} onClick=${onClose}>
          <${Icon} name="refused" /></button>
      </header>
      <div class="inside">${children}</div>
    </section>`;
}

// Why: one of the usual reasons, or words of one's own. What is chosen is kept as it reads.
export function Why({ reasons, why, setWhy, tongue }) {
  const [isOwn, setOwn] = useState(false);
  return html`
    <fieldset class="why">
      <legend>${tongue.say("why.title")}</legend>
      ${reasons.map((key) => {
        const words = tongue.say(`why.${key}`);
        return html`<button type="button" key=${key} data-why=${key} aria-pressed=${!isOwn && why === words}
          onClick=${() => { setOwn(false); setWhy(words); }}>${words}</button>`;
      })}
      <input type="text" maxlength="120" autocomplete="off" value=${isOwn ? why : ""}
        aria-label=${tongue.say("why.own")} placeholder=${tongue.say("why.own")}
        onInput=${(event) => { setOwn(true); setWhy(event.target.value); }} />
    </fieldset>`;
}
