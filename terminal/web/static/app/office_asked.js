// What only the centre may answer: an access for parents, exceptions; and a pupil's account.
import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { now } from "./clock.js";
import { told } from "./language.js";
import { command } from "./link.js";
import { Icon } from "./icons.js";
import { Panel } from "./panel.js";

// Asks once, while it shows that it waits. Result: the answer; null when it was said why not.
function useAsk(room) {
  const { desk, tongue } = room;
  const [isWaiting, setWaiting] = useState(false);
  const ask = async (what, content) => {
    if (isWaiting) return null;
    setWaiting(true);
    try {
      const answer = await command(`/v1/office/${what}`, { command: crypto.randomUUID(), ...content }, told.csrf);
      if (answer.state === "unreachable") desk.say(tongue.say("office.unreachable"), "refused");
      else if (answer.state !== "refused") return answer;
      else if (answer.detail) desk.say(tongue.say("office.refused", answer), "refused");
      else desk.sayRefusal(answer);
    } catch (error) {
      desk.say(`${tongue.say("papers.failed")} : ${error.message}`, "refused");
    } finally {
      setWaiting(false);
    }
    return null;
  };
  return [ask, isWaiting];
}

export function Access({ card, room, onClose }) {
  const { tongue, desk } = room;
  const [ask, isWaiting] = useAsk(room);
  const [accounts, setAccounts] = useState(null);
  const print = async (more) => {
    const answer = await ask("access", { pupil: card.id, ...more });
    if (answer?.state === "choose") return setAccounts(answer.accounts);
    if (answer?.state !== "printed") return;
    const day = tongue.day((answer.ends_at ?? "").slice(0, 10));
    desk.say(tongue.say("office.access_done", { user: answer.user, day }));
    onClose();
  };
  const button = (words, more, isMain) => html`
    <button type="button" class=${isMain ? "main" : ""} data-account=${more.account ?? ""} aria-disabled=${isWaiting}
      onClick=${() => print(more)}><${Icon} name="printer" /> <span>${words}</span></button>`;
  return html`
    <p>${tongue.say("office.access_do")}</p>
    ${accounts && html`<h3>${tongue.say("office.access_which")}</h3>`}
    <div class="deeds column" aria-busy=${isWaiting}>
      ${accounts
        ? html`${accounts.map((account) => button(account, { account }, true))}${button(tongue.say("office.access_new"), { account: "" })}`
        : button(tongue.say("office.print"), {}, true)}
    </div>`;
}

const pad = (day) => new Date(day).toLocaleDateString("sv", { timeZone: told.time_zone });

export function Account({ card, room, onClose }) {
  const { tongue, desk, status } = room;
  const [ask, isWaiting] = useAsk(room);
  const today = status?.day ?? pad(now());
  const [since, setSince] = useState(`${today.slice(0, 8)}01`);
  const [until, setUntil] = useState(today);
  const [account, setAccount] = useState(null);
  const isReady = Boolean(since && until && since <= until) && !isWaiting;
  const read = async (prints) => {
    if (!isReady) return;
    const answer = await ask("accounts", { pupil: card.id, since, until, prints });
    if (!answer) return;
    setAccount(answer);
    if (!answer.is_printed) return;
    desk.say(tongue.say("office.account_done", { name: card.name }));
    onClose();
  };
  const day = (key, value, set) => html`
    <label>${tongue.say(`office.${key}`)} <input type="date" data-day=${key} value=${value} onInput=${(event) => set(event.target.value)} /></label>`;
  return html`
    <div class="span">${day("since", since, setSince)}${day("until", until, setUntil)}</div>
    <div class="deeds" aria-busy=${isWaiting}>
      <button type="button" class="show" aria-disabled=${!isReady} onClick=${() => read(false)}>${tongue.say("office.show")}</button>
      <button type="button" class="main print" aria-disabled=${!isReady} onClick=${() => read(true)}>
        <${Icon} name="printer" /> <span>${tongue.say("office.print")}</span></button>
    </div>
    ${account && !account.is_whole && html`<p class="loose">
      <${Icon} name="attention" /> <span>${tongue.say("office.known_here")}</span></p>`}
    ${account && (account.movements.length === 0 ? html`<p class="rest">${tongue.say("office.no_movement")}</p>` : html`
      <ul class="movements" tabindex="0" aria-label=${tongue.say("office.account")}>${account.movements.map((one, place) => html`
        <li key=${place} data-wallet=${one.wallet}><span class="class">${one.day.slice(8)}/${one.day.slice(5, 7)} ${one.time}</span>
          <span class="label">${one.label}${one.wallet === "reserve" ? ` · ${tongue.say("office.reserve")}` : ""}</span>
          <b>${tongue.money(one.change_cents)}</b></li>`)}</ul>`)}`;
}

