#include <mlops/dataset/forget.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/cells.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/store/forgotten.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "src/blobs.hpp"
#include "src/engine.hpp"
#include "src/input.hpp"
#include "src/loading.hpp"
#include "src/table_digest.hpp"

namespace mlops::dataset {
namespace {

/// How long one waits for another.
constexpr int patience_ms = 600'000;

/// One version without the rows.
class Rewriting {
  /// What the engine says is said of the version.
  template <typename Work>
  auto told(Work work) const {
    try {
      return work();
    } catch (const Error& fault) {
      if (fault.code() != Code::usage && fault.code() != Code::failed) throw;
      Error out = Error(fault).with_message("the condition does not fit {}@v{}: {}", before_.address(),
                                            before_.number, fault.message());
      if (!fault.hint().empty()) throw out;
      throw std::move(out).with_hint(
          "`mlops data show {0}@v{1}` lists its columns; `mlops data forget {0}@v{1}` "
          "is about this version alone",
          before_.name, before_.number);
    }
  }

 public:
  Rewriting(store::Store& store, Workshop& shop, const Version& before, const std::string& where)
      : store_(store), shop_(shop), before_(before), where_(where) {}

  std::uint64_t count() {
    open({});
    const std::string sql = fmt::format("SELECT count(*) FROM {} WHERE {}", name(), condition());
    return static_cast<std::uint64_t>(integer_at(told([&] { return engine_->query(sql); }), 0));
  }

  Version run() {
    TemporaryFile file(store_.objects().temporary_path(".parquet"));
    open(file.path());
    {
      fs::File held(file.path(), fs::File::Mode::append);
      const std::string select = fmt::format("SELECT * FROM {} WHERE NOT {}", name(), condition());
      told([&] { engine_->write_parquet(select, file.path(), parquet_options_in_place()); });
      held.sync();
    }
    engine_ = open_engine(store_.objects(), shop_.engines, shop_.resources, shop_.cancel);
    Version after = before_;
    const HashedTable hashed = hash_parquet(*engine_, file.path(), column_names(), nullptr);
    after.rows = hashed.rows;
    after.table = hashed.digest;
    after.rows_forgotten += before_.rows - hashed.rows;
    if (before_.blobs)
      after.blobs = keep_blobs(*engine_, store_.objects(), file.path(), blobs(), *before_.blobs);
    after.raw_kept = false;
    after.cache = false;
    after.quarantine.data.reset();
    after.data_bytes = std::filesystem::file_size(file.path());
    after.data = store_.objects().adopt(file.release());
    return after;
  }

 private:
  /// The condition is somebody's SQL: it sees this table and nothing else.
  void open(const std::filesystem::path& written) {
    engine_ = open_engine(store_.objects(), shop_.engines, shop_.resources, shop_.cancel);
    const auto file = table_file(table_place(store_, shop_), before_);
    engine_->execute(fmt::format("CREATE VIEW {} AS SELECT * FROM read_parquet({})", name(),
                                 table::literal(file.string())));
    const auto tables = told(
        [&] { return engine_->tables_of(fmt::format("SELECT * FROM {} WHERE {}", name(), condition())); });
    if (tables != std::vector<std::string>{before_.name}) {
      throw error(Code::usage, "the condition reads '{}', and not '{}' alone",
                  tables.front() == before_.name ? tables.back() : tables.front(), before_.name)
          .with_hint("a condition over the columns of the dataset is wanted, such as `id = 17`");
    }
    std::vector<std::filesystem::path> readable{file};
    if (!written.empty()) readable.push_back(written);
    engine_->confine(readable);
  }

  std::string name() const { return table::identifier(before_.name); }
  /// True or false of every row.
  std::string condition() const { return fmt::format("(({}\n) IS TRUE)", where_); }

  std::vector<std::string> column_names() const {
    std::vector<std::string> out;
    for (const Column& column : before_.columns) out.push_back(column.name);
    return out;
  }
  std::vector<std::string> blobs() const {
    std::vector<std::string> out;
    for (const Column& column : before_.columns) {
      if (column.blob) out.push_back(column.name);
    }
    return out;
  }

  store::Store& store_;
  Workshop& shop_;
  const Version& before_;
  const std::string& where_;
  std::unique_ptr<table::Engine> engine_;
};

class Forgetting {
 public:
  Forgetting(store::Store& store, Workshop& shop, const ForgetRequest& request)
      : store_(store), shop_(shop), request_(request) {}

  /// What was made from the versions goes before these, so that a killed command finds it again.
  ForgetReport run() {
    const auto lock = request_.dry_run ? std::nullopt : std::optional(only_one());
    const std::vector<Version> versions = asked();
    report_.looked_at = versions.size();
    report_.versions = with_rows(versions);
    const std::vector<ForgetReport::One> made = made_from(versions, report_.versions);
    if (!request_.dry_run) {
      drop_all(made);
      rewrite(report_.versions);
    }
    find_unnamed();
    report_.versions.insert(report_.versions.end(), made.begin(), made.end());
    return std::move(report_);
  }

 private:
  /// Of two at once the second would write anew what the first was about to replace.
  fs::Lock only_one() const {
    const std::filesystem::path locks = store_.root() / "locks";
    fs::make_folders(locks);
    return fs::Lock(locks / "forget", patience_ms, shop_.cancel);
  }

