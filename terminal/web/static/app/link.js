// The line to the daemon: events come in; commands go out. It says when nobody answers any more.
import { hearClock } from "./clock.js";

const SILENCE_MS = 2400;
const WATCH_MS = 200;
const REOPEN_MS = 1000;
const TOPICS = ["snapshot", "verdict", "status", "repeat", "act", "declined"];

// onNote(topic, content); onLine("up" | "gone" | "locked"); url: which stream
export function openLink({ onNote, onLine, url = "/events" }) {
  let heardMs = performance.now();
  let line = "up";
  let source = null;
  let closedMs = null;

  const tell = (state) => {
    if (state !== line) onLine((line = state));
  };
  const hear = () => {
    heardMs = performance.now();
    tell("up");
  };

  function open() {
    closedMs = null;
    source = new EventSource(url);
    source.addEventListener("beat", (event) => {
      hear();
      hearClock(JSON.parse(event.data).now_ms);
    });
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        hear();
        onNote(topic, JSON.parse(event.data));
      });
    }
  }

  // EventSource comes back by itself after a broken line, but gives up for good on any answer
  // that is not a stream: then a new one is opened, unless the session itself has ended.
  async function reopen() {
    try {
      const answer = await fetch("/", { method: "HEAD" });
      if (answer.status === 401) return tell("locked");
    } catch {
      // Nobody answers: the watch below tells, and the next try is a second away.
    }
    open();
  }

  function watch() {
    const nowMs = performance.now();
    if (nowMs - heardMs > SILENCE_MS && line === "up") tell("gone");
    if (source.readyState === EventSource.CLOSED && line !== "locked") {
      closedMs ??= nowMs;
      if (nowMs - closedMs >= REOPEN_MS) {
        closedMs = Infinity;
        reopen();
      }
    }
  }

  open();
  setInterval(watch, WATCH_MS);
}

// Sends a command; throws an Error whose text says what to do when it was refused. An error without
// a status means that nobody answered.
export async function command(path, content, csrf) {
  const answer = await fetch(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
      "x-refectory-csrf": csrf,
    },
    body: JSON.stringify(content),
  });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail), { status: answer.status });
  return body;
}
