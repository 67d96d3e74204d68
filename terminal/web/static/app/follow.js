// Each profile has its page: when another becomes active, the first page leads to it.
import { useEffect } from "../vendor/htm-preact-3.1.1.js";
import { told } from "./language.js";

// isBusy: somebody is in the middle of something that a new page would lose.
export function useFollow(status, isBusy = false) {
  const profile = status?.profile;
  useEffect(() => {
    if (profile && told.profile && profile !== told.profile && !isBusy) location.replace("/");
  }, [profile, isBusy]);
}
