// X: a look at the period. Z: its end, with the cash that was counted.
import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { AmountPad } from "./pad.js";
import { Panel } from "./panel.js";

const Figure = ({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`;

function Figures({ figures, tongue }) {
  const tally = ({ count, amount_cents }) => `${count} · ${tongue.money(amount_cents)}`;
  const maybe = (cents) => (cents === null || cents === undefined ? "–" : tongue.money(cents));
  return html`
    <table class="figures">
      <tbody>
        <${Figure} name=${tongue.say("closing.collected")} value=${figures.collected} />
        ${(figures.tenders ?? []).map((one) => html`
          <${Figure} key=${one.tender} name=${tongue.say(`tender.${one.tender}`)} value=${tally(one)} />`)}
        ${["top_ups", "voids", "refunds", "settled_later"].filter((key) => figures[key]?.count > 0).map((key) => html`
          <${Figure} key=${key} name=${tongue.say(`closing.${key}`)} value=${tally(figures[key])} />`)}
        <${Figure} name=${tongue.say("closing.cash_opening")} value=${maybe(figures.cash_opening_cents)} />
        <${Figure} name=${tongue.say("closing.cash_expected")} value=${maybe(figures.cash_expected_cents)} />
        <${Figure} name=${tongue.say("closing.not_collected")} value=${figures.not_collected ?? "–"} />
        <${Figure} name=${tongue.say("closing.unbooked")} value=${figures.unbooked ?? "–"} />
      </tbody>
    </table>`;
}

function Close({ figures, desk, onClosed, onBack, tongue }) {
  const [counted, setCounted] = useState(null);
  const expected = figures.cash_expected_cents ?? null;
  const difference = counted === null || expected === null ? null : counted - expected;
  const close = async () => {
    const answer = await desk.send("close_period", { counted_cents: counted });
    if (answer?.outcome === "done") onClosed(answer.figures);
  };
  return html`
    <div class="side">
      <div>
        <p>${tongue.say("closing.count_do")}</p>
        <p class="difference ${difference ? "short" : ""}" data-difference=${difference ?? ""}>
          ${tongue.say("closing.difference")} : <b>${difference === null ? "–" : tongue.money(difference)}</b></p>
        <p>${tongue.say("closing.for_good")}</p>
        <div class="deeds"><button type="button" onClick=${onBack}>${tongue.say("panel.back")}</button></div>
      </div>
      <${AmountPad} cents=${counted} setCents=${setCounted} label=${tongue.say("closing.counted")}
        enterLabel=${tongue.say("closing.z")} isOff=${desk.isPending} onEnter=${close} tongue=${tongue} />
    </div>`;
}

export function Closing({ board, desk, onClose, tongue }) {
  const [figures, setFigures] = useState(null);
  const [stage, setStage] = useState("x");
  useEffect(() => {
    if (stage === "done") return;
    fetch("/v1/report").then((answer) => (answer.ok ? answer.json() : null)).then(setFigures, () => {});
  }, [board.act, stage]);
  const print = async () => {
    const answer = await desk.send("print_x");
    if (answer?.outcome === "done") desk.say(tongue.say("closing.x_done"));
  };
  const title = tongue.say(stage === "x" ? "closing.title" : stage === "z" ? "closing.z_title" : "closing.done",
    { number: figures?.number ?? "" });
  return html`
    <${Panel} title=${title} name="closing" onClose=${onClose} tongue=${tongue}>
      ${figures && stage === "z" && html`
        <${Close} figures=${figures} desk=${desk} tongue=${tongue} onBack=${() => setStage("x")}
          onClosed=${(closed) => { setFigures({ ...figures, ...closed }); setStage("done"); }} />`}
      ${figures && stage !== "z" && html`
        <${Figures} figures=${figures} tongue=${tongue} />
        ${stage === "x" && html`
          <div class="deeds">
            <button type="button" aria-disabled=${desk.isPending} onClick=${print}>${tongue.say("closing.x")}</button>
            <button type="button" class="main danger" onClick=${() => setStage("z")}>${tongue.say("closing.z_begin")}</button>
          </div>`}`}
    <//>`;
}
