// What happens to the basket: touches, the question about an allergen, the payment.
import { useEffect, useLayoutEffect, useMemo, useReducer, useState } from "../vendor/htm-preact-3.1.1.js";
import { changeOf } from "./change.js";
import { GUEST, candidateOf, change, conflictsOf, keep, pieces, recall } from "./basket.js";

const customerOf = (owner) => (owner?.tap ? { tap: owner.tap } : owner?.pupil ? { pupil: owner.pupil } : {});

export function useSale({ catalogue, verdict, nowMs, desk, canSell, tongue }) {
  const [basket, dispatch] = useReducer(change, undefined, recall);
  const [ask, setAsk] = useState(null);
  const [isCash, setCash] = useState(false);
  const products = useMemo(() => new Map((catalogue?.products ?? []).map((known) => [known.id, known])), [catalogue]);
  // Kept before the touch is over: a reload right after it must not lose the line.
  useLayoutEffect(() => keep(basket), [basket]);
  useEffect(() => catalogue && dispatch({ kind: "known", products }), [products]);

  // A sale that was under way when the page was loaded anew is done: its basket is, too.
  useEffect(() => {
    if (desk.settled?.word === "sell") dispatch({ kind: "clear" });
  }, [desk.settled]);

  const candidate = candidateOf(verdict, nowMs);
  const owner = basket.owner ?? candidate;
  const isOther = candidate && basket.owner && !basket.owner.pupil && basket.lines.length > 0
    && candidate.tap !== basket.owner.tap && !(Date.parse(candidate.at) < Date.parse(basket.owner.at));
  const known = { ...basket, lines: basket.lines.filter(({ id }) => products.has(id)) };

  const touch = (product) => {
    if (!canSell) return desk.sayRefusal({ reason: "not_signed_in" });
    const conflicts = conflictsOf(product, owner);
    setCash(false);
    const put = (isAccepted) => dispatch({ kind: "add", id: product.id, owner, isAccepted });
    if (conflicts.length === 0 || basket.accepted.includes(product.id)) return put(false);
    setAsk({
      conflicts, name: owner.name,
      yes: () => { setAsk(null); put(true); },
      no: () => setAsk(null),
    });
  };

  const openCash = () => known.lines.length > 0 && canSell && !ask && setCash(true);

  // given: the cash that was handed over, if somebody counted it; the till keeps only the sale.
  const pay = async (tender, { given = null, accepts = basket.accepted.length > 0 } = {}) => {
    const isPayable = known.lines.length > 0 && (tender === "cash" || (owner && !owner.guest));
    if (!isPayable || !canSell || ask) return;
    const items = known.lines.map(({ id, quantity }) => ({ product: id, quantity }));
    const why = owner?.pupil ? owner.why : "";
    const sent = { customer: customerOf(owner), items, tender, why, accepts };
    const answer = await desk.send("sell", sent, { isAsked: true });
    if (!answer) return;
    if (answer.reason === "allergen_stop" && !accepts) {
      return setAsk({
        conflicts: answer.conflicts, name: owner?.name,
        yes: () => { setAsk(null); pay(tender, { given, accepts: true }); },
        no: () => setAsk(null),
      });
    }
    if (answer.outcome === "refused") return desk.sayRefusal(answer);
    const price = tongue.money(answer.price_cents);
    const done = tongue.say("sale.done", { what: answer.label, price, name: answer.name ?? tongue.say("sale.guest") });
    const back = changeOf(given, answer.price_cents);
    desk.say(back > 0 ? `${done} · ${tongue.say("change.back")} ${tongue.money(back)}` : done);
    setCash(false);
    dispatch({ kind: "clear" });
  };

  const act = (deed) => {
    setAsk(null);
    setCash(false);
    dispatch(deed.owner === "guest" ? { ...deed, owner: GUEST } : deed);
  };
  return {
    basket: known, owner, other: isOther ? candidate : null, products, ask, touch, pay, isCash,
    openCash, closeCash: () => setCash(false),
    change: act, pieces: pieces(known), isPending: desk.isPending,
  };
}
