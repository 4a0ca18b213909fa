// Patterns of file names.
#ifndef VMEM_GLOB_H
#define VMEM_GLOB_H

#include <vmem/types.h>

// Whether a character is in the set behind a `[`; where that ends, or 0 if it has no end.
static inline const char *vmem_glob_set(const char *set, unsigned char character, bool *is_in) {
  bool inverted = *set == '!';
  const char *at = set + inverted;
  *is_in = inverted;
  do {
    unsigned char low = *at++, high = low;
    if (!low) return NULL;
    if (*at == '-' && at[1] && at[1] != ']') {
      high = at[1];
      at += 2;
    }
    if (low <= character && character <= high) *is_in = !inverted;
  } while (*at != ']');
  return at + 1;
}
// Whether all of a text is what a pattern of `*`, `?`, `[a-z]`, `[!a-z]` and `\` says.
static inline bool glob_match(const char *pattern, const char *text) {
  const char *star = NULL, *star_text = NULL;
  for (;;) {
    char wanted = *pattern++, character = *text;
    bool matches;
    if (wanted == '*') {
      star = pattern;
      star_text = text;
      if (!*pattern) return true;
      continue;
    }
    const char *behind = wanted == '[' ? vmem_glob_set(pattern, character, &matches) : NULL;
    if (behind) {
      matches &= character != 0;
    } else if (wanted == '?') {
      matches = character != 0;
    } else {
      if (wanted == '\\') wanted = *pattern++;
      matches = wanted == character;
      if (matches && !character) return true;
    }
    if (matches) {
      if (behind) pattern = behind;
      text++;
    } else {
      if (!character || !star) return false;
      pattern = star;
      text = ++star_text;
    }
  }
}

#endif
