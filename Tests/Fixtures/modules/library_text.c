// Forms of text, identifiers, checksums and days.
#include <linux/crc32.h>
#include <linux/glob.h>
#include <linux/string_helpers.h>
#include <linux/time.h>
#include <linux/uuid.h>
#include "library.h"

static void dumps(void) {
  char line[80];
  u8 bytes[4];
  CHECK(hex_dump_to_buffer("Hello", 5, 16, 1, line, sizeof(line), true) == 54);
  CHECK(!strncmp(line, "48 65 6c 6c 6f  ", 16) && !strcmp(line + 49, "Hello"));
  CHECK(hex_dump_to_buffer("abcdefgh", 8, 16, 4, line, 6, false) == 17 && !strcmp(line, "64636"));
  CHECK(hex2bin(bytes, "00ff7fA0", 4) == 0 && bytes[3] == 0xa0 && hex2bin(bytes, "0g", 1) < 0);
  *bin2hex(line, bytes, 4) = 0;
  CHECK(!strcmp(line, "00ff7fa0"));
}

static void words(void) {
  char text[64], *at = "3,5-7";
  int values[8];
  s8 small;
  s16 half;
  CHECK(get_option(&at, &values[0]) == 2 && values[0] == 3 && *at == '5');
  get_options("1,4-6,9", 8, values);
  CHECK(values[0] == 5 && values[4] == 6 && values[5] == 9);
  CHECK(kstrtos8("-128", 10, &small) == 0 && small == -128);
  CHECK(kstrtos8("128", 10, &small) == -ERANGE && kstrtos16("0x7fff", 0, &half) == 0);
  string_upper(text, "Mixed 1");
  CHECK(!strcmp(text, "MIXED 1"));
  string_get_size(8192, 512, STRING_UNITS_2, text, sizeof(text));
  CHECK(!strcmp(text, "4.00 MiB"));
  string_get_size(1, 1500, STRING_UNITS_10, text, sizeof(text));
  CHECK(!strcmp(text, "1.50 kB"));
  CHECK(string_escape_str("a\n\"", text, sizeof(text), ESCAPE_ANY_NP, NULL) == 4);
  CHECK(!memcmp(text, "a\\n\"", 4));
  strcpy(text, "\\x41\\101\\t\\q");
  CHECK(string_unescape_any_inplace(text) == 5 && !strcmp(text, "AA\t\\q"));
  CHECK(glob_match("*.[ch]", "a.c") && !glob_match("*.[!ch]", "a.c") && glob_match("a?c", "abc"));
}

static void identifiers(void) {
  const char *text = "c33f4995-3701-450e-9fbf-206a2e98e576";
  char shown[40];
  guid_t guid;
  uuid_t uuid, other;
  CHECK(guid_parse(text, &guid) == 0 && uuid_parse(text, &uuid) == 0);
  CHECK(guid_equal(&guid, &GUID_INIT(0xc33f4995, 0x3701, 0x450e, 0x9f, 0xbf, 0x20, 0x6a, 0x2e,
      0x98, 0xe5, 0x76)));
  CHECK(uuid.b[0] == 0xc3 && uuid_parse("c33f4995-3701-450e-9fbf206a2e98e576 ", &other) < 0);
  snprintf(shown, sizeof(shown), "%pUb", &uuid);
  CHECK(!strcmp(shown, text));
  uuid_gen(&uuid);
  uuid_gen(&other);
  CHECK(!uuid_equal(&uuid, &other) && !uuid_is_null(&uuid) && (uuid.b[6] & 0xf0) == 0x40);
}

static void sums(void) {
  const char *digits = "123456789";
  struct tm tm;
  CHECK((crc32_le(~0, (const u8 *)digits, 9) ^ ~0U) == 0xcbf43926);
  CHECK((crc32_be(~0, (const u8 *)digits, 9) ^ ~0U) == 0xfc891918);
  CHECK((crc32c(~0, digits, 9) ^ ~0U) == 0xe3069283);
  CHECK(crc16(0, (const u8 *)digits, 9) == 0xbb3d);
  time64_to_tm(951827696, 0, &tm);
  CHECK(tm.tm_year == 100 && tm.tm_mon == 1 && tm.tm_mday == 29 && tm.tm_hour == 12);
  CHECK(tm.tm_min == 34 && tm.tm_sec == 56 && tm.tm_wday == 2 && tm.tm_yday == 59);
  CHECK(mktime64(2000, 2, 29, 12, 34, 56) == 951827696);
  time64_to_tm(-1, 0, &tm);
  CHECK(tm.tm_year == 69 && tm.tm_mon == 11 && tm.tm_mday == 31 && tm.tm_sec == 59);
}

static void all(void) {
  dumps();
  words();
  identifiers();
  sums();
}
LIBRARY_FIXTURE(all);
