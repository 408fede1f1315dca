#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/store/store.hpp>

#include "src/format.hpp"
#include "src/index.hpp"
#include "src/open.hpp"
#include "src/record.hpp"

namespace mlops::store {
namespace {

std::string kind_of(const json::Object& record) {
  const json::Value* kind = record.find("kind");
  auto name = kind == nullptr ? std::nullopt : kind_name(kind->text_or(""));
  if (!name) throw error(Code::internal, "a record has no 'kind' such as \"run/1\"");
  return std::move(*name);
}

}  // namespace

Store::Store(std::filesystem::path root, Mode mode) : impl_(std::make_unique<Impl>(std::move(root))) {
  const auto& folder = impl_->root;
  if (!is_store(folder)) {
    if (mode == Mode::open) {
      throw error(Code::not_found, "no store in '{}'", folder.native())
          .with_id("store.not_found")
          .with_hint("`mlops ingest` makes one with the first data");
    }
    make_store(folder);
  }
  if (fs::writable(folder)) fs::sweep(folder / "tmp");
}

Store::~Store() = default;

Objects& Store::objects() { return impl_->objects; }

References& Store::references() { return impl_->references; }

Catalogue& Store::catalogue() {
  if (!impl_->catalogue) impl_->catalogue = std::make_unique<Catalogue>(impl_->root, impl_->objects);
  return *impl_->catalogue;
}

const std::filesystem::path& Store::root() const { return impl_->root; }

Store::Published Store::publish(const Publication& publication) {
  Event event = {.id = 0,
                 .time = publication.time,
                 .kind = kind_of(publication.record),
                 .name = event_name(publication.name),
                 .version = 0,
                 .record = {},
                 .summary = publication.summary};
  std::vector<Digest> named;
  each_edge(json::Value(publication.record), [&](const Digest& digest, bool) { named.push_back(digest); });
  impl_->objects.require(named);
  catalogue();  // A store whose index cannot be opened is not written to.
  event.record = impl_->objects.put(json::canonical(publication.record));
  const auto now = impl_->references.find(publication.name);
  const bool again = now && now->digest == event.record && now->previous == publication.expected;
  const ReferenceEntry entry =
      again ? *now
            : impl_->references.move(publication.name, event.record, publication.expected, publication.time,
                                     publication.who, publication.why, publication.summary);
  event.version = entry.seq;
  try {
    catalogue().add(event);
  } catch (const Error& e) {
    // It is published: saying that it failed would be wrong. The next open sees that the index lacks it.
    if (e.code() == Code::internal) throw;
    impl_->catalogue.reset();
  }
  return {.digest = event.record, .version = entry.seq, .moved = !again};
}

void Store::renumber(const ReferenceName& name, const std::vector<ReferenceEntry>& before,
                     const std::vector<ReferenceEntry>& entries) {
  catalogue().read_anew(event_name(name));
  impl_->references.rewrite(name, before, entries);
  catalogue().read_anew(event_name(name));  // Another process may have read it meanwhile.
  impl_->catalogue.reset();
}

json::Object Store::record(const Digest& digest) const { return get_record(impl_->objects, digest); }

std::size_t Store::reindex(Progress& progress) {
  try {
    return catalogue().reindex(progress);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
  }
  impl_->catalogue.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::remove_file(impl_->root / (std::string("catalogue.db") + suffix));
  }
  return catalogue().reindex(progress);
}

std::size_t Store::rehearse_reindex(Progress& progress) const {
  return Catalogue::rehearse(impl_->root, impl_->objects, progress);
}

}  // namespace mlops::store
