// Days, months and years of a time, in the calendar that is in use today.
#ifndef VMEM_CALENDAR_H
#define VMEM_CALENDAR_H

#include <vmem/time.h>

struct tm {
  int tm_sec, tm_min, tm_hour, tm_mday, tm_mon;
  // Since 1900.
  long tm_year;
  // From Sunday, and from 1 January.
  int tm_wday, tm_yday;
};
static inline long vmem_floor_divide(long a, long b) { return a / b - (a % b < 0); }
// Days from 1 January 1970 to a day; a year here begins in March.
static inline long vmem_days(long year, int month, int day) {
  if (month <= 2) year--;
  int from_march = (month + 9) % 12;
  long days = year * 365 + vmem_floor_divide(year, 4) - vmem_floor_divide(year, 100)
      + vmem_floor_divide(year, 400);
  return days + (from_march * 153 + 2) / 5 + day - 1 - 719468;
}
static inline time64_t mktime64(unsigned int year, unsigned int month, unsigned int day,
    unsigned int hour, unsigned int minute, unsigned int second) {
  return ((vmem_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}
static inline void time64_to_tm(time64_t seconds, int offset, struct tm *to) {
  seconds += offset;
  long days = vmem_floor_divide(seconds, 86400), rest = seconds - days * 86400;
  long year = vmem_floor_divide((days * 400), 146097) + 1970;
  while (vmem_days(year + 1, 1, 1) <= days) year++;
  while (vmem_days(year, 1, 1) > days) year--;
  int month = 12;
  while (vmem_days(year, month, 1) > days) month--;
  *to = (struct tm){
    .tm_sec = rest % 60, .tm_min = rest / 60 % 60, .tm_hour = rest / 3600,
    .tm_mday = days - vmem_days(year, month, 1) + 1, .tm_mon = month - 1, .tm_year = year - 1900,
    .tm_wday = (days + 4) - vmem_floor_divide(days + 4, 7) * 7,
    .tm_yday = days - vmem_days(year, 1, 1),
  };
}
#define time_to_tm(seconds, offset, to) time64_to_tm(seconds, offset, to)

#endif
