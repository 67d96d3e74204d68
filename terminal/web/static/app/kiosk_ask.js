// A dish holds an allergen of the pupil's own: they are asked once.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { useModal } from "./kiosk_modal.js";

export function AllergenQuestion({ session, tongue, comfort }) {
  const { act, day, product, conflicts } = session.asked;
  const words = tongue.say("kiosk.ask", { list: tongue.list(conflicts, "allergen") });
  const no = () => session.setAsked(null);
  const first = useModal(() => comfort.say(`${words}. ${tongue.say("kiosk.ask_do")}`), no);
  return html`
    <div class="veil">
      <section class="dialog allergy" role="alertdialog" aria-modal="true" aria-labelledby="ask-title" aria-describedby="ask-do" lang=${tongue.language}>
        <${Icon} name="allergy" />
        <h2 id="ask-title">${words}</h2>
        <p id="ask-do">${tongue.say("kiosk.ask_do")}</p>
        <p class="replies">
          <button type="button" class="no" ref=${first} onClick=${no}>${tongue.say("kiosk.ask_no")}</button>
          <button type="button" class="yes" aria-disabled=${session.isPending}
            onClick=${() => session.order(act, day, product, true)}>${tongue.say("kiosk.ask_yes")}</button>
        </p>
      </section>
    </div>`;
}
