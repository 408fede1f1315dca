#pragma once
/// Versions of one name that were made here and there.

#include <mlops/remote/remote.hpp>

#include <cstdint>

namespace mlops::remote {

/// Those of this store go behind those of the ledger; the newest number then. Unless it is a journal, what
/// was said of them
/// ("judgements/churn@v2", "checks/sources/churn@v2") is said of their new numbers.
std::int64_t renumber(store::Store& store, const Ledger& ledger, const Standing& standing);

}  // namespace mlops::remote
