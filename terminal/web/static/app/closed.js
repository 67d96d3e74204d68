// Between services: it says when it opens, and so does every tap.
import { html, render } from "../vendor/htm-preact-3.1.1.js";
import { useBoard, useCatalogue } from "./board.js";
import { farFrom, useNow } from "./clock.js";
import { useDesk } from "./desk.js";
import { useFollow } from "./follow.js";
import { Gone } from "./gone.js";
import { Icon } from "./icons.js";
import { Languages, told, useTongue } from "./language.js";
import { ProfileChoice } from "./profile_choice.js";
import { fitScreen } from "./screen.js";
import { Banners, StatusStrip } from "./status.js";

const STAYS_MS = 5000;

// "Opens at 11:30: till"; with the day, if that is another one.
function opens(status, tongue, nowMs) {
  if (!status.profile_until) return tongue.say("closed.no_end");
  const moment = new Date(status.profile_until);
  const values = { time: tongue.time(moment), profile: tongue.say(`profile.${status.profile_next}`) };
  const day = (ms) => new Date(ms).toLocaleDateString("sv", { timeZone: told.time_zone });
  if (day(moment.getTime()) === day(nowMs)) return tongue.say("closed.until", values);
  return tongue.say("closed.until_day", { ...values, day: tongue.day(day(moment.getTime())) });
}

function Closed() {
  const [board, line] = useBoard();
  const [tongue, choose] = useTongue();
  const nowMs = useNow();
  const { status, verdict } = board;
  useFollow(status);
  const desk = useDesk(tongue);
  const catalogue = useCatalogue(status?.cursor, line);
  const isUp = line === "up";
  const isTapped = verdict !== null && farFrom(Date.parse(verdict.at), nowMs) < STAYS_MS;
  return html`
    <${StatusStrip} status=${isUp ? status : null} tongue=${tongue} nowMs=${nowMs}
      terminal=${status?.terminal ?? tongue.say("page.title")} />
    ${isUp && status && html`<${Banners} status=${status} tongue=${tongue} />`}
    <main>
      ${isUp ? html`
        <section class="closed ${isTapped ? "tapped" : ""}" role="status" data-seq=${verdict?.seq} data-t0=${verdict?.t0_ms}>
          <${Icon} name=${isTapped ? "attention" : "clock"} />
          <h2>${tongue.say(isTapped ? "reason.no_service" : "closed.title")}</h2>
          <p>${status && opens(status, tongue, nowMs)}</p>
        </section>
        ${status?.operator && html`<section class="lists choice"><h2>${tongue.say("profile.choose")}</h2>
          <${ProfileChoice} status=${status} catalogue=${catalogue} desk=${desk} tongue=${tongue} /></section>`}` : html`<${Gone} line=${line} tongue=${tongue} />`}
    </main>
    <footer class="strip bottom"><${Languages} tongue=${tongue} choose=${choose} /></footer>`;
}

fitScreen(told.screen_mm);
render(html`<${Closed} />`, document.getElementById("closed"));
