#include <mlops/score/view_values.hpp>

#include <mlops/fs/temporary.hpp>
#include <mlops/score/join_rows.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::score {
namespace {

/// The keys that are no columns of the view, then these.
std::string list_of_values(const ViewUse& use) {
  std::string list;
  const auto add = [&list](const std::string& column, const std::string& name) {
    list += fmt::format("{}{} AS {}", list.empty() ? "" : ", ", table::identifier(column),
                        table::identifier(name));
  };
  for (const auto& [entity, column] : use.view.key) {
    const bool taken = std::any_of(use.view.columns.begin(), use.view.columns.end(),
                                   [&name = column](const auto& one) { return one.first == name; });
    if (!taken) add(column, column);
  }
  for (const auto& [name, expression] : use.view.columns) add(use.view.name + "__" + name, name);
  return list;
}

/// Whether a value may show what is personal: it is a key that is, or is made from such a column.
bool is_personal(const ViewUse& use, const std::string& name) {
  const auto made = std::find_if(use.view.columns.begin(), use.view.columns.end(),
                                 [&](const auto& one) { return one.first == name; });
  return std::any_of(
      use.version.columns.begin(), use.version.columns.end(), [&](const dataset::Column& column) {
        if (!column.pii) return false;
        return made == use.view.columns.end() ? column.name == name
                                              : made->second.find(column.name) != std::string::npos;
      });
}

std::unique_ptr<table::Engine> engine_in(const EnrichPlace& place, const std::filesystem::path& spill) {
  return table::open(
      place.engines,
      {.threads = place.resources.threads, .memory_bytes = place.resources.memory_bytes, .spill_dir = spill},
      place.cancel);
}

}  // namespace

struct ViewValues::Impl {
  explicit Impl(const std::filesystem::path& scratch) : folder(scratch) {}

  fs::TemporaryFolder folder;
  std::filesystem::path file = {};
  dataset::Version version = {};
};

ViewValues::ViewValues(const EnrichPlace& place, const std::filesystem::path& scratch, const ViewUse& use,
                       Progress& progress)
    : impl_(std::make_unique<Impl>(scratch)) {
  impl_->file = impl_->folder.path() / "values.parquet";
  JoinRequest request{.version = use.version,
                      .uses = {use},
                      .time = use.table.time.empty() ? use.view.at : use.table.time,
                      .output = impl_->folder.path() / "joined.parquet"};
  impl_->version = {.section = "features",
                    .name = use.view.name,
                    .number = use.version.number,
                    .record = use.version.record,
                    .rows = join_rows(place, scratch, request, progress).rows};
  const auto engine = engine_in(place, impl_->folder.path());
  const std::string select = fmt::format("SELECT {} FROM read_parquet({})", list_of_values(use),
                                         table::literal(request.output.string()));
  engine->execute(
      fmt::format("COPY ({}) TO {} (FORMAT parquet)", select, table::literal(impl_->file.string())));
  const Columns values = engine->query(select + " LIMIT 0");
  for (const Field& field : values.fields()) {
    impl_->version.columns.push_back(
        {.name = field.name, .original = field.name, .type = field.sql, .pii = is_personal(use, field.name)});
  }
}

ViewValues::~ViewValues() = default;
ViewValues::ViewValues(ViewValues&&) noexcept = default;
ViewValues& ViewValues::operator=(ViewValues&&) noexcept = default;

const std::filesystem::path& ViewValues::file() const { return impl_->file; }

const dataset::Version& ViewValues::version() const { return impl_->version; }

}  // namespace mlops::score
