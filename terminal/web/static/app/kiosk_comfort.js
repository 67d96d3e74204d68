// Large text, strong contrast, and speech: on for whoever asks, off for whoever comes next.
import { useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { told } from "./language.js";
import { command } from "./link.js";
import { makeTongue } from "./words.js";

const TEXT_MAX = 600;

// The tongue of whoever stands there; unlike the till's, no choice of theirs is kept.
export function useKioskTongue() {
  const [tongue, setTongue] = useState(() => makeTongue(told.language, told.words, told.time_zone));
  const kept = useRef({ [told.language]: told.words });
  const speak = async (language) => {
    const known = told.languages.some(({ code }) => code === language) ? language : told.language;
    kept.current[known] ??= await fetch(`/static/words/${known}.json`).then((answer) => answer.json());
    const next = makeTongue(known, kept.current[known], told.time_zone);
    document.documentElement.lang = known;
    document.title = `${next.say("kiosk.title")} · Refectory`;
    setTongue(next);
    return next;
  };
  useEffect(() => { document.title = `${tongue.say("kiosk.title")} · Refectory`; }, []);
  return [tongue, speak];
}

// What a screen reader would say of something that has the focus.
const nameOf = (element) => element.getAttribute("aria-label") ?? element.textContent.replace(/\s+/g, " ").trim();

export function useComfort(tongue) {
  const [isLarge, setLarge] = useState(false);
  const [isStrong, setStrong] = useState(false);
  const [isSpoken, setSpoken] = useState(false);
  const [isSilent, setSilent] = useState(false);
  const spoken = useRef(false);
  const line = useRef(Promise.resolve());
  const language = useRef(tongue.language);
  language.current = tongue.language;

  // One behind the other: what was reached first must not be spoken over what was reached last.
  const send = (text, own = language.current) => {
    const request = () => command("/v1/kiosk/speech", { text: text.slice(0, TEXT_MAX), language: own }, told.csrf);
    line.current = line.current.then(request).catch(() => null);
    return line.current;
  };
  const say = (text, own) => { if (spoken.current) send(text, own); };
  const setSpeech = (isOn) => {
    spoken.current = isOn;
    setSpoken(isOn);
  };

  const toggleSpeech = async () => {
    if (spoken.current) {
      setSpeech(false);
      await send("");
      return;
    }
    setSpeech(true);
    const answer = await send(tongue.say("kiosk.speech_on"));
    setSilent(!answer?.can_speak);
    if (!answer?.can_speak) setSpeech(false);
  };
  const reset = () => {
    setLarge(false);
    setStrong(false);
    if (spoken.current) send("");
    setSpeech(false);
    setSilent(false);
  };

  useEffect(() => {
    document.documentElement.dataset.contrast = isStrong ? "strong" : "";
    document.documentElement.dataset.text = isLarge ? "large" : "";
  }, [isLarge, isStrong]);
  useEffect(() => {
    const hear = ({ target }) => say(nameOf(target));
    document.addEventListener("focusin", hear);
    return () => document.removeEventListener("focusin", hear);
  }, []);
  return { isLarge, isStrong, isSpoken, isSilent, setLarge, setStrong, toggleSpeech, say, reset };
}