  std::vector<ForgetReport::One> with_rows(const std::vector<Version>& versions) {
    shop_.progress.phase("looking for rows of " + request_.address, versions.size(), Unit::items);
    std::vector<ForgetReport::One> found;
    std::uint64_t seen = 0;
    for (const Version& version : versions) {
      shop_.progress.at(seen++);
      if (version.forgotten) continue;
      if (version.quarantine.data) report_.quarantines.push_back(version);
      const std::uint64_t rows = Rewriting(store_, shop_, version, request_.where).count();
      if (rows > 0) found.push_back({.version = version, .rows = rows});
    }
    return found;
  }

  std::vector<Version> asked() const {
    const Version named = resolve(store_, request_.address);
    const bool one = request_.address != named.name && request_.address != named.address();
    if (named.made)
      throw error(Code::usage, "'{}' is made by SQL from {}", named.address(), one_of(named.origin.from))
          .with_hint("forget the rows of what it is made from; its versions go with them");
    return one ? std::vector<Version>{named} : history(store_, {named.section, named.name});
  }

  /// Tables that were made from versions that lose rows, or had lost them already (by a command that read
  /// them before), and those that were made from these tables.
  std::vector<ForgetReport::One> made_from(const std::vector<Version>& versions,
                                           const std::vector<ForgetReport::One>& found) {
    std::set<Digest> records;
    for (const auto& one : found) records.insert(one.version.record);
    std::map<Digest, Digest> rewritten;  // By record, the table that it has now.
    for (const Version& version : versions) {
      if (version.instead) rewritten.emplace(version.record, version.table);
    }
    const auto has_lost = [&](const MadeInput& input) {
      const auto now = rewritten.find(input.record);
      return records.contains(input.record) || (now != rewritten.end() && now->second != input.table);
    };
    std::vector<ForgetReport::One> out;
    const std::vector<Version> tables = made_tables();
    for (bool more = true; more;) {
      more = false;
      for (const Version& table : tables) {
        const auto& inputs = table.made->inputs;
        if (std::none_of(inputs.begin(), inputs.end(), has_lost) || !records.insert(table.record).second)
          continue;
        if (!table.forgotten) out.push_back({.version = table, .rows = table.rows, .dropped = true});
        more = true;
      }
    }
    return out;
  }

  std::vector<Version> made_tables() {
    std::vector<Version> out;
    for (const store::ReferenceName& name : store_.references().list()) {
      if (name.kind != "data") continue;
      for (Version& version : history(store_, name)) {
        if (version.made) out.push_back(std::move(version));
      }
    }
    return out;
  }

  void rewrite(const std::vector<ForgetReport::One>& found) {
    if (found.empty()) return;
    store::Forgetting forgetting = begun(found.front().version);
    shop_.progress.phase("rewriting " + request_.address, found.size(), Unit::items);
    for (const auto& one : found) {
      const Version after = Rewriting(store_, shop_, one.version, request_.where).run();
      const Digest record = store_.objects().put(json::canonical(to_record(after)));
      forgetting.versions.push_back({.version = one.version.number,
                                     .record = one.version.record,
                                     .before = one.version.standing(),
                                     .instead = record,
                                     .rows = one.rows});
      shop_.progress.at(forgetting.versions.size());
    }
    if (shop_.cancel != nullptr) shop_.cancel->check();
    store::forget(store_, forgetting);
  }

  /// What was made of a version as it was, by this command or another.
  void find_unnamed() {
    for (const Version& version : asked()) {
      if (!version.instead && !version.forgotten) continue;
      const Version was = from_record(store_.record(version.record), version.record, version.number);
      if (const auto other = find_other(store_, was.table)) report_.unnamed.push_back(*other);
    }
  }

  void drop_all(const std::vector<ForgetReport::One>& tables) {
    std::map<std::string, std::vector<Version>> by_name;
    for (const auto& one : tables) by_name[one.version.name].push_back(one.version);
    for (const auto& [name, versions] : by_name)
      drop(store_, versions, shop_.clock.now(), request_.who, request_.why);
  }

  store::Forgetting begun(const Version& version) const {
    return {.name = {version.section, version.name},
            .versions = {},
            .time = shop_.clock.now(),
            .who = request_.who,
            .why = request_.why};
  }

  store::Store& store_;
  Workshop& shop_;
  const ForgetRequest& request_;
  ForgetReport report_;
};

}  // namespace

ForgetReport forget_rows(store::Store& store, Workshop& shop, const ForgetRequest& request) {
  return Forgetting(store, shop, request).run();
}

std::vector<Version> expired(store::Store& store, const store::ReferenceName& name,
                             const manifest::Retention& keep, const std::set<Digest>& needed, Time now) {
  std::vector<Version> out;
  const std::vector<Version> versions = history(store, name);
  for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
    const Version& version = versions[i];
    const bool old = keep.us && version.time.us < now.us - *keep.us;
    const bool many = keep.versions && versions.size() - i > *keep.versions;
    if ((old || many) && !version.forgotten && !needed.contains(version.record)) out.push_back(version);
  }
  return out;
}

void drop(store::Store& store, const std::vector<Version>& versions, Time now, const std::string& who,
          const std::string& why) {
  if (versions.empty()) return;
  store::Forgetting forgetting{.name = {versions.front().section, versions.front().name},
                               .versions = {},
                               .time = now,
                               .who = who,
                               .why = why};
  for (const Version& version : versions) {
    forgetting.versions.push_back({.version = version.number,
                                   .record = version.record,
                                   .before = version.standing(),
                                   .instead = {},
                                   .rows = version.rows});
  }
  store::forget(store, forgetting);
}

}  // namespace mlops::dataset
