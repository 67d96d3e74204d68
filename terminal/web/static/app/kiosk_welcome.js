// Nobody stands here: what the kiosk is, today's menu, and in which language.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { DemoBadges, useDemo } from "./demo.js";
import { Icon } from "./icons.js";
import { Comfort } from "./kiosk_tools.js";
import { told } from "./language.js";

const Refusal = ({ refusal, tongue }) => html`
  <section class="call refused" role="alert" data-reason=${refusal.reason}>
    <${Icon} name="refused" />
    <h2>${tongue.say(tongue.has(`reason.${refusal.reason}`) ? `reason.${refusal.reason}` : "reason.other")}</h2>
    <p>${tongue.say("kiosk.refused_do")}</p>
  </section>`;

const Call = ({ tongue }) => html`
  <section class="call" role="status">
    <${Icon} name="reader" />
    <h2>${tongue.say("kiosk.welcome")}</h2>
    <p>${tongue.say("kiosk.welcome_do")}</p>
  </section>`;

export function Welcome({ status, refusal, tongue, speak, comfort, line }) {
  const demo = useDemo(status?.copy_at, line);
  const menu = status?.menu ?? [];
  return html`
    <div class="welcome">
      <header><h1>${status?.school || tongue.say("kiosk.title")}</h1></header>
      <main>
        ${refusal ? html`<${Refusal} refusal=${refusal} tongue=${tongue} />` : html`<${Call} tongue=${tongue} />`}
        ${menu.length > 0 && html`
          <section class="offer" aria-label=${tongue.say("kiosk.menu")}>
            <h2>${tongue.say("kiosk.menu")}</h2>
            <ul>${menu.map((dish) => html`<li key=${dish}>${dish}</li>`)}</ul>
          </section>`}
        ${demo.badges.length > 0 && html`
          <${DemoBadges} badges=${demo.badges} onTap=${demo.tap} pending=${demo.pending} failure=${demo.failure} tongue=${tongue} />`}
      </main>
      <footer class="tools">
        <div class="languages" role="group" aria-label=${tongue.say("page.language")}>
          ${told.languages.map(({ code, name }) => html`
            <button type="button" key=${code} lang=${code} data-language=${code} aria-pressed=${code === tongue.language}
              onClick=${() => speak(code)}>${name}</button>`)}
        </div>
        <${Comfort} comfort=${comfort} tongue=${tongue} />
      </footer>
    </div>`;
}
