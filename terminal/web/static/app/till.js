// The till page: it shows what the daemon says and sends what staff touch; it decides nothing.
import { html, render, useEffect } from "../vendor/htm-preact-3.1.1.js";
import { Asked } from "./asked.js";
import { rateOf, useBoard, useCatalogue } from "./board.js";
import { useNow } from "./clock.js";
import { useDemo } from "./demo.js";
import { useDesk } from "./desk.js";
import { useFollow } from "./follow.js";
import { Foot } from "./foot.js";
import { Gone } from "./gone.js";
import { Icon } from "./icons.js";
import { useKeys } from "./keys.js";
import { told, useTongue } from "./language.js";
import { usePanel } from "./panels.js";
import { Sale } from "./sale.js";
import { fitScreen } from "./screen.js";
import { useSale } from "./selling.js";
import { SignIn, useIdleLock } from "./sign_in.js";
import { Banners, StatusStrip } from "./status.js";
import { Tiles, productsOf, useKind } from "./tiles.js";
import { LastTaps, Verdict } from "./verdict.js";

// What the keys of a keyboard and a scanner of products do.
function useTillKeys({ panel, setPanel, sale, catalogue, kind, desk, tongue }) {
  useKeys({
    tile: (number) => {
      const product = panel || !catalogue ? null : productsOf(catalogue, kind)[number - 1];
      if (product) sale.touch(product);
    },
    scan: (code) => {
      const product = sale.products.get(code) ?? catalogue?.products.find((known) => known.code === code);
      if (product) sale.touch(product);
      else desk.say(tongue.say("scan.unknown", { code }), "refused");
    },
    enter: () => {
      if (panel) return;
      if (sale.owner && !sale.owner.guest) sale.pay("wallet");
      else if (catalogue?.takes_cash) sale.openCash();
    },
    escape: () => {
      if (panel) setPanel(null);
      else if (sale.ask) sale.ask.no();
      else if (sale.isCash) sale.closeCash();
      else sale.change({ kind: "clear" });
    },
    count: (by) => {
      const last = sale.basket.lines.at(-1);
      if (!panel && last) sale.change({ kind: by > 0 ? "add" : "take", id: last.id, owner: sale.owner });
    },
  });
}

function Till() {
  const [board, line] = useBoard();
  const [tongue, choose] = useTongue();
  const [panel, setPanel, Shown] = usePanel();
  const nowMs = useNow();
  const desk = useDesk(tongue);
  const { status, verdict } = board;
  const catalogue = useCatalogue(status?.cursor, line);
  const demo = useDemo(status?.copy_at, line);
  const [kind, setKind] = useKind(catalogue, demo);
  const operator = status?.operator ?? null;
  const isLocked = Boolean(catalogue?.needs_sign_in) && !operator;
  const sale = useSale({ catalogue, verdict, nowMs, desk, canSell: !isLocked, tongue });
  useTillKeys({ panel, setPanel, sale, catalogue, kind, desk, tongue });
  useIdleLock({ operator, board, desk });
  useFollow(status, panel !== null || sale.basket.lines.length > 0);
  useEffect(() => {
    if (isLocked && panel !== "menu") setPanel(null);
  }, [isLocked]);

  const isUp = line === "up";
  const close = () => setPanel(null);
  const buy = (pupil) => {
    sale.change({ kind: "owner", owner: pupil });
    close();
  };
  return html`
    <${StatusStrip} status=${isUp ? status : null} tongue=${tongue} nowMs=${nowMs}
      terminal=${status?.terminal ?? tongue.say("page.title")} />
    ${isUp && status && html`<${Banners} status=${status} tongue=${tongue} />`}
    <main>
      <div class="service">
        <${Asked} status=${isUp ? status : null} desk=${desk} tongue=${tongue} />
        ${isUp
          ? html`<${Verdict} board=${board} desk=${desk} tongue=${tongue} nowMs=${nowMs} />`
          : html`<${Gone} line=${line} tongue=${tongue} />`}
      </div>
      ${Shown && isUp && status && catalogue
        ? html`<${Shown} status=${status} board=${board} catalogue=${catalogue} desk=${desk} tongue=${tongue}
            choose=${choose} open=${setPanel} onClose=${close} onBuy=${buy} owner=${sale.owner}
            rights=${operator?.rights ?? []} />`
        : html`
          <${Tiles} catalogue=${catalogue} kind=${kind} setKind=${setKind} owner=${sale.owner}
            onTouch=${sale.touch} isOff=${isLocked || !isUp} demo=${demo} tongue=${tongue} />
          ${catalogue && (isUp || !isLocked) && (isLocked
            ? html`<${SignIn} catalogue=${catalogue} desk=${desk} tongue=${tongue} />`
            : html`<${Sale} sale=${sale} catalogue=${catalogue} tongue=${tongue} />`)}`}
    </main>
    <div class="past">
      <${LastTaps} taps=${board.taps} tongue=${tongue} />
      <p class="said ${desk.said?.tone ?? ""}" role="status">${desk.said && html`
        <${Icon} name=${desk.said.tone === "ok" ? "ok" : "attention"} /> <span>${desk.said.text}</span>`}</p>
    </div>
    <${Foot} status=${isUp ? status : null} catalogue=${catalogue} rate=${rateOf(board.served, nowMs)} desk=${desk}
      panel=${panel} open=${setPanel} tongue=${tongue} nowMs=${nowMs} />`;
}

fitScreen(told.screen_mm);
render(html`<${Till} />`, document.getElementById("till"));
