#pragma once
/// Values as texts, spelled as the table engine casts them to VARCHAR: what categories are made of, and what
/// a cell of a text file says; and texts as moments, as inputs of dates and times take them. Locale-free.

#include <mlops/base/columns.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::predict {

/// Whether an SQL type holds whole numbers: TINYINT to UHUGEINT.
bool is_whole(std::string_view sql_type);

/// Shortest digits that read back to the same value: "0.1", "7.0", "1e+16", "nan", "inf".
void spell(double value, std::string& out);
void spell(float value, std::string& out);
void spell(std::int64_t value, std::string& out);
void spell(std::uint64_t value, std::string& out);
/// `value` / 10^scale with all digits after the point: "0.50"; ".50" when `precision` leaves no digit before
/// it.
void spell_decimal(Int128 value, int precision, int scale, std::string& out);
/// "2026-11-05"; years beyond 9999 with more digits, before the year 1 with " (BC)"; "infinity".
void spell_date(std::int32_t days, std::string& out);
/// "2026-11-05 09:30:00.25", of microseconds since 1970.
void spell_timestamp(std::int64_t micros, std::string& out);

/// Appends the value of a row that is not null. False, and nothing appended, for kinds that have no text
/// (nested ones, intervals and bytes).
bool spell(const Column& column, std::size_t row, std::string& out);

/// "2026-11-05" or "2026/11/05", surrounding spaces ignored; nothing for a day that does not exist.
std::optional<std::int64_t> read_date(std::string_view text);

/// Microseconds since 1970: a date, with "T" or a space and HH:MM[:SS[.ffffff]] behind it, and Z or an offset
/// such as +02:00, which is subtracted.
std::optional<std::int64_t> read_timestamp(std::string_view text);

/// Microseconds since midnight of HH:MM[:SS[.ffffff]].
std::optional<std::int64_t> read_time(std::string_view text);

}  // namespace mlops::predict
