// Somebody's session: fetched when their badge was read, and forgotten when they leave.
import { useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { now } from "./clock.js";
import { told } from "./language.js";
import { command } from "./link.js";

const REFUSAL_MS = 8000;
const STAY_EVERY_MS = 15_000;
const FRESH_MS = 60_000;
const GONE = 410;

// What an answer of the centre means, as a key of the words, and its amount.
function said(answer, act, tongue, closesAt) {
  const price = tongue.money(Math.abs(answer.moved_cents));
  const key = {
    granted: act === "change" && answer.moved_cents > 0 ? "kiosk.granted_change_back" : `kiosk.granted_${act}`,
    waiting: "kiosk.waiting",
    declined: `kiosk.why_${answer.reason}`,
  }[answer.state];
  const tone = { granted: "ok", waiting: "attention", declined: "refused" }[answer.state];
  return { key, tone, text: tongue.say(key, { price, time: tongue.time(closesAt) }) };
}

export function useSession({ verdict, tongue, speak, comfort }) {
  const [view, setView] = useState(null);
  const [asked, setAsked] = useState(null);
  const [message, setMessage] = useState(null);
  const [refusal, setRefusal] = useState(null);
  const [isPending, setPending] = useState(false);
  const isBusy = useRef(false);
  const current = useRef(null);

  const forget = () => {
    current.current = null;
    setView(null);
    setAsked(null);
    setMessage(null);
    comfort.reset();
    speak(told.language);
  };
  const path = (end = "") => `/v1/kiosk/sessions/${encodeURIComponent(current.current)}${end}`;
  const tell = (text) => {
    setMessage(text);
    if (text) comfort.say(text.text);
  };

  // A badge was read: its session takes the place of whoever stood there.
  const enter = async (id, language) => {
    forget();
    setRefusal(null);
    current.current = id;
    const own = await speak(language);
    const answer = await fetch(path());
    if (!answer.ok || current.current !== id) return;
    const fresh = await answer.json();
    setView(fresh);
    comfort.say(`${own.say("kiosk.hello", fresh)}. ${own.say("kiosk.general")} ${own.money(fresh.general_cents)}.`
      + ` ${own.say("kiosk.reserve_wallet")} ${own.money(fresh.reserve_cents)}.`, own.language);
  };

  useEffect(() => {
    if (!verdict || now() - verdict.t0_ms > FRESH_MS) return undefined;
    if (verdict.session) {
      enter(verdict.session, verdict.language);
      return undefined;
    }
    if (verdict.outcome !== "refused") return undefined;
    forget();
    setRefusal(verdict);
    const timer = setTimeout(() => setRefusal(null), REFUSAL_MS);
    return () => clearTimeout(timer);
  }, [verdict?.tap]);

  // The page is there: the terminal keeps the session for as long as it hears so.
  useEffect(() => {
    if (!view) return undefined;
    const timer = setInterval(() => command(path("/stay"), {}, told.csrf).catch(lost), STAY_EVERY_MS);
    return () => clearInterval(timer);
  }, [view === null]);

  const lost = (error) => {
    if (error.status === GONE) forget();
  };
  const alone = async (task) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setPending(true);
    setMessage(null);
    try {
      await task();
    } catch (error) {
      lost(error);
      if (current.current) tell({ key: "kiosk.failed", tone: "refused", text: tongue.say("kiosk.failed") });
    } finally {
      isBusy.current = false;
      setPending(false);
    }
  };

  // A touch is one command, with one id, however often it has to be sent.
  const order = (act, day, product, accepts = false) => alone(async () => {
    const id = current.current;
    const wanted = { command: crypto.randomUUID(), act, day: day.day, product, accepts };
    const answer = await command(path("/orders"), wanted, told.csrf);
    if (current.current !== id) return;
    if (answer.view) setView(answer.view);
    if (answer.state === "asks") {
      setAsked({ act, day, product, conflicts: answer.conflicts });
      return;
    }
    setAsked(null);
    tell(said(answer, act, tongue, day.closes_at));
  });

  const print = (slip) => alone(async () => {
    const id = current.current;
    const { is_printed } = await command(path("/slips"), { command: crypto.randomUUID(), slip }, told.csrf);
    if (current.current !== id) return;
    const key = is_printed ? "kiosk.slip_done" : "kiosk.slip_none";
    tell({ key, tone: is_printed ? "ok" : "refused", text: tongue.say(key) });
  });

  const leave = () => {
    if (!current.current) return;
    command(path("/end"), {}, told.csrf).catch(() => {});
    forget();
  };
  const stay = () => current.current && command(path("/stay"), {}, told.csrf).catch(lost);
  return { view, asked, setAsked, said: message, refusal, isPending, order, print, leave, stay };
}
