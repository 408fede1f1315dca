#include "src/duck.hpp"
#include "src/entry.hpp"
#include "src/functions.hpp"
#include "src/outputs.hpp"
#include "src/references.hpp"
#include "src/result.hpp"
#include "src/watcher.hpp"

#include <set>

namespace mlops::table {
namespace {

void set(const Config& config, const char* name, const std::string& value) {
  if (duckdb_set_config(config.get(), name, value.c_str()) == DuckDBSuccess) return;
  throw error(Code::failed, "the table engine refuses '{}' for its setting '{}'", value, name);
}

// Nothing is downloaded, nothing of the user's home is read, and no file is cached: a file that changed
// within the resolution of its time stamp must not be read from memory.
Config configuration(const Settings& settings) {
  duckdb_config created = nullptr;
  if (duckdb_create_config(&created) != DuckDBSuccess)
    throw error(Code::failed, "cannot configure the table engine");
  Config config(created);
  for (const char* name :
       {"autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions",
        "allow_persistent_secrets", "enable_external_file_cache"}) {
    set(config, name, "false");
  }
  set(config, "preserve_insertion_order", "true");
  set(config, "temp_directory", settings.spill_dir.string());
  if (settings.threads != 0) set(config, "threads", std::to_string(settings.threads));
  if (settings.memory_bytes != 0) set(config, "memory_limit", std::to_string(settings.memory_bytes) + "B");
  return config;
}

// The engine makes the spill folder itself when it first spills, and removes it; it cannot make its parents.
Database open_database(const Settings& settings) {
  if (settings.spill_dir.has_parent_path())
    std::filesystem::create_directories(settings.spill_dir.parent_path());
  const Config config = configuration(settings);
  duckdb_database database = nullptr;
  char* failure = nullptr;
  const auto state = duckdb_open_ext(nullptr, &database, config.get(), &failure);
  const Text message(failure);
  if (state != DuckDBSuccess) throw to_error(message ? message.get() : "cannot open the table engine");
  return Database(database);
}

Connection connect(const Database& database) {
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database.get(), &connection) != DuckDBSuccess) {
    throw error(Code::failed, "cannot open the table engine");
  }
  return Connection(connection);
}

class DuckEngine final : public Engine {
 public:
  DuckEngine(const Settings& settings, const Cancel* cancel)
      : cancel_(cancel),
        database_(open_database(settings)),
        connection_(connect(database_)),
        types_(database_.get()) {
    add_functions(connection_.get());
    if (cancel != nullptr) watcher_ = std::make_unique<Watcher>(*cancel, connection_.get());
    execute(
        "SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false; "
        "SET progress_bar_time = 0; SET arrow_large_buffer_size = true");
  }

  void execute(const std::string& sql) override;
  Columns query(const std::string& sql) override;
  void stream(const std::string& sql, const std::function<bool(const Columns&)>& take) override;
  void confine(const std::vector<std::filesystem::path>& readable) override;
  std::vector<std::string> tables_of(const std::string& select) override;
  SelectFacts facts_of(const std::string& select) override;
  std::vector<Output> outputs_of(const std::string& select,
                                 const std::vector<std::string>& columns) override {
    return outputs_in(tree_of(select), columns);
  }
  void write_parquet(const std::string& select, const std::filesystem::path& file,
                     const std::string& options) override;
  double progress() const override;
  std::string version() const override { return std::string("DuckDB ") + duckdb_library_version(); }

 private:
  template <typename Work>
  void watched(Work work);
  void run(const std::string& sql, const std::function<bool(const Columns&)>& take);
  Columns all(const std::string& sql);
  std::string tree_of(const std::string& sql);
  void check_confined(const std::string& sql);
  bool is_stable(std::string_view name, std::size_t arguments);
  bool is_aggregate(std::string_view name);

  const Cancel* cancel_;
  Database database_;
  Connection connection_;
  SqlTypes types_;
  std::unique_ptr<Watcher> watcher_;
  std::set<std::string, std::less<>> unstable_;
  std::set<std::string, std::less<>> aggregates_;
  bool confined_ = false;
};

// Runs `work` under the watcher's eye. What an interrupted engine complains of may be anything; the user's
// wish is what counts.
template <typename Work>
void DuckEngine::watched(Work work) {
  if (cancel_ != nullptr) cancel_->check();
  const Watcher::Scope scope(watcher_.get());
  try {
    work();
  } catch (const Error&) {
    if (cancel_ != nullptr) cancel_->check();
    throw;
  }
}

// The engine's own parse of a text, as JSON. Nothing of it is bound or run: binding alone may write (EXPORT
// DATABASE makes its folder then).
std::string DuckEngine::tree_of(const std::string& sql) {
  if (sql.find('\0') != std::string::npos) throw error(Code::usage, "the SQL text contains a zero byte");
  return std::string(all("SELECT json_serialize_sql(" + literal(sql) + ")").column(0).text(0));
}

void DuckEngine::check_confined(const std::string& sql) {
  if (confined_) check_only_reads(tree_of(sql), sql);
}

