// Everything that is not done forty times a minute.
import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { Languages } from "./language.js";
import { Panel } from "./panel.js";
import { ProfileChoice } from "./profile_choice.js";
import { disableSound, enableSound, isSoundOn, play } from "./sound.js";

export function SoundButton({ tongue }) {
  const [isOn, setOn] = useState(isSoundOn());
  const toggle = async () => {
    if (isOn) disableSound();
    else await enableSound();
    setOn(!isOn);
    if (!isOn) play("ok");
  };
  return html`
    <button type="button" class="sound" aria-pressed=${isOn} onClick=${toggle}>
      <${Icon} name=${isOn ? "sound_on" : "sound_off"} />
      ${tongue.say(isOn ? "page.sound_on" : "page.sound_off")}
    </button>`;
}

function Released({ catalogue, desk, tongue }) {
  return html`
    <p>${tongue.say("pin.release_do")}</p>
    <div class="staff">
      ${catalogue.staff.map((one) => html`
        <button type="button" key=${one.id} data-release=${one.id} onClick=${async () => {
          const answer = await desk.send("release_pin", { staff: one.id });
          if (answer?.outcome === "done") desk.say(tongue.say("pin.released", { name: one.name }));
        }}>${one.name}</button>`)}
    </div>`;
}

export function Menu({ status, catalogue, desk, open, onClose, tongue, choose }) {
  const [isReleasing, setReleasing] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const { operator, is_training: isTraining } = status;
  const rights = operator?.rights ?? [];
  const item = (name, icon, isAllowed, deed) => html`
    <button type="button" data-menu=${name} aria-disabled=${!isAllowed} onClick=${() => isAllowed && deed()}>
      <${Icon} name=${icon} /> <span>${tongue.say(`menu.${name}`)}</span></button>`;
  const train = async () => {
    await desk.send(isTraining ? "end_training" : "start_training");
    onClose();
  };
  const lock = async () => {
    await desk.send("sign_out");
    onClose();
  };
  if (isChoosing) {
    return html`
    <${Panel} title=${tongue.say("profile.choose")} name="menu" onClose=${onClose} tongue=${tongue}>
      <${ProfileChoice} status=${status} catalogue=${catalogue} desk=${desk} onDone=${onClose} tongue=${tongue} />
    <//>`;
  }
  return html`
    <${Panel} title=${tongue.say("menu.title")} name="menu" onClose=${onClose} tongue=${tongue}>
      ${isReleasing ? html`<${Released} catalogue=${catalogue} desk=${desk} tongue=${tongue} />` : html`
        <div class="menu-items">
          ${item("journal", "journal", true, () => open("journal"))}
          ${item("cash", "cash", rights.includes("cash"), () => open("cash"))}
          ${item("closing", "report", rights.includes("close"), () => open("closing"))}
          ${catalogue.top_up_max_cents > 0 && item("top_up", "top_up", rights.includes("top_up"), () => open("top_up"))}
          ${item(isTraining ? "training_end" : "training", "training", rights.includes("training"), train)}
          ${item("profile", "menu", Boolean(operator), () => setChoosing(true))}
          ${item("release", "unlock", rights.includes("supervise"), () => setReleasing(true))}
          <${SoundButton} tongue=${tongue} />
          <a class="button" href="/technician"><${Icon} name="tool" /> <span>${tongue.say("menu.technician")}</span></a>
          ${operator && item("lock", "lock", true, lock)}
        </div>
        <${Languages} tongue=${tongue} choose=${choose} />`}
    <//>`;
}