const WAYS = ["accepted", "waived", "charged", "reversed"];

function Case({ one, room, onDone }) {
  const { tongue, desk } = room;
  const [ask, isWaiting] = useAsk(room);
  const [how, setHow] = useState("accepted");
  const [note, setNote] = useState("");
  const isReady = note.trim() !== "" && !isWaiting;
  const settle = async () => {
    if (!isReady) return;
    const answer = await ask("resolutions", { case: one.id, how, note: note.trim() });
    if (answer?.state !== "settled") return;
    desk.say(tongue.say("office.settled"));
    onDone();
  };
  return html`
    <div class="chosen">
      <h3>${flagOf(one, tongue)}</h3>
      <${Told} one=${one} tongue=${tongue} />
      <fieldset class="why"><legend>${tongue.say("office.how")}</legend>
        ${WAYS.map((way) => html`<button type="button" key=${way} data-how=${way} aria-pressed=${how === way}
          onClick=${() => setHow(way)}>${tongue.say(`office.${way}`)}</button>`)}
        <input type="text" maxlength="120" autocomplete="off" value=${note} aria-label=${tongue.say("office.note")}
          placeholder=${tongue.say("office.note")} onInput=${(event) => setNote(event.target.value)} />
      </fieldset>
      <div class="deeds"><button type="button" class="main settle" aria-disabled=${!isReady} onClick=${settle}>
        ${tongue.say("office.settle")}</button></div>
    </div>`;
}

// Where the centre's own words say more than a sentence can: what differs, what could not be read.
const TECHNICAL = new Set(["closing_differs", "quarantined", "conflict", "revoked"]);

// A centre of before tells no facts, and a newer one may know of exceptions that have no sentence here.
function sentenceOf(one, tongue) {
  const key = one.flag === "overdraft" && one.kind === "reserve.moved" ? "case.overdraft_moved" : `case.${one.flag}`;
  if (one.at === undefined || !tongue.has(key)) return null;
  const at = one.at ?? one.raised_at;
  const name = one.name ? `${one.name} (${one.class_name})` : tongue.say("case.nobody");
  return tongue.say(key, {
    name, day: tongue.day(pad(at)), time: tongue.time(at), terminal: one.terminal, price: tongue.money(one.amount_cents),
  });
}

function Told({ one, tongue }) {
  const sentence = sentenceOf(one, tongue);
  return html`
    ${sentence && html`<p class="told">${sentence}</p>`}
    ${(!sentence || TECHNICAL.has(one.flag)) && html`<p class="rest" lang="en" translate="no">${one.detail}</p>`}`;
}

const flagOf = ({ flag }, tongue) => tongue.say(tongue.has(`flag.${flag}`) ? `flag.${flag}` : "flag.other");

export function Cases({ room, onClose }) {
  const { tongue } = room;
  const [ask, isWaiting] = useAsk(room);
  const [cases, setCases] = useState(null);
  const [chosen, setChosen] = useState(null);
  const read = async () => {
    setChosen(null);
    const answer = await ask("cases", {});
    if (answer) setCases(answer.cases);
  };
  useEffect(() => { read(); }, []);
  return html`
    <${Panel} title=${tongue.say("office.cases")} name="cases" onClose=${onClose} tongue=${tongue}>
      ${chosen ? html`<${Case} key=${chosen.id} one=${chosen} room=${room} onDone=${read} />` : html`
        <ul class="results" aria-busy=${isWaiting} aria-label=${tongue.say("office.cases")}>
          ${(cases ?? []).map((one) => html`
            <li key=${one.id}><button type="button" class="found" data-case=${one.id} onClick=${() => setChosen(one)}>
              <span class="label">${flagOf(one, tongue)}</span>
              <span class="class">${one.terminal} · ${tongue.time(one.raised_at)}${one.amount_cents > 0
                ? ` · ${tongue.say("office.case_amount", { price: tongue.money(one.amount_cents) })}` : ""}</span></button></li>`)}
          ${cases?.length === 0 && html`<li class="rest">${tongue.say("office.no_case")}</li>`}
        </ul>`}
    <//>`;
}
