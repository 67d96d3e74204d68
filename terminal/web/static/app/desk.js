// Commands to the till, one at a time. What came of the last is said for a while.
import { useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { told } from "./language.js";
import { command } from "./link.js";
import { play } from "./sound.js";

const SAID_MS = 6000;
const FATE = "refectory.fate";
const FATE_MS = 60_000;
const SECRET = new Set(["sign_in"]);

// A command whose fate is not known keeps its id: sent again, by a second touch or after a reload,
// it is done once. For how long is this page's own affair: right after a reload, nobody has told it
// the daemon's time yet.
function recall() {
  const fate = JSON.parse(sessionStorage.getItem(FATE) ?? "null");
  return fate && Date.now() - fate.atMs < FATE_MS ? fate : null;
}

function idOf(word, content) {
  const fate = recall();
  const isSame = fate?.word === word && JSON.stringify(fate.content) === JSON.stringify(content);
  const id = isSame ? fate.id : crypto.randomUUID();
  if (!SECRET.has(word)) sessionStorage.setItem(FATE, JSON.stringify({ id, word, content, atMs: Date.now() }));
  return id;
}

export function useDesk(tongue) {
  const [said, setSaid] = useState(null);
  const [isPending, setPending] = useState(false);
  const [settled, setSettled] = useState(null);
  const isBusy = useRef(false);
  const timer = useRef(0);

  const say = (text, tone = "ok") => {
    clearTimeout(timer.current);
    setSaid(text ? { text, tone } : null);
    timer.current = setTimeout(() => setSaid(null), SAID_MS);
  };
  const sayRefusal = ({ reason, wait_until: until }) => {
    const key = tongue.has(`reason.${reason}`) ? `reason.${reason}` : "reason.other";
    const advice = tongue.has(`${key}_do`) ? ` – ${tongue.say(`${key}_do`)}` : "";
    const wait = until ? ` (${tongue.say("pin.until", { time: tongue.exactTime(until) })})` : "";
    say(`${tongue.say(key)}${wait}${advice}`, "refused");
    play("refused");
  };

  // Runs one task; a second touch while it runs does nothing.
  const alone = async (task) => {
    if (isBusy.current) return null;
    isBusy.current = true;
    setPending(true);
    say("");
    try {
      return await task();
    } catch (error) {
      say(`${tongue.say("papers.failed")} : ${error.message}`, "refused");
      return null;
    } finally {
      isBusy.current = false;
      setPending(false);
    }
  };

  const send = (word, content = {}, { isAsked = false } = {}) => alone(async () => {
    const id = idOf(word, content);
    let answer;
    try {
      answer = await command("/v1/commands", { command: word, id, ...content }, told.csrf);
    } catch (error) {
      // Only an answer settles a command; a line that broke, or a till that is busy, does not.
      if (error.status && error.status !== 503) sessionStorage.removeItem(FATE);
      throw error.status ? error : new Error(tongue.say("desk.unknown_fate"));
    }
    sessionStorage.removeItem(FATE);
    if (answer.outcome === "refused" && !isAsked) sayRefusal(answer);
    return answer;
  });

  const post = (path, content, wordsOf) => alone(async () => say(wordsOf(await command(path, content, told.csrf))));

  useEffect(() => {
    const fate = recall();
    if (!fate) return;
    send(fate.word, fate.content).then((answer) => {
      if (!answer || answer.outcome === "refused") return;
      setSettled(answer);
      say(tongue.say("desk.done", { what: answer.label || answer.word }));
    });
  }, []);
  return { said, isPending, settled, say, sayRefusal, send, post };
}
