// What the study room, the gate and the office share: the frame, the verdict, names by right, a pupil by name.
import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { Asked } from "./asked.js";
import { useBoard, useCatalogue } from "./board.js";
import { useNow } from "./clock.js";
import { useDesk } from "./desk.js";
import { useFollow } from "./follow.js";
import { Gone } from "./gone.js";
import { Icon } from "./icons.js";
import { Languages, useTongue } from "./language.js";
import { Panel, Why } from "./panel.js";
import { ProfilePanel } from "./profile_choice.js";
import { Found, usePupils } from "./search.js";
import { SignIn, useIdleLock } from "./sign_in.js";
import { Banners, StatusStrip } from "./status.js";
import { LastTaps, Verdict } from "./verdict.js";

const SOON_MS = 250;
const REASONS = ["forgotten", "lost", "broken"];
const MISTAKES = ["wrong_person", "not_here"];

// What the page lists, read anew after each tap and act, and when the copy or the operator changes.
function useLists(path, board, line) {
  const [lists, setLists] = useState(null);
  const { status, verdict, act } = board;
  const operator = status?.operator?.id ?? null;
  useEffect(() => {
    if (!path || line !== "up" || !status) return undefined;
    const read = () => fetch(path).then((answer) => (answer.ok ? answer.json() : null))
      .then((told) => told && setLists(told), () => {});
    const timer = setTimeout(read, lists ? SOON_MS : 0);
    return () => clearTimeout(timer);
  }, [line, status?.cursor, status?.day, operator, verdict?.seq, act?.command, Boolean(status)]);
  return lists;
}

export function useRoom(path) {
  const [board, line] = useBoard();
  const [tongue, choose] = useTongue();
  const nowMs = useNow();
  const desk = useDesk(tongue);
  const { status } = board;
  const catalogue = useCatalogue(status?.cursor, line);
  const lists = useLists(path, board, line);
  const [panel, setPanel] = useState(null);
  const operator = status?.operator ?? null;
  useFollow(status, panel !== null);
  useIdleLock({ operator, board, desk });
  const isUp = line === "up";
  const isLocked = Boolean(catalogue?.needs_sign_in) && !operator;
  const canName = operator?.rights.includes("serve_by_name") ?? false;
  const canTakeBack = operator?.rights.includes("void") ?? false;
  return { board, line, isUp, status, catalogue, lists, tongue, choose, nowMs, desk, operator, isLocked, canName, canTakeBack, panel, setPanel };
}

// A pupil in a list: a button where something can be done for them, plain text where not.
export function Person({ pupil, children, tongue, onChoose, isOff }) {
  const words = html`
    <span class="label">${pupil.name ?? tongue.say("room.gone")}</span> <span class="class">${pupil.class_name}</span>
    ${children}`;
  if (isOff) return html`<li><div class="found" data-pupil=${pupil.id}>${words}</div></li>`;
  return html`<li><button type="button" class="found" data-pupil=${pupil.id} onClick=${() => onChoose(pupil)}>${words}</button></li>`;
}

