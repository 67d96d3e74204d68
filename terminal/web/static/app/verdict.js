// The verdict card and the strip of last taps.
import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { farFrom } from "./clock.js";
import { Icon } from "./icons.js";

const OLD_MS = 30_000;
// Then whoever was here last is no longer shown, and the till says whether it is ready.
const REST_MS = 30 * 60_000;
const FOOT_KEYS = { collected: "verdict.paid", refused: "verdict.nothing_booked" };

function titleOf(verdict, tongue) {
  if (verdict.outcome === "present" && verdict.earlier_at) {
    return tongue.say("verdict.present_at", { time: tongue.time(verdict.earlier_at) });
  }
  if (verdict.outcome !== "refused") return tongue.say(`verdict.${verdict.outcome}`);
  if (verdict.reason === "already_served" && verdict.earlier_at) {
    return tongue.say("reason.already_served_at", { time: tongue.time(verdict.earlier_at) });
  }
  if (verdict.reason === "no_service" && verdict.until) {
    return tongue.say("reason.no_service_until", { time: tongue.time(verdict.until) });
  }
  return tongue.say(tongue.has(`reason.${verdict.reason}`) ? `reason.${verdict.reason}` : "reason.other");
}

function adviceOf(verdict, tongue) {
  if (verdict.conflicts.length > 0) return tongue.say("verdict.conflict_do");
  if (verdict.outcome === "late") {
    const came = Date.parse(verdict.earlier_at ?? verdict.at);
    return tongue.say("verdict.late_do", { count: Math.max(0, Math.floor((came - Date.parse(verdict.due_at)) / 60_000)) });
  }
  const key = verdict.outcome === "refused" ? `reason.${verdict.reason}_do` : `verdict.${verdict.outcome}_do`;
  return tongue.has(key) ? tongue.say(key) : "";
}

const Fact = ({ name, children }) => html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

function Allergens({ verdict, tongue }) {
  const { allergens, conflicts, diet } = verdict;
  const words = allergens.map((word) => html`
    <b class=${conflicts.includes(word) ? "conflict" : ""} key=${word}>${tongue.say(`allergen.${word}`)}</b>`);
  return html`
    <${Fact} name=${tongue.say("verdict.allergens")}>
      ${words.length > 0 ? html`<span class="allergens">${words}</span>` : tongue.say("verdict.no_allergens")}
    <//>
    ${diet && html`<${Fact} name=${tongue.say("verdict.diet")}>${diet}<//>`}`;
}

