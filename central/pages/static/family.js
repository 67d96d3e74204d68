// Says that something is new, for a page that stays open. The page itself needs no script.
"use strict";
{
  const OFTEN_MS = 20000;
  const SELDOM_MS = 300000;
  const note = document.getElementById("news");
  let known = null;
  let pause = OFTEN_MS;

  const look = async () => {
    let state = known;
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch("/family/news", { cache: "no-store" });
        // Led to the sign-in form: the session has ended, and there is nothing more to ask.
        if (answer.redirected || !answer.ok) return;
        state = await answer.text();
        pause = OFTEN_MS;
      } catch {
        pause = Math.min(pause * 2, SELDOM_MS);
      }
    }
    if (known !== null && state !== known) {
      note.hidden = false;
      return;
    }
    known = state;
    setTimeout(look, pause);
  };
  look();
}
