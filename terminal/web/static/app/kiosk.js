// The kiosk: whoever lays down a badge sees their wallets and their next school days, and orders.
// Nothing of it outlives the session: no address, no storage, no word in the page.
import { html, render, useState } from "../vendor/htm-preact-3.1.1.js";
import { useBoard } from "./board.js";
import { useFollow } from "./follow.js";
import { Gone } from "./gone.js";
import { AllergenQuestion } from "./kiosk_ask.js";
import { Days, Dishes } from "./kiosk_days.js";
import { Dues } from "./kiosk_dues.js";
import { useComfort, useKioskTongue } from "./kiosk_comfort.js";
import { useIdle, Warning } from "./kiosk_idle.js";
import { useSession } from "./kiosk_session.js";
import { Tools } from "./kiosk_tools.js";
import { Welcome } from "./kiosk_welcome.js";
import { told } from "./language.js";
import { fitScreen } from "./screen.js";

const Wallet = ({ name, cents, note, tongue }) => html`
  <p class="purse"><span>${name}</span> <b data-cents=${cents}>${tongue.money(cents)}</b>
    ${note && html` <small>${note}</small>`}</p>`;

const Person = ({ view, tongue }) => html`
  <header class="whose">
    <h1 tabindex="-1">${tongue.say("kiosk.hello", { name: view.name })} <small>${view.class_name}</small></h1>
    <${Wallet} name=${tongue.say("kiosk.general")} cents=${view.general_cents} tongue=${tongue}
      note=${view.is_provisional && tongue.say("kiosk.provisional")} />
    <${Wallet} name=${tongue.say("kiosk.reserve_wallet")} cents=${view.reserve_cents} tongue=${tongue} />
  </header>`;

const Said = ({ said, isPending, tongue }) => html`
  <p class="came ${said?.tone ?? ""}" role="status" data-said=${said?.key ?? ""}>
    ${isPending ? tongue.say("kiosk.pending") : said?.text ?? ""}</p>`;

function Plan({ session, openDues, tongue, comfort }) {
  const { view } = session;
  const [chosen, choose] = useState(null);
  const first = view.days.find(({ why }) => why === null) ?? view.days[0];
  const day = view.days.find((one) => one.day === chosen) ?? first;
  return html`
    <div class="session" data-session>
      <${Person} view=${view} tongue=${tongue} />
      <${Said} said=${session.said} isPending=${session.isPending} tongue=${tongue} />
      <main class="plan">
        <${Dishes} day=${day} session=${session} tongue=${tongue} />
        <${Days} days=${view.days} chosen=${day.day} choose=${choose} tongue=${tongue} />
      </main>
      <${Tools} session=${session} openDues=${openDues} comfort=${comfort} tongue=${tongue} />
    </div>`;
}

function Kiosk() {
  const [board, line] = useBoard();
  const [tongue, speak] = useKioskTongue();
  const comfort = useComfort(tongue);
  const session = useSession({ verdict: board.verdict, tongue, speak, comfort });
  // Whose dues are shown: of the session that asked, and of no other.
  const [duesOf, setDuesOf] = useState(null);
  const idle = useIdle(session.view !== null, session.leave, session.stay);
  useFollow(board.status, session.view !== null);
  if (line !== "up") return html`<main><h1 class="unseen">${tongue.say("kiosk.title")}</h1><${Gone} line=${line} tongue=${tongue} /></main>`;
  const isDues = session.view !== null && duesOf === session.view.session;
  const isAsked = session.asked !== null || idle.isWarning || isDues;
  return html`
    <div class="screen" inert=${isAsked} lang=${tongue.language}>
      ${session.view
        ? html`<${Plan} key=${session.view.session} session=${session} tongue=${tongue} comfort=${comfort}
            openDues=${() => setDuesOf(session.view.session)} />`
        : html`<${Welcome} status=${board.status} refusal=${session.refusal} tongue=${tongue} speak=${speak} comfort=${comfort} line=${line} />`}
    </div>
    ${session.asked && !idle.isWarning && html`<${AllergenQuestion} session=${session} tongue=${tongue} comfort=${comfort} />`}
    ${isDues && !idle.isWarning && html`<${Dues} session=${session} tongue=${tongue} comfort=${comfort} onClose=${() => setDuesOf(null)} />`}
    ${idle.isWarning && html`<${Warning} left=${idle.left} onStay=${idle.stay} onLeave=${session.leave} tongue=${tongue} comfort=${comfort} />`}`;
}

fitScreen(told.screen_mm);
render(html`<${Kiosk} />`, document.getElementById("kiosk"));