function Money({ verdict, tongue }) {
  const { outcome, price_cents: price, wallet_cents: wallet } = verdict;
  const isPaid = outcome === "sold" || (outcome === "entered" && price > 0);
  const walletName = tongue.say(isPaid ? "verdict.wallet_after" : "verdict.wallet");
  return html`
    ${isPaid && html`
      <${Fact} name=${tongue.say("verdict.price")}><b>${tongue.money(price)}</b><//>`}
    ${wallet !== null && html`
      <${Fact} name=${walletName}>
        <b data-wallet=${wallet}>${tongue.money(wallet)}</b>
        ${verdict.is_provisional && html` <small>${tongue.say("verdict.provisional")}</small>`}
      <//>`}
    ${Number.isInteger(verdict.reserve_cents) && html`
      <${Fact} name=${tongue.say("verdict.reserve")}><span>${tongue.money(verdict.reserve_cents)}</span><//>`}`;
}

const initials = (name) => name.split(/\s+/).filter(Boolean).map((part) => part[0]).join("").slice(0, 2);

// A photo where the school has one and it is at hand; else initials. Its place stays, so that names
// never jump, and the initials are there until the photo is.
function Photo({ verdict }) {
  const [isMissing, setMissing] = useState(false);
  return html`
    <span class="photo" aria-hidden="true">
      ${verdict.name ? html`<span>${initials(verdict.name)}</span>` : html`<${Icon} name="person" />`}
      ${verdict.photo && !isMissing && html`
        <img src=${`/v1/photos/${verdict.photo}`} alt="" onError=${() => setMissing(true)} />`}
    </span>`;
}

const Person = ({ verdict, tongue }) => html`
  <div class="person"><${Photo} key=${verdict.seq} verdict=${verdict} />
    <p><span class="name">${verdict.name ?? tongue.say("verdict.nobody")}</span>
      ${verdict.class_name && html` <span class="class">${verdict.class_name}</span>`}</p>
  </div>`;

// Staff were not sure enough to serve: the answer serves this very tap.
function Answer({ verdict, desk, tongue }) {
  const [seqOfNo, setNo] = useState(null);
  if (!verdict.asks || seqOfNo === verdict.seq) return null;
  const serve = () => desk.send("serve", { customer: { tap: verdict.tap }, accepts: true });
  return html`
    <p class="answer">
      <button type="button" class="yes" aria-disabled=${desk.isPending} onClick=${serve}>${tongue.say("verdict.serve_anyway")}</button>
      <button type="button" class="no" onClick=${() => setNo(verdict.seq)}>${tongue.say("verdict.serve_not")}</button>
    </p>`;
}

// Nobody is here: whether the queue may come, and what is loaded for it.
function Idle({ status, tongue }) {
  const { ready, copy_at: copyAt, pupils, reserved } = status ?? {};
  const lacks = ready?.lacks ?? [];
  const title = ready?.is_ready === false ? "ready.no" : lacks.length > 0 ? "ready.less" : "verdict.idle";
  return html`
    <section class="verdict idle" aria-label=${tongue.say("verdict.region")} data-ready=${ready?.is_ready ?? ""}>
      <div class="head"><${Icon} name=${ready?.is_ready === false ? "attention" : "idle"} />
        <div><h2>${tongue.say(title)}</h2><p>${tongue.say("verdict.idle_do")}</p></div>
        ${copyAt && html`<p class="loaded">${tongue.say("ready.counts", { pupils, meals: reserved, time: tongue.time(copyAt) })}</p>`}
        ${lacks.length > 0 && html`<ul class="lacks">
          ${lacks.map((lack) => html`<li key=${lack}><${Icon} name="attention" /> ${tongue.say(`ready.lack_${lack}`)}</li>`)}</ul>`}
      </div>
    </section>`;
}

// isBare: where nothing is eaten, what one may not eat and what is cooked is nobody's business.
export function Verdict({ board, desk, tongue, nowMs, isBare = false }) {
  const { verdict, repeat, status } = board;
  const told = isBare ? { ...status, copy_at: null } : status;
  const ageMs = verdict ? farFrom(Date.parse(verdict.at), nowMs) : Infinity;
  if (ageMs > REST_MS) return html`<${Idle} status=${told} tongue=${tongue} />`;
  const isOld = ageMs > OLD_MS;
  return html`
    <section class="verdict ${verdict.tone} ${isOld ? "old" : ""}" aria-label=${tongue.say("verdict.region")}
        data-seq=${verdict.seq} data-t0=${verdict.t0_ms} data-tap=${verdict.tap} data-tone=${verdict.tone}>
      <div class="head" role="status">
        <${Icon} name=${verdict.tone} />
        <div><h2>${titleOf(verdict, tongue)}</h2><p>${adviceOf(verdict, tongue)}</p></div>
      </div>
      ${verdict.conflicts.length > 0 && html`
        <p class="alert" role="alert"><${Icon} name="allergy" />
          ${tongue.say("verdict.conflict", { words: tongue.list(verdict.conflicts, "allergen") })}</p>`}
      <${Answer} verdict=${verdict} desk=${desk} tongue=${tongue} />
      ${verdict.is_to_settle && html`<p class="settle">${tongue.say("verdict.to_settle")}</p>`}
      <div class="body" tabindex="0">
        <${Person} verdict=${verdict} tongue=${tongue} />
        ${verdict.meal && html`<p class="meal">${verdict.meal}</p>`}
        <dl>
          ${verdict.name && !isBare && html`<${Allergens} verdict=${verdict} tongue=${tongue} />`}
          <${Money} verdict=${verdict} tongue=${tongue} />
        </dl>
      </div>
      <p class="foot">
        <span>${FOOT_KEYS[verdict.outcome] && tongue.say(FOOT_KEYS[verdict.outcome])}</span>
        <span class="repeat">${repeat && repeat.tap === verdict.tap && repeat.count > 0
          ? tongue.say("verdict.repeat", { count: repeat.count }) : ""}</span>
        <span>${verdict.receipt !== null && tongue.say("verdict.receipt", { number: verdict.receipt })}</span>
        <time>${tongue.time(verdict.at)}</time>
      </p>
    </section>`;
}

export const LastTaps = ({ taps, tongue }) => html`
  <section class="taps" aria-label=${tongue.say("taps.title")}>
    <ol>
      ${taps.map((tap) => html`
        <li class=${tap.tone} key=${tap.tap}>
          <${Icon} name=${tap.tone} />
          <span class="unseen">${tongue.say(`tone.${tap.tone}`)}</span>
          <span class="name">${tap.name ?? titleOf(tap, tongue)}</span>
          <time>${tongue.time(tap.at)}</time>
        </li>`)}
      ${taps.length === 0 && html`<li class="empty">${tongue.say("taps.none")}</li>`}
    </ol>
  </section>`;
