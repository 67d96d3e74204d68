// What the daemon publishes, as one state: topics, the last taps, and when meals were served.
import { useEffect, useReducer, useState } from "../vendor/htm-preact-3.1.1.js";
import { now } from "./clock.js";
import { openLink } from "./link.js";
import { play } from "./sound.js";

const LAST_TAPS_MAX = 8;
const FRESH_MS = 3000;
const MINUTE_MS = 60_000;
const SERVED_MAX = 240;
const SOUND_OF = { ok: "ok", refused: "refused", attention: "attention", unknown: "refused" };
const EMPTY = { verdict: null, repeat: null, status: null, act: null, taps: [], served: [] };

const isServed = (verdict) => verdict.outcome !== "refused";
const timesOf = (verdicts) => verdicts.filter(isServed).map(({ at }) => Date.parse(at));

function advance(board, { topic, content }) {
  switch (topic) {
    case "snapshot":
      return {
        verdict: content.verdict ?? null,
        repeat: content.repeat ?? null,
        status: content.status ?? null,
        act: null,
        taps: content.last_taps,
        served: timesOf(content.last_taps),
      };
    case "verdict":
      return {
        ...board,
        verdict: content,
        repeat: null,
        taps: [content, ...board.taps].slice(0, LAST_TAPS_MAX),
        served: [...timesOf([content]), ...board.served].slice(0, SERVED_MAX),
      };
    default:
      return { ...board, [topic]: content };
  }
}

let hadAlarm = false;

// A verdict of the past, replayed after a lost line, is shown but not heard.
function sound({ topic, content }) {
  if (topic === "status") {
    if (content.alarm && !hadAlarm) play("error");
    hadAlarm = Boolean(content.alarm);
  }
  if (topic === "verdict" && now() - content.t0_ms <= FRESH_MS) {
    play(SOUND_OF[content.tone] ?? "error");
  }
}

export function useBoard() {
  const [board, dispatch] = useReducer(advance, EMPTY);
  const [line, setLine] = useState("up");
  useEffect(() => openLink({
    onNote: (topic, content) => {
      dispatch({ topic, content });
      sound({ topic, content });
    },
    onLine: setLine,
  }), []);
  return [board, line];
}

// Meals a minute: those of the last sixty seconds.
export const rateOf = (served, nowMs) => served.filter((atMs) => nowMs - atMs <= MINUTE_MS).length;

// What tiles and dialogs need; read anew when the copy changed or the daemon came back.
export function useCatalogue(cursor, line) {
  const [catalogue, setCatalogue] = useState(null);
  useEffect(() => {
    if (line !== "up" || cursor === undefined) return;
    fetch("/v1/till").then((answer) => (answer.ok ? answer.json() : null)).then(setCatalogue, () => {});
  }, [cursor, line]);
  return catalogue;
}