void DuckEngine::execute(const std::string& sql) {
  check_confined(sql);
  watched([&] {
    const Statements statements(connection_.get(), sql);
    for (std::size_t i = 0; i < statements.size(); ++i) {
      const Prepared prepared = statements.prepare(i);
      Result result(prepared.get(), types_);
      while (result.next()) {
      }
    }
  });
}

void DuckEngine::run(const std::string& sql, const std::function<bool(const Columns&)>& take) {
  watched([&] {
    const Statements statements(connection_.get(), sql);
    if (statements.size() != 1) {
      throw error(Code::usage, "{} SQL statement", statements.size() == 0 ? "no" : "more than one");
    }
    const Prepared prepared = statements.prepare(0);
    Result result(prepared.get(), types_);
    auto batch = result.next();
    if (!batch) take(result.none());
    while (batch && take(*batch)) {
      if (cancel_ != nullptr) cancel_->check();
      batch = result.next();
    }
  });
}

Columns DuckEngine::all(const std::string& sql) {
  std::vector<Columns> batches;
  run(sql, [&](const Columns& batch) {
    batches.push_back(batch);
    return true;
  });
  return concatenate(batches);
}

void DuckEngine::stream(const std::string& sql, const std::function<bool(const Columns&)>& take) {
  check_confined(sql);
  run(sql, take);
}

Columns DuckEngine::query(const std::string& sql) {
  check_confined(sql);
  return all(sql);
}

void DuckEngine::confine(const std::vector<std::filesystem::path>& readable) {
  std::vector<std::string> files;
  std::vector<std::string> folders;
  for (const auto& path : readable) {
    const auto plain = std::filesystem::absolute(path).lexically_normal();
    (std::filesystem::is_directory(plain) ? folders : files).push_back(plain.string());
  }
  execute("SET allowed_paths = " + literal_list(files) + "; SET allowed_directories = " +
          literal_list(folders) + "; SET enable_external_access = false; SET lock_configuration = true");
  confined_ = true;
}

bool DuckEngine::is_stable(std::string_view name, std::size_t arguments) {
  if (unstable_.empty()) {
    const Columns names =
        all("SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT' "
            "AND function_name <> 'error'");
    for (std::size_t row = 0; row < names.rows(); ++row) unstable_.emplace(names.column(0).text(row));
    // These depend on the clock or on the session too, though they are listed as consistent.
    for (const char* other : {"current_localtime", "current_localtimestamp", "current_setting", "getvariable",
                              "getenv", "pg_conf_load_time", "pg_postmaster_start_time"}) {
      unstable_.emplace(other);
    }
  }
  return !unstable_.contains(name) && !(name == "age" && arguments == 1);
}

std::vector<std::string> DuckEngine::tables_of(const std::string& select) {
  return tables_in(tree_of(select), select, [this](std::string_view name, std::size_t arguments) {
    return is_stable(name, arguments);
  });
}

bool DuckEngine::is_aggregate(std::string_view name) {
  if (aggregates_.empty()) {
    const Columns names =
        all("SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'");
    for (std::size_t row = 0; row < names.rows(); ++row) aggregates_.emplace(names.column(0).text(row));
  }
  return aggregates_.contains(name);
}

SelectFacts DuckEngine::facts_of(const std::string& select) {
  const std::string tree = tree_of(select);
  SelectFacts out = facts_in(
      tree, select,
      [this](std::string_view name, std::size_t arguments) { return is_stable(name, arguments); },
      [this](std::string_view name) { return is_aggregate(name); });
  try {
    out.text = all("SELECT json_deserialize_sql(" + literal(tree) + "::JSON)").column(0).text(0);
  } catch (const Error&) {  // it knows how to spell fewer statements than it parses
    out.text = select;
  }
  return out;
}

// A SELECT that parses alone cannot end the brackets it is put in; a comment at its end is ended by the line.
void DuckEngine::write_parquet(const std::string& select, const std::filesystem::path& file,
                               const std::string& options) {
  tables_of(select);
  watched([&] {
    const Statements statements(
        connection_.get(), fmt::format("COPY ({}\n) TO {} ({})", select, literal(file.string()), options));
    if (statements.size() != 1) throw error(Code::usage, "more than one SQL statement");
    const Prepared prepared = statements.prepare(0);
    Result result(prepared.get(), types_);
    while (result.next()) {
    }
  });
}

double DuckEngine::progress() const {
  const double percent = duckdb_query_progress(connection_.get()).percentage;
  return percent < 0 ? -1 : percent / 100;
}

}  // namespace
}  // namespace mlops::table

extern "C" mlops::table::Engine* mlops_table_open(const mlops::table::Settings& settings,
                                                  const mlops::Cancel* cancel) {
  return std::make_unique<mlops::table::DuckEngine>(settings, cancel).release();
}

extern "C" const char* mlops_engine_version() {
  static const std::string text = std::string("DuckDB ") + duckdb_library_version();
  return text.c_str();
}