// deeds: what can be done for a chosen pupil, each with words and an act; all need a reason. mistake:
// the deed for who was noted here and should not have been; noted: their ids.
export function ByName({ room, title, chosen: first, deeds, mistake, noted }) {
  const { tongue, desk, setPanel } = room;
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(first ?? null);
  const [why, setWhy] = useState("");
  const [isMistake, setMistake] = useState(false);
  const mayTakeBack = room.canTakeBack && chosen && noted.includes(chosen.id);
  const isBack = isMistake && mayTakeBack;
  const offered = isBack ? [mistake] : deeds;
  const pupils = usePupils(text);
  const isReady = why.trim() !== "" && !desk.isPending;
  const act = async (deed) => {
    if (!isReady) return;
    const answer = await desk.send(deed.word, { customer: { pupil: chosen.id }, why: why.trim(), ...deed.more });
    if (answer && answer.outcome !== "refused") setPanel(null);
  };
  return html`
    <${Panel} title=${title} name="search" onClose=${() => setPanel(null)} tongue=${tongue}>
      <input type="search" class="wide" autocomplete="off" spellcheck="false" value=${text} maxlength="60"
        aria-label=${tongue.say("search.field")} placeholder=${tongue.say("search.field")}
        onInput=${(event) => { setChosen(null); setText(event.target.value); }} />
      ${chosen ? html`
        <div class="chosen">
          <h3>${chosen.name} <span class="class">${chosen.class_name}</span></h3>
          ${mayTakeBack && html`<p class="mistake"><button type="button" aria-pressed=${isBack}
            onClick=${() => { setMistake(!isBack); setWhy(""); }}><${Icon} name="undo" /> ${tongue.say("room.mistake")}</button></p>`}
          <${Why} key=${isBack} reasons=${isBack ? MISTAKES : REASONS} why=${why} setWhy=${setWhy} tongue=${tongue} />
          <div class="deeds">
            ${offered.map((deed) => html`<button type="button" key=${deed.word} data-deed=${deed.word}
              class=${deed.isMain ? "main" : deed === mistake ? "main danger" : ""}
              aria-disabled=${!isReady} onClick=${() => act(deed)}>${deed.words}</button>`)}
          </div>
        </div>` : html`
        <ul class="results" aria-label=${tongue.say("search.results")}>
          ${(pupils ?? []).map((pupil) => html`<${Found} key=${pupil.id} pupil=${pupil} onChoose=${setChosen} />`)}
          ${pupils?.length === 0 && html`<li class="rest">${tongue.say("search.none")}</li>`}
        </ul>`}
    <//>`;
}

// The frame: strip, verdict with what stands under it, the lists, the last taps, the foot.
export function Room({ room, under, panel, count, children }) {
  const { board, line, isUp, status, catalogue, tongue, choose, nowMs, desk, operator, isLocked, canName, setPanel } = room;
  const leave = () => operator && desk.send("sign_out");
  return html`
    <${StatusStrip} status=${isUp ? status : null} tongue=${tongue} nowMs=${nowMs}
      terminal=${status?.terminal ?? tongue.say("page.title")} />
    ${isUp && status && html`<${Banners} status=${status} tongue=${tongue} />`}
    <main>
      <div class="service">
        <${Asked} status=${isUp ? status : null} desk=${desk} tongue=${tongue} />
        ${isUp
          ? html`<${Verdict} board=${board} desk=${desk} tongue=${tongue} nowMs=${nowMs} isBare=${true} />`
          : html`<${Gone} line=${line} tongue=${tongue} />`}
        ${isUp && under}
      </div>
      ${isUp && operator && room.panel?.name === "profile" ? html`
        <${ProfilePanel} status=${status} catalogue=${catalogue} desk=${desk} onClose=${() => setPanel(null)} tongue=${tongue} />`
      : isUp && panel ? panel : html`
        <section class="lists ${isLocked ? "locked" : ""}">
          ${children}
          ${isUp && catalogue && isLocked && html`<${SignIn} catalogue=${catalogue} desk=${desk} tongue=${tongue} />`}
        </section>`}
    </main>
    <div class="past">
      <${LastTaps} taps=${board.taps} tongue=${tongue} />
      <p class="said ${desk.said?.tone ?? ""}" role="status">${desk.said && html`
        <${Icon} name=${desk.said.tone === "ok" ? "ok" : "attention"} /> <span>${desk.said.text}</span>`}</p>
    </div>
    <footer class="strip bottom">
      <p class="count"><b>${count}</b></p>
      <button type="button" class="by-name" aria-disabled=${!canName} onClick=${() => canName && setPanel({ name: "search" })}>
        <${Icon} name="search" /> <span>${tongue.say("foot.search")}</span></button>
      ${operator && html`<button type="button" class="profile" onClick=${() => setPanel({ name: "profile" })}>
        <${Icon} name="menu" /> <span>${tongue.say("profile.choose")}</span></button>`}
      ${operator && html`<button type="button" class="leave" onClick=${leave}>
        <${Icon} name="lock" /> <span>${tongue.say("room.lock", { name: operator.name })}</span></button>`}
      <${Languages} tongue=${tongue} choose=${choose} />
    </footer>`;
}
