/// mixed_csv MEGABYTES: a CSV of about that size on stdout, the same bytes each time. The columns are those
/// of an ordinary event table: numbers, decimals, times, a few and many different words, quoted text, nulls.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

/// SplitMix64: the sequence is part of the file's definition.
class Random {
 public:
  std::uint64_t below(std::uint64_t limit) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31U)) % limit;
  }

 private:
  std::uint64_t state_ = 1;
};

constexpr std::array countries = {"AR", "BR", "CL", "DE", "ES", "FR", "IN", "JP", "MX", "US", ""};
constexpr std::array plans = {"free", "pro", "team", "enterprise"};
constexpr std::array notes = {"",
                              "late delivery, refunded",
                              "asked for \"\"express\"\"",
                              "año nuevo",
                              "ok",
                              "moved to another address, see the note of last week"};

void append_time(std::string& line, std::uint64_t second) {
  std::array<char, 32> text = {};
  const auto day = second / 86400;
  std::snprintf(text.data(), text.size(), "2024-%02u-%02uT%02u:%02u:%02uZ",
                static_cast<unsigned>(day / 28 % 12 + 1), static_cast<unsigned>(day % 28 + 1),
                static_cast<unsigned>(second / 3600 % 24), static_cast<unsigned>(second / 60 % 60),
                static_cast<unsigned>(second % 60));
  line += text.data();
}

void append_decimal(std::string& line, Random& random) {
  if (random.below(50) == 0) return;  // a null now and then
  const auto cents = random.below(1'000'000);
  line += std::to_string(cents / 100) + '.' + static_cast<char>('0' + cents / 10 % 10) +
          static_cast<char>('0' + cents % 10);
}

std::string row(std::uint64_t number, Random& random) {
  std::string line = std::to_string(number) + ',';
  append_time(line, number * 7 + random.below(7));
  line += ",customer-" + std::to_string(random.below(200'000)) + ',' +
          countries[random.below(countries.size())] + ',' + plans[random.below(plans.size())] + ',';
  append_decimal(line, random);
  line += ',' + std::to_string(random.below(100)) + ',' + (random.below(2) == 0 ? "true" : "false") + ',';
  line += std::to_string(static_cast<double>(random.below(2'000'000)) / 1e6 - 1) + ",\"";
  line += notes[random.below(notes.size())];
  return line + "\"\n";
}

}  // namespace

int main(int argc, char** argv) {
  const double wanted = (argc == 2 ? std::strtod(argv[1], nullptr) : 0) * 1e6;
  Random random;
  std::string text = "id,time,customer,country,plan,amount,quantity,active,score,note\n";
  double written = 0;
  for (std::uint64_t number = 1; written + static_cast<double>(text.size()) < wanted; ++number) {
    text += row(number, random);
    if (text.size() < 1'000'000) continue;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) return 1;
    written += static_cast<double>(text.size());
    text.clear();
  }
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
