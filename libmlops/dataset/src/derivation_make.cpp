#include "src/derivation.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>

#include "src/engine.hpp"
#include "src/input.hpp"
#include "src/loading.hpp"
#include "src/table_digest.hpp"

namespace mlops::dataset {
namespace {

struct Named {
  std::string name;
  std::string type;
};

/// Runs `work`; what the engine says against `ran` is told of the statement.
template <typename Work>
auto told(const Definition& definition, const std::string& ran, Work work) {
  try {
    return work();
  } catch (const Error& fault) {
    if (fault.code() != Code::usage && fault.code() != Code::failed) throw;
    throw placed(definition, fault, ran);
  }
}

std::vector<Named> columns_of(table::Engine& engine, const Definition& definition) {
  const std::string sql = "DESCRIBE " + definition.sql.text;
  const Columns described = told(definition, sql, [&] { return engine.query(sql); });
  std::vector<Named> out;
  for (std::size_t row = 0; row < described.rows(); ++row) {
    out.push_back({std::string(described.column(0).text(row)), std::string(described.column(1).text(row))});
  }
  return out;
}

void require_different(const Definition& definition, const std::vector<Named>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto same = [&](const Named& other) { return lowered(other.name) == lowered(columns[i].name); };
    if (std::none_of(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
    throw placed(definition,
                 error(Code::usage, "two columns are called '{}'", columns[i].name)
                     .with_hint("give one of them another name with AS, or leave it out: `* EXCLUDE ({})`",
                                columns[i].name),
                 std::string::npos);
  }
}

/// How a value is kept where a table has no such type; empty: as it is.
std::string kept_as(const std::string& type) {
  if (type == "HUGEINT" || type == "UHUGEINT") return "BIGINT";
  if (type.starts_with("ENUM(")) return "VARCHAR";
  return "";
}

/// The statement with its columns as they are kept and its rows in an order that is the same each time.
std::string kept(const Definition& definition, const std::vector<Named>& columns) {
  std::string list;
  bool casts = false;
  for (const Named& column : columns) {
    const std::string name = table::identifier(column.name);
    const std::string type = kept_as(column.type);
    casts = casts || !type.empty();
    list +=
        (list.empty() ? "" : ", ") + (type.empty() ? name : fmt::format("{}::{} AS {}", name, type, name));
  }
  const bool sorted = definition.facts.order == table::RowOrder::none;
  if (!casts && !sorted) return definition.sql.text;
  return fmt::format("SELECT {} FROM ({}\n){}", list, definition.sql.text, sorted ? " ORDER BY ALL" : "");
}

/// Makes one version.
class Making {
 public:
  Making(store::Store& store, Workshop& shop, const Definition& definition, const Inputs& inputs)
      : store_(store), shop_(shop), definition_(definition), inputs_(inputs) {}

  Version run(Made made) {
    engine_ = open_engine(store_.objects(), shop_.engines, shop_.resources, shop_.cancel);
    define_inputs();
    TemporaryFile file(store_.objects().temporary_path(".parquet"));
    write(file.path());
    engine_.reset();
    engine_ = open_engine(store_.objects(), shop_.engines, shop_.resources, shop_.cancel);
    describe(file.path());
    version_.raw = store::put_tree(store_.objects(), raw());
    version_.data_bytes = std::filesystem::file_size(file.path());
    version_.data = store_.objects().adopt(file.release());
    version_.made = std::move(made);
    return std::move(version_);
  }

 private:
  void define_inputs() {
    for (const table::TableUse& use : definition_.facts.tables) {
      const std::string file =
          table::literal(table_file(table_place(store_, shop_), input(use.name)).string());
      std::string name = table::identifier(use.name);
      if (const std::size_t dot = use.name.find('.'); dot != std::string::npos) {
        const std::string schema = table::identifier(use.name.substr(0, dot));
        engine_->execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", schema));
        name = schema + "." + table::identifier(use.name.substr(dot + 1));
      }
      engine_->execute(fmt::format("CREATE VIEW {} AS SELECT * FROM read_parquet({})", name, file));
    }
  }

  const Version& input(const std::string& written) const {
    const std::string name = written.substr(written.find('.') + 1);
    const auto found = std::find_if(inputs_.begin(), inputs_.end(), [&](const auto& one) {
      return name_in(one.first) == written || name_in(one.first) == name;
    });
    return found->second;
  }

  std::uint64_t rows_in() const {
    std::uint64_t rows = 0;
    for (const std::string& address : definition_.inputs) rows += inputs_.at(address).rows;
    return rows;
  }

  /// The file is held open: on NFS a full disk is told when it is closed, which the engine does not hear.
  void write(const std::filesystem::path& file) {
    shop_.progress.phase(fmt::format("making {}", definition_.spec->name), 0, Unit::rows);
    columns_ = columns_of(*engine_, definition_);
    require_different(definition_, columns_);
    if (definition_.facts.order != table::RowOrder::table) engine_->execute("SET threads = 1");
    std::vector<std::filesystem::path> paths = {file};
    for (const auto& [address, version] : inputs_)
      paths.push_back(table_file(table_place(store_, shop_), version));
    fs::File held(file, fs::File::Mode::append);
    engine_->confine(paths);
    const std::string select = kept(definition_, columns_);
    told(definition_, "COPY (" + select,
         [&] { engine_->write_parquet(select, file, parquet_options_in_place()); });
    held.sync();
  }

  void describe(const std::filesystem::path& file) {
    version_.section = "data";
    version_.name = definition_.spec->name;
    version_.origin.from = definition_.inputs;
    version_.raw_files = 1;
    version_.raw_bytes = definition_.written.size();
    try {
      read_back(file);
    } catch (const Error& fault) {
      fail_unwritten(file, fault);
    }
    std::vector<std::string> names;
    std::vector<std::string> of_inputs;
    for (const Column& column : version_.columns) names.push_back(column.name);
    for (const std::string& address : definition_.inputs) {
      for (const std::string& name : personal_columns(inputs_.at(address))) of_inputs.push_back(name);
    }
    const auto masked = personal(definition_, names, of_inputs);
    for (Column& column : version_.columns)
      column.pii = std::find(masked.begin(), masked.end(), column.name) != masked.end();
  }

  /// The table in order, as it lies on the disk: names, types, and its digest.
  void read_back(const std::filesystem::path& file) {
    shop_.progress.phase(fmt::format("checking {}", version_.name), count_rows(*engine_, file), Unit::rows);
    std::vector<std::string> names;
    for (const Named& column : columns_) names.push_back(column.name);
    const HashedTable hashed =
        hash_parquet(*engine_, file, names, [&](const Columns& batch, std::uint64_t rows) {
          if (version_.find(batch.fields().front().name) == nullptr) take_columns(batch);
          shop_.progress.at(rows);
        });
    version_.rows = hashed.rows;
    version_.table = hashed.digest;
  }

  void take_columns(const Columns& batch) {
    for (const Field& field : batch.fields())
      version_.columns.push_back({.name = field.name, .original = field.name, .type = field.sql});
  }

  /// The statement as it was written is what the table came from.
  store::Tree raw() {
    store::Tree tree;
    tree.files.push_back({.path = "query.sql",
                          .size = definition_.written.size(),
                          .digest = store_.objects().put(definition_.written)});
    return tree;
  }

  store::Store& store_;
  Workshop& shop_;
  const Definition& definition_;
  const Inputs& inputs_;
  std::unique_ptr<table::Engine> engine_;
  std::vector<Named> columns_;
  Version version_;
};

}  // namespace

Version make_table(store::Store& store, Workshop& shop, const Definition& definition, const Inputs& inputs,
                   Made made) {
  return Making(store, shop, definition, inputs).run(std::move(made));
}

}  // namespace mlops::dataset
