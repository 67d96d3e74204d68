// Papers: the receipt once more, and the question that only a person can answer.
import { html, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { command } from "./link.js";

const SAID_MS = 6000;

// One command at a time; what came of it is said for a while.
export function usePapers(csrf, tongue) {
  const [said, setSaid] = useState("");
  const [pending, setPending] = useState(false);
  const isBusy = useRef(false);
  const timer = useRef(0);
  const send = async (path, content, wordsOf) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setPending(true);
    clearTimeout(timer.current);
    try {
      setSaid(wordsOf(await command(path, content, csrf)));
    } catch (error) {
      setSaid(`${tongue.say("papers.failed")} : ${error.message}`);
    } finally {
      isBusy.current = false;
      setPending(false);
      timer.current = setTimeout(() => setSaid(""), SAID_MS);
    }
  };
  return {
    said,
    pending,
    reprint: () => send("/v1/reprint", { event: "last" }, (made) => tongue.say("papers.reprinted", made)),
    answer: (job, came_out) =>
      send(`/v1/papers/${encodeURIComponent(job)}`, { came_out }, ({ state }) =>
        state === "expired" ? tongue.say("papers.expired") : ""),
  };
}

function questionWords({ receipt, event, at }, tongue) {
  const number = receipt ?? event;
  return tongue.say("papers.question", { number, time: tongue.time(at) });
}

function Question({ questions, papers, tongue }) {
  const [first] = questions;
  const rest = questions.length - 1;
  return html`
    <section class="question" role="alert" data-job=${first.job}>
      <${Icon} name="attention" />
      <p>${questionWords(first, tongue)}
        ${rest > 0 && html` <small>${tongue.say("papers.more", { count: rest })}</small>`}</p>
      <button type="button" aria-disabled=${papers.pending}
        onClick=${() => papers.answer(first.job, true)}>${tongue.say("papers.yes")}</button>
      <button type="button" aria-disabled=${papers.pending}
        onClick=${() => papers.answer(first.job, false)}>${tongue.say("papers.no")}</button>
    </section>`;
}

export const PaperDesk = ({ questions, papers, tongue }) => html`
  ${questions.length > 0 && html`<${Question} questions=${questions} papers=${papers} tongue=${tongue} />`}
  <p class="said" role="status">${papers.said}</p>`;

export const ReprintButton = ({ papers, tongue }) => html`
  <button type="button" class="reprint" aria-disabled=${papers.pending}
      aria-label=${tongue.say("papers.reprint_last")} onClick=${papers.reprint}>
    <${Icon} name="printer" /> <span>${tongue.say("papers.reprint")}</span>
  </button>`;
