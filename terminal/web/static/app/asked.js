// What only a person can answer: did the paper come out, and which day is it.
import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

function PaperQuestion({ questions, desk, tongue }) {
  const [{ job, receipt, event, at }] = questions;
  const rest = questions.length - 1;
  const answer = (came_out) => desk.post(`/v1/papers/${encodeURIComponent(job)}`, { came_out }, ({ state }) =>
    state === "expired" ? tongue.say("papers.expired") : "");
  return html`
    <section class="question" role="alert" data-job=${job}>
      <${Icon} name="attention" />
      <p>${tongue.say("papers.question", { number: receipt ?? event, time: tongue.time(at) })}
        ${rest > 0 && html` <small>${tongue.say("papers.more", { count: rest })}</small>`}</p>
      <button type="button" aria-disabled=${desk.isPending} onClick=${() => answer(true)}>${tongue.say("papers.yes")}</button>
      <button type="button" aria-disabled=${desk.isPending} onClick=${() => answer(false)}>${tongue.say("papers.no")}</button>
    </section>`;
}

function DayQuestion({ question, desk, tongue }) {
  const [day, setDay] = useState(question.suggested_day);
  const confirm = (wanted) => wanted && desk.send("confirm_day", { day: wanted });
  return html`
    <section class="question day" role="alert" data-day=${question.suggested_day}>
      <${Icon} name="attention" />
      <p>${tongue.say("day.question")} <small>${tongue.say("day.clock", { day: tongue.day(question.clock_day) })}</small></p>
      <button type="button" class="yes" aria-disabled=${desk.isPending} onClick=${() => confirm(question.suggested_day)}>
        ${tongue.say("day.yes", { day: tongue.day(question.suggested_day) })}</button>
      <input type="date" aria-label=${tongue.say("day.other")} value=${day} onInput=${(event) => setDay(event.target.value)} />
      <button type="button" class="other" aria-disabled=${!day || desk.isPending} onClick=${() => confirm(day)}>${tongue.say("day.other")}</button>
    </section>`;
}

export const Asked = ({ status, desk, tongue }) => html`
  ${status?.day_question && html`<${DayQuestion} question=${status.day_question} desk=${desk} tongue=${tongue} />`}
  ${status?.printer.questions?.length > 0 && html`
    <${PaperQuestion} questions=${status.printer.questions} desk=${desk} tongue=${tongue} />`}`;
