// The bursar's office: a pupil by name or by badge, both wallets, badges, a ticket, cash.
import { html, render, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { Asked } from "./asked.js";
import { Cash } from "./cash.js";
import { Gone } from "./gone.js";
import { Icon } from "./icons.js";
import { Languages, told } from "./language.js";
import { Cases } from "./office_asked.js";
import { DEEDS, Deed } from "./office_deeds.js";
import { ProfilePanel } from "./profile_choice.js";
import { useRoom } from "./room.js";
import { fitScreen } from "./screen.js";
import { Found, usePupils } from "./search.js";
import { SignIn } from "./sign_in.js";
import { Banners, StatusStrip } from "./status.js";

// A pupil's card, read anew after each act and with each copy.
function useCard(chosen, board, mayRead) {
  const [card, setCard] = useState(null);
  const { status, act, verdict } = board;
  useEffect(() => {
    if (!chosen || !mayRead) return setCard(null);
    fetch(`/v1/office/pupils/${encodeURIComponent(chosen)}`)
      .then((answer) => (answer.ok ? answer.json() : null)).then(setCard, () => {});
  }, [chosen, mayRead, status?.cursor, status?.is_online, act?.command, verdict?.seq]);
  return card?.id === chosen ? card : null;
}

const Amount = ({ label, cents, tongue }) => html`
  <div class="fact"><dt>${label}</dt><dd data-cents=${cents}>${tongue.money(cents)}</dd></div>`;

function Card({ card, room, open }) {
  const { tongue, operator, catalogue } = room;
  const orders = card.orders.map(({ label, state }) => `${label} (${tongue.say(`order.${state}`)})`);
  const badges = card.badges.map(({ last4, state }) => `…${last4} ${tongue.say(`office.badge_${state}`)}`);
  return html`
    <div class="chosen card" data-pupil=${card.id}>
      <h2>${card.name} <span class="class">${card.class_name}</span></h2>
      <dl class="wallets">
        <${Amount} label=${tongue.say("office.general")} cents=${card.wallet_cents} tongue=${tongue} />
        <${Amount} label=${tongue.say("office.reserve")} cents=${card.reserve_cents} tongue=${tongue} />
      </dl>
      ${card.is_provisional && html`<p class="rest">${tongue.say("office.provisional")}</p>`}
      <dl>
        <div class="fact"><dt>${tongue.say("office.badges")}</dt>
          <dd>${badges.length ? badges.join(", ") : tongue.say("office.no_badge")}</dd></div>
        <div class="fact"><dt>${tongue.say("search.orders")}</dt>
          <dd>${orders.length ? orders.join(", ") : tongue.say("search.no_order")}</dd></div>
      </dl>
      <div class="menu-items">
        ${DEEDS.filter(({ isOpen }) => isOpen(operator, catalogue)).map(({ name, icon }) => html`
          <button type="button" key=${name} data-deed=${name} onClick=${() => open(name)}>
            <${Icon} name=${icon} /> <span>${tongue.say(`office.${name}`)}</span></button>`)}
      </div>
    </div>`;
}

function Find({ room, choose, chosen, loose }) {
  const { tongue, isUp, desk, status } = room;
  const [text, setText] = useState("");
  const pupils = usePupils(text);
  return html`
    <div class="service find">
      <${Asked} status=${isUp ? status : null} desk=${desk} tongue=${tongue} />
      <input type="search" class="wide" autocomplete="off" spellcheck="false" value=${text} maxlength="60"
        aria-label=${tongue.say("office.find")} placeholder=${tongue.say("office.find")}
        onInput=${(event) => setText(event.target.value)} />
      <p class="rest">${tongue.say("office.lay_badge")}</p>
      <p class="loose" role="status">${loose && html`<${Icon} name="attention" />
        <span>${tongue.say(loose.owner ? "office.found_badge" : "office.unknown_badge", loose)}</span>`}</p>
      <ul class="results" aria-label=${tongue.say("search.results")}>
        ${(pupils ?? []).map((pupil) => html`<${Found} key=${pupil.id} pupil=${pupil}
          onChoose=${({ id }) => { choose(id); setText(""); }} />`)}
        ${pupils?.length === 0 && html`<li class="rest">${tongue.say("search.none")}</li>`}
      </ul>
    </div>`;
}

// Who is looked at, and the badge on the reader that is nobody's: `loose`.
function useChosen(verdict) {
  const [chosen, setChosen] = useState(null);
  const [loose, setLoose] = useState(null);
  useEffect(() => {
    if (verdict?.outcome !== "shown") return;
    if (verdict.pupil) setChosen(verdict.pupil);
    // A badge of theirs that is lost or blocked, and lies here, was found again.
    const isFound = verdict.pupil && ["lost", "blocked"].includes(verdict.badge_state);
    const isNew = !verdict.pupil || isFound;
    setLoose(isNew ? { tap: verdict.tap, last4: verdict.badge_last4, owner: verdict.pupil } : null);
  }, [verdict?.seq]);
  return { chosen, setChosen, loose, setLoose };
}

function Desk({ room, card, open }) {
  const { tongue, catalogue, desk, isUp, line, isLocked, operator } = room;
  if (!isUp) return html`<section class="lists"><${Gone} line=${line} tongue=${tongue} /></section>`;
  if (catalogue && !operator) {
    return html`<section class="lists locked"><h2>${tongue.say("office.title")}</h2>
      <${SignIn} catalogue=${catalogue} desk=${desk} tongue=${tongue} /></section>`;
  }
  if (operator && !operator.rights.includes("office")) {
    return html`<section class="lists"><h2>${tongue.say("office.title")}</h2>
      <p class="no-right" role="alert"><${Icon} name="lock" /> <span>${tongue.say("office.no_right", operator)}</span></p></section>`;
  }
  return html`
    <section class="lists ${isLocked ? "locked" : ""}">
      ${card ? html`<${Card} card=${card} room=${room} open=${open} />`
        : html`<h2>${tongue.say("office.title")}</h2><p class="rest">${tongue.say("office.nobody")}</p>`}
    </section>`;
}

function Office() {
  const room = useRoom(null);
  const { board, isUp, status, catalogue, tongue, choose, nowMs, desk, operator, panel, setPanel } = room;
  const mayWork = operator?.rights.includes("office") ?? false;
  const { chosen, setChosen, loose, setLoose } = useChosen(board.verdict);
  const card = useCard(chosen, board, mayWork);
  const close = () => setPanel(null);
  useEffect(() => {
    if (!operator) { setChosen(null); close(); }
  }, [operator?.id]);
  const shown = isUp && mayWork && panel;
  const panels = {
    cash: () => html`<${Cash} status=${status} desk=${desk} onClose=${close} tongue=${tongue} />`,
    cases: () => html`<${Cases} room=${room} onClose=${close} />`,
  };
  const body = !shown ? null : panel === "profile" ? null : panels[panel]?.()
    ?? (card && html`<${Deed} key=${panel} name=${panel} card=${card} room=${room} loose=${loose}
      onGiven=${() => setLoose(null)} onClose=${close} />`);
  const choosing = isUp && operator && panel === "profile" && html`
    <${ProfilePanel} status=${status} catalogue=${catalogue} desk=${desk} onClose=${close} tongue=${tongue} />`;
  return html`
    <${StatusStrip} status=${isUp ? status : null} tongue=${tongue} nowMs=${nowMs}
      terminal=${status?.terminal ?? tongue.say("page.title")} />
    ${isUp && status && html`<${Banners} status=${status} tongue=${tongue} />`}
    <main class="office">
      ${isUp && mayWork ? html`<${Find} room=${room} choose=${(id) => { setChosen(id); close(); }} loose=${loose} />` : html`<div class="service"></div>`}
      ${choosing || body || html`<${Desk} room=${room} card=${card} open=${setPanel} />`}
    </main>
    <div class="past">
      <p class="said ${desk.said?.tone ?? ""}" role="status">${desk.said && html`
        <${Icon} name=${desk.said.tone === "ok" ? "ok" : "attention"} /> <span>${desk.said.text}</span>`}</p>
    </div>
    <footer class="strip bottom">
      <button type="button" class="cash" aria-disabled=${!mayWork} onClick=${() => mayWork && setPanel("cash")}>
        <${Icon} name="cash" /> <span>${tongue.say("office.cash")}</span></button>
      <button type="button" class="cases" aria-disabled=${!mayWork} onClick=${() => mayWork && setPanel("cases")}>
        <${Icon} name="attention" /> <span>${tongue.say("office.cases")}</span></button>
      <button type="button" class="profile" aria-disabled=${!operator} onClick=${() => operator && setPanel("profile")}>
        <${Icon} name="menu" /> <span>${tongue.say("profile.choose")}</span></button>
      ${operator && html`<button type="button" class="leave" onClick=${() => desk.send("sign_out")}>
        <${Icon} name="lock" /> <span>${tongue.say("room.lock", { name: operator.name })}</span></button>`}
      <${Languages} tongue=${tongue} choose=${choose} />
    </footer>`;
}

fitScreen(told.screen_mm);
render(html`<${Office} />`, document.getElementById("office"));
