// Soft hyphens for long words. Debian's Chromium has no dictionary to hyphenate by, and a tile is
// narrow: "Hähnchenschnitzel" would break anywhere, without a sign that it goes on.

const LONG = 11;
const END = 3;
const VOWEL = "[aeiouyàâäáèéêëïîíôöóûüúœæ]";
// What stays together: one sound, a beginning of German words, and the groups with l and r.
const SOUND = `sch[lmnrw]?|sp|st[rh]?|ch|ph|th|gh|qu|gn|ck|[bcdfgkptvw][lr]|(?!${VOWEL})\\p{L}`;
const BETWEEN = new RegExp(`(?<=${VOWEL})((?:(?!${VOWEL})\\p{L})*?)((?:${SOUND})(?=${VOWEL}))`, "giu");

// A break stands before the last sound between two vowels (Duden, § 110), and near no end of a word.
const broken = (word) => word.replace(BETWEEN, (all, before, sound, at) => {
  const place = at + before.length;
  return place < END || word.length - place < END ? all : `${before}\u00AD${sound}`;
});

export const withHyphens = (text) => text.replace(/\p{L}+/gu, (word) => (word.length < LONG ? word : broken(word)));
