// The basket's column: who pays, what, how much, and the buttons that end it.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { priceOf, total } from "./basket.js";
import { Change } from "./change.js";
import { Icon } from "./icons.js";

const Line = ({ line, product, owner, change, tongue }) => html`
  <li data-line=${line.id}>
    <span class="label">${product.name}</span>
    <button type="button" class="less" aria-label=${tongue.say("sale.less", { name: product.name })}
      onClick=${() => change({ kind: "take", id: line.id })}>−</button>
    <output aria-label=${tongue.say("sale.quantity")}>${line.quantity}</output>
    <button type="button" class="more" aria-label=${tongue.say("sale.more", { name: product.name })}
      onClick=${() => change({ kind: "add", id: line.id, owner })}>+</button>
    <span class="price">${tongue.money(line.quantity * priceOf(product, owner))}</span>
  </li>`;

// Two people could be meant: the one it was begun for, and the badge that came after.
function Owner({ owner, other, change, catalogue, tongue }) {
  const shown = owner?.guest ? tongue.say("sale.guest") : owner?.name;
  return html`
    <div class="owner">
      <p><span class="name">${shown ?? tongue.say("sale.nobody")}</span>
        ${owner?.class_name && html` <span class="class">${owner.class_name}</span>`}</p>
      ${other && html`
        <button type="button" class="other" onClick=${() => change({ kind: "owner", owner: other })}>
          <${Icon} name="attention" /> ${tongue.say("sale.take_over", { name: other.name })}</button>`}
      ${catalogue.takes_cash && !owner?.guest && html`
        <button type="button" class="guest" onClick=${() => change({ kind: "owner", owner: "guest" })}>
          ${tongue.say("sale.guest")}</button>`}
    </div>`;
}

function Ask({ ask, tongue }) {
  const words = tongue.list(ask.conflicts, "allergen");
  return html`
    <div class="ask" role="alert">
      <p><${Icon} name="allergy" /> ${tongue.say("sale.ask", { words, name: ask.name ?? "" })}</p>
      <button type="button" class="yes" onClick=${ask.yes}>${tongue.say("sale.ask_yes")}</button>
      <button type="button" class="no" onClick=${ask.no}>${tongue.say("sale.ask_no")}</button>
    </div>`;
}

export function Sale({ sale, catalogue, tongue }) {
  const { basket, owner, other, products, change, ask, pay, isPending, isCash, openCash, closeCash } = sale;
  const sum = total(basket, products, owner);
  const isEmpty = basket.lines.length === 0;
  const after = owner && owner.wallet_cents !== null ? owner.wallet_cents - sum : null;
  if (isCash && !ask && !isEmpty) {
    return html`
      <section class="sale" aria-label=${tongue.say("sale.region")} data-n=${sale.pieces}>
        <${Change} sum=${sum} onPay=${(given) => pay("cash", { given })} onBack=${closeCash}
          isPending=${isPending} tongue=${tongue} />
      </section>`;
  }
  return html`
    <section class="sale" aria-label=${tongue.say("sale.region")} data-n=${sale.pieces}>
      <${Owner} owner=${owner} other=${other} change=${change} catalogue=${catalogue} tongue=${tongue} />
      <ul class="lines">
        ${basket.lines.map((line) => html`
          <${Line} key=${line.id} line=${line} product=${products.get(line.id)} owner=${owner}
            change=${change} tongue=${tongue} />`)}
        ${isEmpty && html`<li class="empty">${tongue.say("sale.empty")}</li>`}
      </ul>
      <dl class="sum">
        <div><dt>${tongue.say("sale.total")}</dt><dd data-total=${sum}>${tongue.money(sum)}</dd></div>
        <div class="after"><dt>${tongue.say("sale.after")}</dt>
          <dd class=${after !== null && after < 0 ? "short" : ""}>${after === null || isEmpty ? "–" : tongue.money(after)}</dd></div>
      </dl>
      ${ask ? html`<${Ask} ask=${ask} tongue=${tongue} />` : html`<div class="pay">
        ${!owner?.guest && html`
          <button type="button" class="main debit" aria-disabled=${isEmpty || !owner || isPending}
            onClick=${() => pay("wallet")}>${tongue.say("sale.debit")}</button>`}
        ${catalogue.takes_cash && html`
          <button type="button" class="cash ${owner?.guest ? "main" : ""}" aria-disabled=${isEmpty || isPending}
            onClick=${openCash}>${tongue.say("sale.cash")}</button>`}
        <button type="button" class="cancel" aria-disabled=${isEmpty && !basket.owner}
          onClick=${() => change({ kind: "clear" })}>${tongue.say("sale.cancel")}</button>
      </div>`}
    </section>`;
}
