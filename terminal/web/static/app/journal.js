// The last acts: look at the paper, print it again, take back, give back line by line.
import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { Panel, Why } from "./panel.js";

const VOID_REASONS = ["wrong_person", "wrong_product", "not_taken"];
const REFUND_REASONS = ["returned", "wrong_product", "not_taken"];
const SHOWN = 40;

const numberOf = (act, tongue) => tongue.say("journal.number", { number: act.receipt ?? act.reference });

const Row = ({ act, onOpen, tongue }) => html`
  <li><button type="button" class="act ${act.state}" data-act=${act.id} onClick=${() => onOpen(act)}>
    <time>${tongue.time(act.at)}</time>
    <span class="label">${act.label}${act.name && html` <small>${act.name}</small>`}</span>
    ${act.state !== "whole" && html`<span class="state">${tongue.say(`journal.${act.state}`)}</span>`}
    <span class="price">${tongue.money(act.total_cents)}</span>
  </button></li>`;

function Backs({ act, backs, setBacks, tongue }) {
  const count = (line, by) => {
    const left = line.quantity - line.refunded;
    const wanted = Math.max(0, Math.min(left, (backs[line.place] ?? 0) + by));
    setBacks({ ...backs, [line.place]: wanted });
  };
  return html`
    <ul class="lines">
      ${act.lines.map((line) => html`
        <li key=${line.place} data-place=${line.place}>
          <span class="label">${line.quantity} × ${line.label}
            ${line.refunded > 0 && html` <small>${tongue.say("journal.given_back", { count: line.refunded })}</small>`}</span>
          <button type="button" class="less" aria-label=${tongue.say("sale.less", { name: line.label })}
            onClick=${() => count(line, -1)}>−</button>
          <output aria-label=${tongue.say("journal.backs")}>${backs[line.place] ?? 0}</output>
          <button type="button" class="more" aria-label=${tongue.say("sale.more", { name: line.label })}
            onClick=${() => count(line, 1)}>+</button>
          <span class="price">${tongue.money(line.unit_cents * (backs[line.place] ?? 0))}</span>
        </li>`)}
    </ul>`;
}

function Correct({ act, kind, desk, onDone, onBack, tongue }) {
  const [why, setWhy] = useState("");
  const [backs, setBacks] = useState({});
  const isRefund = kind === "refund";
  const wanted = Object.entries(backs).filter(([, quantity]) => quantity > 0)
    .map(([place, quantity]) => ({ place: Number(place), quantity }));
  const isReady = why.trim() !== "" && (!isRefund || wanted.length > 0);
  const send = async () => {
    if (!isReady) return;
    const content = { document: act.id, why: why.trim(), ...(isRefund ? { backs: wanted } : {}) };
    const answer = await desk.send(kind, content);
    if (!answer || answer.outcome === "refused") return;
    desk.say(tongue.say(`journal.${kind}_done`, { what: act.label, price: tongue.money(answer.price_cents ?? 0) }));
    onDone();
  };
  return html`
    ${isRefund && html`<${Backs} act=${act} backs=${backs} setBacks=${setBacks} tongue=${tongue} />`}
    <${Why} reasons=${isRefund ? REFUND_REASONS : VOID_REASONS} why=${why} setWhy=${setWhy} tongue=${tongue} />
    <div class="deeds">
      <button type="button" onClick=${onBack}><${Icon} name="back" /> ${tongue.say("panel.back")}</button>
      <button type="button" class="main danger" aria-disabled=${!isReady || desk.isPending} onClick=${send}>
        ${tongue.say(`journal.${kind}`)}</button>
    </div>`;
}

function Paper({ act, tongue }) {
  const [isMissing, setMissing] = useState(false);
  return isMissing
    ? html`<p class="paper rest">${tongue.say("journal.no_paper")}</p>`
    : html`<img class="paper" alt=${tongue.say("journal.paper")} onError=${() => setMissing(true)}
        src=${`/v1/documents/${encodeURIComponent(act.id)}/paper.png`} />`;
}

function Act({ act, desk, rights, onDone, onBack, tongue }) {
  const [kind, setKind] = useState(null);
  const isWhole = act.state === "whole";
  const canVoid = isWhole && act.is_open_period && rights.includes("void");
  const canRefund = act.lines.length > 0 && act.state !== "voided" && act.state !== "refunded" && rights.includes("refund");
  const reprint = () => desk.post("/v1/reprint", { event: act.reference }, (made) => tongue.say("papers.reprinted", made));
  return html`
    <div class="act-view" data-act=${act.id}>
      <${Paper} act=${act} tongue=${tongue} />
      <div class="about">
        <h3>${act.label}</h3>
        <p>${numberOf(act, tongue)} · ${tongue.time(act.at)} · ${tongue.money(act.total_cents)}</p>
        <p>${[act.name, act.staff, !isWhole && tongue.say(`journal.${act.state}`)].filter(Boolean).join(" · ")}</p>
        ${kind
          ? html`<${Correct} act=${act} kind=${kind} desk=${desk} onDone=${onDone} onBack=${() => setKind(null)} tongue=${tongue} />`
          : html`<div class="deeds column">
              <button type="button" aria-disabled=${desk.isPending} onClick=${reprint}>
                <${Icon} name="printer" /> ${tongue.say("papers.reprint")}</button>
              <button type="button" aria-disabled=${!canVoid} onClick=${() => canVoid && setKind("void")}>
                <${Icon} name="undo" /> ${tongue.say("journal.void")}</button>
              <button type="button" aria-disabled=${!canRefund} onClick=${() => canRefund && setKind("refund")}>
                <${Icon} name="undo" /> ${tongue.say("journal.refund")}</button>
              <button type="button" onClick=${onBack}><${Icon} name="back" /> ${tongue.say("panel.back")}</button>
            </div>`}
      </div>
    </div>`;
}

export function Journal({ board, desk, rights, onClose, tongue }) {
  const [acts, setActs] = useState(null);
  const [open, setOpen] = useState(null);
  const load = () => fetch(`/v1/documents?limit=${SHOWN}`)
    .then((answer) => (answer.ok ? answer.json() : []))
    .then(setActs, () => setActs([]));
  useEffect(() => { load(); }, [board.verdict, board.act]);
  const shown = open && (acts ?? []).find(({ id }) => id === open.id);
  return html`
    <${Panel} title=${tongue.say("journal.title")} name="journal" onClose=${onClose} tongue=${tongue}>
      ${shown
        ? html`<${Act} key=${shown.id} act=${shown} desk=${desk} rights=${rights} tongue=${tongue}
            onBack=${() => setOpen(null)} onDone=${() => { setOpen(null); load(); }} />`
        : html`<ul class="acts">
            ${(acts ?? []).map((act) => html`<${Row} key=${act.id} act=${act} onOpen=${setOpen} tongue=${tongue} />`)}
            ${acts?.length === 0 && html`<li class="rest">${tongue.say("journal.none")}</li>`}
          </ul>`}
    <//>`;
}
