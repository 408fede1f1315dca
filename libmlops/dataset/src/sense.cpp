#include <mlops/dataset/sense.hpp>

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "src/database_place.hpp"
#include "src/declaration.hpp"
#include "src/input.hpp"

namespace mlops::dataset {
namespace {

/// Within which two changes may leave the same times; some file systems know whole seconds, in twos.
constexpr std::int64_t racy_us = 100'000;
constexpr std::int64_t coarse_racy_us = 2'000'000;

std::int64_t us_of(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1'000;
}

std::filesystem::path path_of(const store::Store& store, const Version& version) {
  return store.root() / "tokens" / version.section / version.name;
}

std::string line_of(const Version& version, const std::string& token) {
  return fmt::format("{} {}\n", version.record.text(), token);
}

json::Value or_null(const auto& value) { return value ? json::Value(*value) : json::Value(); }

json::Array parts_of(const manifest::SplitSpec& split) {
  return {or_null(split.test),
          or_null(split.valid),
          split.seed ? json::Value(std::to_string(*split.seed)) : json::Value(),
          split.group,
          split.part,
          or_null(split.test_last_us),
          or_null(split.valid_before_us)};
}

/// Nothing: it is gone, or was touched just now.
std::optional<json::Array> look_of(const std::filesystem::path& path, const std::string& name, Time now) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  const std::int64_t changed = std::max(us_of(found.st_mtim), us_of(found.st_ctim));
  const bool coarse = found.st_mtim.tv_nsec == 0 && found.st_ctim.tv_nsec == 0;
  if (changed > now.us - (coarse ? coarse_racy_us : racy_us)) return std::nullopt;
  return json::Array{name,
                     static_cast<std::int64_t>(found.st_size),
                     static_cast<std::int64_t>(found.st_ino),
                     found.st_mtim.tv_sec,
                     found.st_mtim.tv_nsec,
                     found.st_ctim.tv_sec,
                     found.st_ctim.tv_nsec};
}

/// The same of a log beside a database. Its time of status says nothing: for root, SQLite sets the owner
/// whenever it opens one. An empty one is none: who only reads makes it, and takes it away.
std::optional<json::Array> look_of_log(const std::filesystem::path& path, Time now) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) != 0 || found.st_size == 0) return json::Array{};
  const bool coarse = found.st_mtim.tv_nsec == 0;
  if (us_of(found.st_mtim) > now.us - (coarse ? coarse_racy_us : racy_us)) return std::nullopt;
  return json::Array{static_cast<std::int64_t>(found.st_size), static_cast<std::int64_t>(found.st_ino),
                     found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

std::optional<json::Array> looks_of_database(const manifest::SourceSpec& source,
                                             const std::filesystem::path& base, Time now) {
  const std::filesystem::path file = database_file(source, base);
  json::Array out;
  auto look = look_of(file, file.filename().string(), now);
  for (const char* end : {"-wal", "-journal"}) {
    if (!look) return std::nullopt;
    out.push_back(*std::move(look));
    look = look_of_log(file.string() + end, now);
  }
  if (!look || may_ask_clock(source, base)) return std::nullopt;
  out.push_back(*std::move(look));
  return out;
}

std::optional<json::Array> looks_of_files(const manifest::SourceSpec& source,
                                          const std::filesystem::path& base, Time now) {
  json::Array out;
  for (const InputFile& file : find_inputs(source.from, base)) {
    auto look = file.path.empty() ? std::nullopt : look_of(file.path, file.name, now);
    if (!look) return std::nullopt;
    out.push_back(*std::move(look));
  }
  return out;
}

}  // namespace

std::optional<std::string> token_of(const manifest::SourceSpec& source, const std::filesystem::path& base,
                                    Time now) {
  auto files =
      is_database(source.from) ? looks_of_database(source, base, now) : looks_of_files(source, base, now);
  if (!files) return std::nullopt;
  const json::Object all{{"declared", declaration(source)}, {"files", *std::move(files)}};
  return crypto::sha256(json::canonical(all)).hex();
}

std::optional<std::string> token_of(const manifest::DataSpec& table, const std::filesystem::path& base,
                                    const json::Object& params) {
  std::string sql = table.sql;
  if (!table.sql_file.empty()) {
    std::ifstream in(base / table.sql_file, std::ios::binary);
    if (!in) return std::nullopt;
    sql.assign(std::istreambuf_iterator<char>(in), {});
  }
  return crypto::sha256(json::dump(json::Object{{"sql", sql}, {"params", params}})).hex();
}

std::string use_token_of(const manifest::TableSpec& table) {
  json::Array expect;
  for (const manifest::ExpectSpec& one : table.expect) expect.push_back(json::Array{one.text, one.warn});
  const json::Object all{{"label", table.label},
                         {"task", table.task},
                         {"time", table.time},
                         {"outcome", json::Array(table.outcome.begin(), table.outcome.end())},
                         {"split", parts_of(table.split)},
                         {"expect", std::move(expect)}};
  return crypto::sha256(json::dump(all)).hex();
}

void keep_token(store::Store& store, const Version& version, const std::string& token) {
  const std::filesystem::path path = path_of(store, version);
  std::filesystem::create_directories(path.parent_path());
  fs::write_atomic(path, line_of(version, token));
}

bool has_token(const store::Store& store, const Version& version, const std::string& token) {
  std::ifstream in(path_of(store, version), std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(in), {}};
  return kept == line_of(version, token);
}

}  // namespace mlops::dataset
