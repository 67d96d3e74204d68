// The till page: it shows what the daemon says, and decides nothing.
import { html, render, useEffect, useReducer, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { DemoBadges } from "./demo.js";
import { Icon } from "./icons.js";
import { command, openLink } from "./link.js";
import { PaperDesk, ReprintButton, usePapers } from "./papers.js";
import { fitScreen } from "./screen.js";
import { disableSound, enableSound, play } from "./sound.js";
import { StatusStrip } from "./status.js";
import { LastTaps, Verdict } from "./verdict.js";
import { makeTongue } from "./words.js";

const LAST_TAPS_MAX = 8;
const CLOCK_MS = 1000;
const FRESH_MS = 3000;
const DOUBLE_MS = 800;
const SOUND_OF = { ok: "ok", refused: "refused", attention: "attention", unknown: "refused" };

const told = JSON.parse(document.getElementById("told").textContent);
const EMPTY = { verdict: null, repeat: null, status: null, taps: [] };

function advance(board, { topic, content }) {
  switch (topic) {
    case "snapshot":
      return {
        verdict: content.verdict ?? null,
        repeat: content.repeat ?? null,
        status: content.status ?? null,
        taps: content.last_taps,
      };
    case "verdict":
      return { ...board, verdict: content, repeat: null, taps: [content, ...board.taps].slice(0, LAST_TAPS_MAX) };
    default:
      return { ...board, [topic]: content };
  }
}

let hadAlarm = false;

// A verdict of the past, replayed after a lost line, is shown but not heard.
function sound({ topic, content }) {
  if (topic === "status") {
    if (content.alarm && !hadAlarm) play("error");
    hadAlarm = Boolean(content.alarm);
  }
  if (topic === "verdict" && Date.now() - content.t0_ms <= FRESH_MS) {
    play(SOUND_OF[content.tone] ?? "error");
  }
}

function useBoard() {
  const [board, dispatch] = useReducer(advance, EMPTY);
  const [line, setLine] = useState("up");
  useEffect(() => openLink({
    onNote: (topic, content) => {
      dispatch({ topic, content });
      sound({ topic, content });
    },
    onLine: setLine,
  }), []);
  return [board, line];
}

function useNow() {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

function useTongue() {
  const [tongue, setTongue] = useState(makeTongue(told.language, told.words, told.time_zone));
  const choose = async (language) => {
    const answer = await fetch(`/static/words/${language}.json`);
    if (!answer.ok) return;
    const words = await answer.json();
    document.documentElement.lang = language;
    localStorage.setItem("language", language);
    setTongue(makeTongue(language, words, told.time_zone));
  };
  useEffect(() => {
    const chosen = localStorage.getItem("language");
    if (chosen !== told.language && told.languages.some(({ code }) => code === chosen)) choose(chosen);
  }, []);
  useEffect(() => {
    document.title = `${tongue.say("page.title")} · Refectory`;
  }, [tongue]);
  return [tongue, choose];
}

// copyAt: when the data changed; line: whether anybody would answer.
function useDemo(copyAt, line) {
  const [badges, setBadges] = useState([]);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState("");
  const isBusy = useRef(false);
  const last = useRef({ value: null, atMs: 0 });
  useEffect(() => {
    if (line !== "up") return;
    fetch("/v1/badges").then((answer) => (answer.ok ? answer.json() : [])).then(setBadges, () => setBadges([]));
  }, [copyAt, line]);
  // A double touch is one tap, as a card that is laid down once.
  const tap = async ({ value, technology }) => {
    const nowMs = performance.now();
    const isDouble = value === last.current.value && nowMs - last.current.atMs < DOUBLE_MS;
    if (isBusy.current || isDouble) return;
    isBusy.current = true;
    last.current = { value, atMs: nowMs };
    setPending(true);
    try {
      await command("/v1/tap", { value, technology }, told.csrf);
      setFailure("");
    } catch (error) {
      setFailure(error.message);
    } finally {
      isBusy.current = false;
      setPending(false);
    }
  };
  return { badges, pending, failure, tap };
}

const Gone = ({ line, tongue }) => html`
  <div class="gone" role="alert" data-line=${line}>
    <${Icon} name=${line === "gone" ? "unknown" : "refused"} />
    <div>
      <h2>${tongue.say(line === "gone" ? "gone.title" : "gone.locked_title")}</h2>
      <p>${tongue.say(line === "gone" ? "gone.text" : "gone.locked_text")}</p>
    </div>
  </div>`;

const Alarm = ({ alarm, tongue }) => html`
  <p class="alarm" role="alert"><${Icon} name="attention" />
    <b>${tongue.say("alarm.title")}</b> ${alarm.text}</p>`;

function SoundButton({ tongue }) {
  const [isOn, setOn] = useState(false);
  const toggle = async () => {
    if (isOn) disableSound();
    else await enableSound();
    setOn(!isOn);
    if (!isOn) play("ok");
  };
  return html`
    <button type="button" class="sound" aria-pressed=${isOn} onClick=${toggle}>
      <${Icon} name=${isOn ? "sound_on" : "sound_off"} />
      ${tongue.say(isOn ? "page.sound_on" : "page.sound_off")}
    </button>`;
}

const Languages = ({ tongue, choose }) => html`
  <select aria-label=${tongue.say("page.language")} value=${tongue.language}
      onChange=${(event) => choose(event.target.value)}>
    ${told.languages.map(({ code, name }) => html`
      <option key=${code} lang=${code} value=${code} selected=${code === tongue.language}>${name}</option>`)}
  </select>`;

function Footer({ status, tongue, choose }) {
  const risk = status?.walk_in;
  return html`
    <footer class="strip bottom">
      <p class="count">${status && tongue.say("footer.served", status)}</p>
      ${status && html`<p class="school">${status.school}
        ${status.mode === "demo" && html`${" · "}<b>${tongue.say("page.mode_demo")}</b>`}</p>`}
      ${risk && risk.risk_cents > 0 && html`<p class="risk">${tongue.say("footer.risk", {
        risk: tongue.money(risk.risk_cents), limit: tongue.money(risk.limit_cents) })}</p>`}
      <${SoundButton} tongue=${tongue} />
      <${Languages} tongue=${tongue} choose=${choose} />
    </footer>`;
}

function Till() {
  const [board, line] = useBoard();
  const [tongue, choose] = useTongue();
  const nowMs = useNow();
  const { status } = board;
  const demo = useDemo(status?.copy_at, line);
  const papers = usePapers(told.csrf, tongue);
  const name = status?.terminal ?? tongue.say("page.title");
  return html`
    <${StatusStrip} status=${line === "up" ? status : null} tongue=${tongue} nowMs=${nowMs} terminal=${name} />
    <main class=${demo.badges.length > 0 ? "with-demo" : ""}>
      <div class="service">
        ${status?.alarm && html`<${Alarm} alarm=${status.alarm} tongue=${tongue} />`}
        <${PaperDesk} questions=${status?.printer.questions ?? []} papers=${papers} tongue=${tongue} />
        ${line === "up"
          ? html`<${Verdict} verdict=${board.verdict} repeat=${board.repeat} tongue=${tongue} nowMs=${nowMs} />`
          : html`<${Gone} line=${line} tongue=${tongue} />`}
        <div class="past">
          <${LastTaps} taps=${board.taps} tongue=${tongue} />
          <${ReprintButton} papers=${papers} tongue=${tongue} />
        </div>
      </div>
      ${demo.badges.length > 0 && html`
        <${DemoBadges} badges=${demo.badges} onTap=${demo.tap} pending=${demo.pending}
          failure=${demo.failure} tongue=${tongue} />`}
    </main>
    <${Footer} status=${status} tongue=${tongue} choose=${choose} />`;
}

fitScreen(told.screen_mm);
render(html`<${Till} />`, document.getElementById("till"));
