// The strip at the very bottom: papers, reading aids, and the way out. Low, for whoever sits.
import { html, useEffect } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

// Each slip, and whether there is anything to print on it.
const SLIPS = {
  planning: () => true,
  balance: () => true,
  top_up: (view) => view.can_top_up,
  appointments: (view) => view.appointments?.length > 0,
};

export function Comfort({ comfort, tongue }) {
  return html`
    <div class="comfort" role="group" aria-label=${tongue.say("kiosk.comfort")}>
      <button type="button" data-aid="large" aria-pressed=${comfort.isLarge} onClick=${() => comfort.setLarge(!comfort.isLarge)}>
        <span class="letter" aria-hidden="true">A</span> ${tongue.say("kiosk.large")}</button>
      <button type="button" data-aid="contrast" aria-pressed=${comfort.isStrong} onClick=${() => comfort.setStrong(!comfort.isStrong)}>
        <span class="half" aria-hidden="true"></span> ${tongue.say("kiosk.contrast")}</button>
      <button type="button" data-aid="speech" aria-pressed=${comfort.isSpoken} onClick=${comfort.toggleSpeech}>
        <${Icon} name=${comfort.isSpoken ? "sound_on" : "sound_off"} /> ${tongue.say("kiosk.speech")}</button>
      <p class="aid-note" role="status">${comfort.isSilent && tongue.say("kiosk.speech_none")}</p>
    </div>`;
}

export function Tools({ session, openDues, comfort, tongue }) {
  const slips = Object.keys(SLIPS).filter((slip) => SLIPS[slip](session.view));
  useEffect(() => {
    // A question over the page has its own answer to Escape.
    const press = (event) => {
      if (event.key === "Escape" && !document.querySelector(".dialog")) session.leave();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [session.asked]);
  return html`
    <footer class="tools">
      <div class="slips" role="group" aria-label=${tongue.say("kiosk.slips")}>
        ${slips.map((slip) => html`
          <button type="button" key=${slip} data-slip=${slip} aria-disabled=${session.isPending} onClick=${() => session.print(slip)}>
            <${Icon} name="printer" /> ${tongue.say(`kiosk.slip_${slip}`)}</button>`)}
        ${session.view.dues?.length > 0 && html`
          <button type="button" data-dues onClick=${openDues}><${Icon} name="clock" /> ${tongue.say("kiosk.dues")}</button>`}
      </div>
      <${Comfort} comfort=${comfort} tongue=${tongue} />
      <button type="button" class="leave" onClick=${session.leave}>${tongue.say("kiosk.leave")}</button>
    </footer>`;
}
