// The study room: who is in, who is missing, who left; a tap is all that a pupil does.
import { html, render, useState } from "../vendor/htm-preact-3.1.1.js";
import { told } from "./language.js";
import { ByName, Person, Room, useRoom } from "./room.js";
import { fitScreen } from "./screen.js";

const stateOf = (pupil) => (pupil.left_at ? "left" : pupil.entered_at ? "inside" : "missing");
const ORDER = ["missing", "inside", "left"];

function Pupils({ room, session }) {
  const { tongue, canName, canTakeBack, setPanel } = room;
  const groups = ORDER.map((state) => [state, session.pupils.filter((pupil) => stateOf(pupil) === state)]);
  return html`
    <div class="rosters">
      ${groups.map(([state, pupils]) => pupils.length > 0 && html`
        <section key=${state} class="roster is-${state}" aria-labelledby="roster-${state}">
          <h3 id="roster-${state}">${tongue.say(`study.${state}`)} <small>${pupils.length}</small></h3>
          <ul>${pupils.map((pupil) => html`
            <${Person} key=${pupil.id} pupil=${pupil} tongue=${tongue} isOff=${!canName && !(canTakeBack && pupil.is_noted_here)}
                onChoose=${() => setPanel({ name: "search", chosen: pupil })}>
              ${!pupil.is_enrolled && html`<small>${tongue.say("study.guest")}</small>`}
              <time>${pupil.left_at ? tongue.time(pupil.left_at) : pupil.entered_at ? tongue.time(pupil.entered_at) : ""}</time>
            <//>`)}</ul>
        </section>`)}
    </div>`;
}

function Sessions({ room, session, choose }) {
  const { lists, tongue } = room;
  return html`
    <div class="tabs" role="group" aria-label=${tongue.say("study.sessions")}>
      ${lists.sessions.map((one) => html`
        <button type="button" key=${one.id} data-session=${one.id} aria-pressed=${one.id === session.id} onClick=${() => choose(one.id)}>
          ${one.name} <small>${one.starts}–${one.ends}</small></button>`)}
    </div>
    <dl class="tally">
      ${ORDER.map((state) => html`<div key=${state} class="is-${state}"><dt>${tongue.say(`study.${state}`)}</dt>
        <dd data-count=${state}>${session[state]}</dd></div>`)}
    </dl>
    ${lists.has_names && html`<${Pupils} room=${room} session=${session} />`}`;
}

function Study() {
  const room = useRoom("/v1/study");
  const { lists, tongue, panel, setPanel } = room;
  const [wanted, setWanted] = useState(null);
  const sessions = lists?.sessions ?? [];
  const session = sessions.find(({ id }) => id === wanted) ?? sessions.find((one) => one.is_now) ?? sessions[0];
  const deeds = session ? [
    { word: "leave_study", words: tongue.say("study.write_out"), more: { session: session.id } },
    { word: "enter_study", words: tongue.say("study.let_in", { session: session.name }), more: { session: session.id, accepts: true }, isMain: true },
  ] : [];
  const mistake = session && { word: "withdraw_presence", words: tongue.say("study.withdraw", { session: session.name }), more: { session: session.id } };
  const noted = session ? session.pupils.filter((pupil) => pupil.is_noted_here).map(({ id }) => id) : [];
  const byName = panel?.name === "search" && session && html`
    <${ByName} key=${panel.chosen?.id} room=${room} title=${tongue.say("study.by_name")} chosen=${panel.chosen} deeds=${deeds}
      mistake=${mistake} noted=${noted} />`;
  return html`
    <${Room} room=${room} panel=${byName} count=${session ? tongue.say("study.count", session) : ""}>
      <h2>${tongue.say("study.title")}</h2>
      ${lists && (session
        ? html`<${Sessions} room=${room} session=${session} choose=${(id) => { setWanted(id); setPanel(null); }} />`
        : html`<p class="rest">${tongue.say("study.none")}</p>`)}
    <//>`;
}

fitScreen(told.screen_mm);
render(html`<${Study} />`, document.getElementById("study"));
