// The language of this screen: the terminal's, until somebody chooses another.
import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { makeTongue } from "./words.js";

export const told = JSON.parse(document.getElementById("told").textContent);

export function useTongue() {
  const [tongue, setTongue] = useState(makeTongue(told.language, told.words, told.time_zone));
  const choose = async (language) => {
    const answer = await fetch(`/static/words/${language}.json`);
    if (!answer.ok) return;
    const words = await answer.json();
    document.documentElement.lang = language;
    localStorage.setItem("language", language);
    setTongue(makeTongue(language, words, told.time_zone));
  };
  useEffect(() => {
    const chosen = localStorage.getItem("language");
    if (chosen !== told.language && told.languages.some(({ code }) => code === chosen)) choose(chosen);
  }, []);
  useEffect(() => {
    document.title = `${tongue.say("page.title")} · Refectory`;
  }, [tongue]);
  return [tongue, choose];
}

export const Languages = ({ tongue, choose }) => html`
  <label class="choice"><span>${tongue.say("page.language")}</span>
    <select value=${tongue.language} onChange=${(event) => choose(event.target.value)}>
      ${told.languages.map(({ code, name }) => html`
        <option key=${code} lang=${code} value=${code} selected=${code === tongue.language}>${name}</option>`)}
    </select></label>`;
