// The pupils' screen: a first name and a wish, or "ask at the till". It knows no more than that.
import { html, render, useEffect, useReducer, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { openLink } from "./link.js";
import { fitScreen } from "./screen.js";
import { makeTongue } from "./words.js";

const OK_MS = 5000;
const ASK_MS = 8000;

const told = JSON.parse(document.getElementById("told").textContent);
const tongues = new Map();

// Each pupil is greeted in their own language, or in the terminal's.
function tongueOf(language) {
  const own = Object.hasOwn(told.tongues, String(language)) ? language : told.language;
  if (!tongues.has(own)) tongues.set(own, makeTongue(own, told.tongues[own], told.time_zone));
  return tongues.get(own);
}

function advance(board, { topic, content }) {
  if (topic === "snapshot") return { verdict: null, status: content.status ?? null };
  return { ...board, [topic]: content };
}

function useBoard() {
  const [board, dispatch] = useReducer(advance, { verdict: null, status: null });
  const [line, setLine] = useState("up");
  useEffect(() => openLink({
    url: "/pupil/events",
    onNote: (topic, content) => dispatch({ topic, content }),
    onLine: setLine,
  }), []);
  useEffect(() => {
    if (!board.verdict) return undefined;
    const stay = board.verdict.is_ok ? OK_MS : ASK_MS;
    const timer = setTimeout(() => dispatch({ topic: "verdict", content: null }), stay);
    return () => clearTimeout(timer);
  }, [board.verdict]);
  return [board, line];
}

const Shut = ({ status, tongue }) => html`
  <div class="wish idle">
    <${Icon} name="clock" />
    <h1>${status.profile_until
      ? tongue.say("pupil.closed_until", { time: tongue.time(status.profile_until) })
      : tongue.say("pupil.closed")}</h1>
  </div>`;

const Idle = ({ status, tongue }) => html`
  <div class="wish idle">
    <${Icon} name="idle" />
    <h1>${tongue.say("pupil.idle")}</h1>
    ${status?.menu.length > 0 && html`
      <section class="menu"><h2>${tongue.say("pupil.menu")}</h2>
        <ul>${status.menu.map((dish) => html`<li key=${dish}>${dish}</li>`)}</ul></section>`}
  </div>`;

const WISHES = { study: "pupil.study_ok", gate: "pupil.gate_ok" };

function wishOf({ is_ok: isOk, first_name: name }, profile, tongue) {
  if (!isOk) return tongue.say("pupil.ask");
  if (WISHES[profile]) return name ? tongue.say(WISHES[profile], { name }) : tongue.say("pupil.noted");
  return tongue.say(name ? "pupil.ok" : "pupil.ok_nameless", { name });
}

function Wish({ verdict, profile, tongue }) {
  const isOk = verdict.is_ok;
  const words = wishOf(verdict, profile, tongue);
  return html`
    <div class="wish ${isOk ? "ok" : "ask"}" data-seq=${verdict.seq} data-t0=${verdict.t0_ms}>
      <${Icon} name=${isOk ? "ok" : "person"} />
      <h1>${words}</h1>
      ${Number.isInteger(verdict.balance_cents) && html`
        <p class="balance">${tongue.say("pupil.balance", { price: tongue.money(verdict.balance_cents) })}</p>`}
    </div>`;
}

function Pupil() {
  const [{ verdict, status }, line] = useBoard();
  const own = tongueOf(told.language);
  const tongue = tongueOf(verdict?.language);
  const shown = line === "up" ? verdict : { is_ok: false, first_name: null };
  return html`
    <main lang=${tongue.language} role="main" aria-live="polite">
      ${shown ? html`<${Wish} verdict=${shown} profile=${status?.profile} tongue=${tongue} />`
        : status?.profile === "closed" ? html`<${Shut} status=${status} tongue=${own} />`
        : html`<${Idle} status=${status} tongue=${own} />`}
    </main>`;
}

document.title = `${tongueOf(told.language).say("pupil.title")} · Refectory`;
fitScreen(told.screen_mm);
render(html`<${Pupil} />`, document.getElementById("pupil"));
