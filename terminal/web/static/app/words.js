// Words, amounts and times in the language of the screen. Amounts travel as whole cents.

const LOCALES = { fr: "fr-BE", nl: "nl-BE", de: "de-BE", en: "en-BE" };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function makeTongue(language, words, timeZone) {
  const locale = LOCALES[language];
  const euros = new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" });
  const notes = new Intl.NumberFormat(locale, {
    style: "currency", currency: "EUR", maximumFractionDigits: 0 });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone });
  const exact = new Intl.DateTimeFormat(locale, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone });
  const calendar = new Intl.DateTimeFormat(locale, {
    weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  const has = (key) => Object.hasOwn(words, key);

  // A word that is missing shows its key: ugly, and seen at once.
  function say(key, values = {}) {
    const text = has(key) ? words[key] : key;
    return text.replace(/\{(\w+)\}/g, (whole, name) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole);
  }

  function age(fromMs, nowMs) {
    const past = nowMs - fromMs;
    if (past < MINUTE_MS) return say("age.now");
    if (past < HOUR_MS) return say("age.minutes", { count: Math.floor(past / MINUTE_MS) });
    if (past < DAY_MS) return say("age.hours", { count: Math.floor(past / HOUR_MS) });
    return say("age.days", { count: Math.floor(past / DAY_MS) });
  }

  return {
    language,
    has,
    say,
    age,
    money: (cents) => euros.format(cents / 100),
    note: (cents) => notes.format(cents / 100),
    time: (moment) => clock.format(typeof moment === "string" ? new Date(moment) : moment),
    exactTime: (moment) => exact.format(new Date(moment)),
    day: (day) => calendar.format(new Date(`${day}T12:00:00Z`)),
    list: (keys, prefix) => keys.map((key) => say(`${prefix}.${key}`)).join(", "),
  };
}
