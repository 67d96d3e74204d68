// What else this terminal may be made by hand, by the rights of who is signed in.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { Panel } from "./panel.js";

export function ProfileChoice({ status, catalogue, desk, onDone, tongue }) {
  const rights = status?.operator?.rights ?? [];
  const others = (catalogue?.profiles ?? []).filter(({ profile, right }) => profile !== status?.profile && rights.includes(right));
  const choose = async (content) => {
    const answer = await desk.send("choose_profile", content);
    if (answer?.outcome === "done") onDone?.();
  };
  if (others.length === 0 && !status?.is_chosen) return html`<p class="rest">${tongue.say("profile.none")}</p>`;
  return html`
    <div class="menu-items">
      ${others.map(({ profile }) => html`
        <button type="button" key=${profile} data-profile=${profile} aria-disabled=${desk.isPending}
          onClick=${() => choose({ profile })}><span>${tongue.say(`profile.${profile}`)}</span></button>`)}
      ${status?.is_chosen && html`
        <button type="button" data-profile="timetable" aria-disabled=${desk.isPending}
          onClick=${() => choose({})}><span>${tongue.say("profile.timetable")}</span></button>`}
    </div>`;
}

export const ProfilePanel = ({ onClose, tongue, ...rest }) => html`
  <${Panel} title=${tongue.say("profile.choose")} name="profile" onClose=${onClose} tongue=${tongue}>
    <${ProfileChoice} ...${rest} tongue=${tongue} onDone=${onClose} />
  <//>`;
