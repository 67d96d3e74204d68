// What stands in place of a screen while the daemon does not answer.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

export const Gone = ({ line, tongue }) => html`
  <div class="gone" role="alert" data-line=${line}>
    <${Icon} name=${line === "gone" ? "unknown" : "refused"} />
    <div>
      <h2>${tongue.say(line === "gone" ? "gone.title" : "gone.locked_title")}</h2>
      <p>${tongue.say(line === "gone" ? "gone.text" : "gone.locked_text")}</p>
    </div>
  </div>`;
