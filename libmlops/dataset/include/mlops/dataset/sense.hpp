#pragma once
/// Whether the files of a source are still those of its newest version, without reading them: as git's index
/// does, by size, times and inode. A token is kept in the store's `tokens/` after an ingest; it is no part of
/// any record, and losing it costs one more look at the bytes.

#include <mlops/base/clock.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/store/store.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace mlops::dataset {

/// Of the declaration and the files as they are now; changes whenever they do. Nothing when a file was
/// touched so shortly before `now` (0.1 s, or 2 s where times are whole seconds) that a further change could
/// leave its times as they are, for standard input and URLs, and for a query or view of a database that may
/// ask for the time. `now` is of the clock that stamps files, whatever time is asked as of. Throws as
/// require_inputs() does when a path leads nowhere.
std::optional<std::string> token_of(const manifest::SourceSpec& source, const std::filesystem::path& base,
                                    Time now);

/// Of how a table of `data:` is made, as it stands now: its SQL, that of its file, and what it may read of
/// `params`. Nothing: its file cannot be read.
std::optional<std::string> token_of(const manifest::DataSpec& table, const std::filesystem::path& base,
                                    const json::Object& params);

/// Of what the file says about a table beside how it is made: what is learnt from it, and asked of it.
std::string use_token_of(const manifest::TableSpec& table);

/// Remembers that `version` is what the files are when they have this token.
void keep_token(store::Store& store, const Version& version, const std::string& token);

/// Whether `token` is that of `version`.
bool has_token(const store::Store& store, const Version& version, const std::string& token);

}  // namespace mlops::dataset
