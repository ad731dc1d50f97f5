// SPDX-License-Identifier: Apache-2.0
#include "x509/time.h"

namespace merlon::x509 {
namespace {

// Two decimal digits off the front of `text`; -1 if they are none.
int TakeTwo(Bytes& text) {
  const int high = text[0] - '0', low = text[1] - '0';
  text.remove_prefix(2);
  return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low;
}

void PutTwo(EncodedTime& out, int value) {
  out.text[out.size++] = static_cast<uint8_t>('0' + value / 10);
  out.text[out.size++] = static_cast<uint8_t>('0' + value % 10);
}

}  // namespace

bool ReadTime(DerReader& reader, UnixTime* time) {
  uint8_t tag;
  Bytes text;
  if (!reader.Any(&tag, &text)) return false;
  if (tag != der::kUtcTime && tag != der::kGeneralizedTime) return false;
  const bool full_year = tag == der::kGeneralizedTime;
  if (text.size() != (full_year ? 15u : 13u) || text.back() != 'Z') return false;
  const int century = full_year ? TakeTwo(text) : 0;
  const int year_in_century = TakeTwo(text), month = TakeTwo(text), day = TakeTwo(text);
  const int hour = TakeTwo(text), minute = TakeTwo(text), second = TakeTwo(text);
  if ((century | year_in_century | month | day | hour | minute | second) < 0) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  // RFC 5280 s4.1.2.5.1: 50 to 99 are in the 20th century.
  const int year = full_year ? century * 100 + year_in_century
                             : year_in_century + (year_in_century >= 50 ? 1900 : 2000);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  *time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
          std::chrono::seconds(second);
  return true;
}

EncodedTime EncodeTime(UnixTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss clock{time - days};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) __builtin_trap();
  const bool utc = year >= 1950 && year < 2050;
  EncodedTime out{utc ? der::kUtcTime : der::kGeneralizedTime, 0, {}};
  if (!utc) PutTwo(out, year / 100);
  PutTwo(out, year % 100);
  PutTwo(out, static_cast<int>(static_cast<unsigned>(date.month())));
  PutTwo(out, static_cast<int>(static_cast<unsigned>(date.day())));
  PutTwo(out, static_cast<int>(clock.hours().count()));
  PutTwo(out, static_cast<int>(clock.minutes().count()));
  PutTwo(out, static_cast<int>(clock.seconds().count()));
  out.text[out.size++] = 'Z';
  return out;
}

}  // namespace merlon::x509
